"""The data set in memory: columns, types, labels; reading, writing and evaluating. Nothing else imports pandas or pyreadstat."""
