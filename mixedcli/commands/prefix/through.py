"""What the command behind a prefix did, as the outcome of the prefix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixedcli import ast
from mixedcli.errors import InvalidSyntax
from mixedcli.session import KEEP, Outcome, Ran, Session


def body_of(command: ast.Command) -> ast.PrefixBody:
    """The body of a prefix command.  Errors: r(198) the word stands without a colon, or with nothing behind it."""
    body = command.body
    if not isinstance(body, ast.PrefixBody) or not body.inner:
        raise InvalidSyntax("invalid syntax", command.span)
    return body


def ran(session: Session, text: str) -> Ran:
    """The command run on a copy of the session."""
    assert session.language is not None
    return session.language.run(session, text)


def adopted(session: Session, done: Ran) -> Outcome:
    """Everything that the command changed, and what it showed."""
    after = done.session
    return Outcome(
        blocks=done.blocks,
        data=_changed(session.data, after.data),
        estimates=_changed(session.estimates, after.estimates),
        r=_changed(session.r, after.r),
        s=_changed(session.s, after.s),
        settings=_changed(session.settings, after.settings),
        stored=_differences(session.stored, after.stored),
        scalars=_differences(session.scalars, after.scalars),
        matrices=_differences(session.matrices, after.matrices),
        constraints=_differences(session.constraints, after.constraints),
        globals=_differences(session.globals, after.globals),
        locals=_differences(session.locals, after.locals),
        programs=_differences(session.programs, after.programs),
        temporary=tuple(after.frame.temporary),
    )


def _changed(before: Any, after: Any) -> Any:
    return KEEP if after is before else after


def _differences(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, Any]:
    gone = {name: None for name in before if name not in after}
    return gone | {name: value for name, value in after.items() if before.get(name) is not value}
