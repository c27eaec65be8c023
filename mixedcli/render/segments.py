"""Small helpers every table is built with: styled pieces, rules, abbreviated names."""

from __future__ import annotations

from mixedcli.blocks import Line, Segment

WIDTH = 78
"""Estimation output is this wide whatever the line size."""


def t(text: str) -> Segment:
    """Frame and labels."""
    return Segment(text, "text")


def r(text: str) -> Segment:
    """A result."""
    return Segment(text, "result")


def row(*segments: Segment) -> Line:
    return Line(tuple(s for s in segments if s.text))


def rule(stub: int, rest: int) -> Line:
    """``-------------+------``: stub columns, the joint, the rest."""
    return row(t("-" * stub + "+" + "-" * rest))
