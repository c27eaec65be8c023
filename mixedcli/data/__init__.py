"""The data set in memory: columns, types, labels; reading, writing, evaluating.

Nothing else imports pandas or pyreadstat.
"""
