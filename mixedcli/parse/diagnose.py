"""What to say about text that the grammar refuses: Stata's words, return code and the place."""

from __future__ import annotations

import re

from mixedcli.errors import InvalidSyntax, Span, StataError, Unbalanced

_WORD = re.compile(r"[\w.*?~#]+|[=<>|]+|\S")


def syntax_error(text: str, position: int, accepted: frozenset[str]) -> StataError:
    """The error for ``text``, which stops making sense at ``position``; accepted: the terminals that could follow."""
    fault = _unmatched_quote(text) or _unmatched_parenthesis(text)
    if fault is not None:
        return fault
    found = _WORD.match(text, position)
    if found is None:
        return InvalidSyntax("invalid syntax", Span(position, position))
    span = Span(found.start(), found.end())
    if "VARNAME" in accepted and "WORD" not in accepted and found[0] not in ("|", ","):
        return InvalidSyntax(f"{found[0]} invalid name", span)  # stata: summarize 5x
    if found[0][0].isalnum() and "VARNAME" not in accepted:
        return InvalidSyntax(f"invalid '{found[0]}'", span)  # stata: generate y = x z
    return InvalidSyntax("invalid syntax", span)


def _unmatched_quote(text: str) -> StataError | None:
    """Quotes that are opened and not closed; inside ``"..."`` nothing opens, `"..."' nests."""
    open_: list[tuple[str, int]] = []
    for mark in re.finditer(r"`\"|\"'|\"", text):
        if open_ and (open_[-1][0] == '"' or mark[0] == "\"'"):
            open_.pop()
        elif mark[0] == '`"' or not open_:
            open_.append(("`" if mark[0] == '`"' else '"', mark.start()))
    if not open_:
        return None
    # stata: display "abc
    return Unbalanced("too few quotes", Span(open_[-1][1], len(text)))


def _unmatched_parenthesis(text: str) -> StataError | None:
    open_: list[int] = []
    for mark in re.finditer(r'"[^"]*"|[()]', text):
        if mark[0] == "(":
            open_.append(mark.start())
        elif mark[0] == ")":
            if not open_:
                return Unbalanced("unbalanced parentheses", Span(mark.start(), mark.end()))
            open_.pop()
    if open_:
        return Unbalanced("unbalanced parentheses", Span(open_[-1], open_[-1] + 1))
    return None
