"""What margins, contrast and pwcompare share: their terms, their tables, their inference."""
