"""The joint between language and engine: a parsed command and a data set become a specification, then a Design."""
