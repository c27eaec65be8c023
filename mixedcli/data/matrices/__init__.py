"""Stata's matrices: values with names of rows and columns, the language that computes with them."""
