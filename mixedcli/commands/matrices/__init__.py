"""The subcommands of matrix, and what mkmat, svmat and matlist share with them."""
