"""The numerical engine: arrays in, frozen results out. It never sees text, data sets or tables."""
