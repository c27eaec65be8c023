"""What commands about macros share: values as text, words, extended functions, list operations."""
