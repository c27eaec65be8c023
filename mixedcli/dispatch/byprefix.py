"""The by and bysort prefixes: sort, find the groups, run the command once on all of them or once for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec
from mixedcli.errors import InvalidSyntax, NotCombinable, StataError
from mixedcli.frozen import frozen
from mixedcli.render import messages
from mixedcli.session import Outcome, Session

_TEXT = re.compile(r"(?P<by>[^(),]*)(?:\((?P<within>[^()]*)\)\s*)?(?:,(?P<options>[^()]*))?")


@frozen
class ByPrefix:
    """``by g (t), sort rc0:`` taken apart."""

    by: ast.Varlist
    within: ast.Varlist
    sort: bool
    rc0: bool


def read(prefix: ast.Prefix) -> ByPrefix:
    """Errors: r(198) for text that is no by prefix."""
    from mixedcli.parse import parse_varlist

    found = _TEXT.fullmatch(prefix.text)
    if found is None:
        raise InvalidSyntax("invalid syntax", prefix.span)
    sort, rc0 = prefix.name == "bysort", False
    for word in (found["options"] or "").split():
        if len(word) >= 1 and "sort".startswith(word):
            sort = True
        elif word == "rc0":
            rc0 = True
        else:
            raise InvalidSyntax(f"option {word} not allowed", prefix.span)
    return ByPrefix(parse_varlist(found["by"]), parse_varlist(found["within"] or ""), sort, rc0)


def outcomes(
    session: Session, prefix: ast.Prefix, command: ast.Command, spec: CommandSpec, run: Callable[[ast.Command], Outcome]
) -> Iterator[Outcome]:
    """What the command does, in turn: each outcome must be stored before the next is asked for.

    Errors: r(5) not sorted, r(190) the command or an in range does not go with by.
    """
    from mixedcli.commands import bygrouping

    if not spec.by:
        raise NotCombinable(f"{spec.name} may not be combined with by", prefix.span)
    if _has_range(command):
        raise NotCombinable("in may not be combined with by", command.span)
    wanted = read(prefix)
    grouping = bygrouping.group(session, wanted.by, wanted.within, sort=wanted.sort)
    yield grouping.ordered
    groups = grouping.groups
    if groups is None:
        if spec.by == "groups":
            yield run(command)
        return
    try:
        session.by = groups
        if spec.by == "groups":
            yield run(command)
            return
        for k in range(len(groups.sizes)):
            head, tail = bygrouping.frame(session, groups, k)
            try:
                outcome = run(bygrouping.limited(command, groups, k))
            except StataError as e:
                if not wanted.rc0:
                    yield Outcome(head)
                    raise
                outcome = Outcome(tuple(messages.message(e.message)))
            yield replace(outcome, blocks=(*head, *outcome.blocks, *tail))
    finally:
        session.by = None


def _has_range(command: ast.Command) -> bool:
    body = command.body
    if isinstance(body, ast.MixedBody) and body.fixed is not None:
        return body.fixed.in_range is not None or any(level.in_range is not None for level in body.random)
    return command.in_range is not None
