"""What estimation commands share: coefficient rows, header rows, contents of e() and r(table)."""
