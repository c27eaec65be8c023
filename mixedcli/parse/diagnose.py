"""What to say about text that the grammar refuses: Stata's words, return code and the place."""

from __future__ import annotations

import re

from mixedcli.errors import InvalidSyntax, Span, StataError, TooFewSpecified, Unbalanced

_WORD = re.compile(r"[\w.*?~#]+|[=<>|]+|\S")


def syntax_error(text: str, position: int, accepted: frozenset[str]) -> StataError:
    """The error for ``text``, which stops making sense at ``position``; accepted: the terminals that could follow."""
    in_expression = not accepted.isdisjoint(("NUMBER", "OR", "AND", "COMPARE", "SIGN", "TIMES"))
    fault = _unmatched_quote(text) or _unmatched_parenthesis(text, in_expression)
    if fault is not None:
        return fault
    found = _WORD.match(text, position)
    if found is None:
        return InvalidSyntax("invalid syntax", Span(position, position))
    word, span = found[0], Span(found.start(), found.end())
    if word == "=" and "IDENT" in accepted and not in_expression:
        return TooFewSpecified("too few variables specified", span)  # stata: 18.5, gen = 1
    if "VARNAME" in accepted and "WORD" not in accepted and word not in ("|", "||", ","):
        return InvalidSyntax(f"{word} invalid name", span)  # stata: summarize 5x
    if word[0].isalnum() and "VARNAME" not in accepted:
        return InvalidSyntax(f"invalid '{word}'", span)  # stata: generate y = x z
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


def _unmatched_parenthesis(text: str, in_expression: bool) -> StataError | None:
    """Parentheses (in expressions brackets too) without their partner; what stands in strings does not count."""
    marks = r'"[^"]*"|[()\[\]]' if in_expression else r'"[^"]*"|[()]'
    open_: list[int] = []
    for mark in re.finditer(marks, text):
        if mark[0] in "([":
            open_.append(mark.start())
        elif mark[0] in ")]":
            if not open_:
                message = "too many ')' or ']'" if in_expression else "parentheses unbalanced"
                return Unbalanced(message, Span(mark.start(), mark.end()))
            open_.pop()
    if open_:
        message = "too few ')' or ']'" if in_expression else "parentheses unbalanced"
        return Unbalanced(message, Span(open_[-1], open_[-1] + 1))
    return None
