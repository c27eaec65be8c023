"""Small-sample inference for the fixed effects: degrees of freedom and the tests that use them."""
