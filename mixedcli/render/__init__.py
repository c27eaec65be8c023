"""Blocks to lines of text (``text``), to a stream (``console``), to JSON (``json``). Nothing else imports rich."""
