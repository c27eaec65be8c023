"""estimates for: a command run after each of several stored results."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import Options
from mixedcli.commands.prefix.through import adopted, ran
from mixedcli.errors import InvalidSyntax, StataError
from mixedcli.results import Estimates
from mixedcli.session import Outcome, Session

_LINE = re.compile(r"\w+\s+for\s+([^:,]*?)\s*(,[^:]*)?:(.*)", re.DOTALL)


def each(session: Session, command: ast.Command, words: list[str], options: Options) -> Outcome:
    """estimates for names [, nostop]: command.  The active results stay what they were.

    Errors: r(111) a name that is not there, r(198), the command's own unless nostop.
    """
    from mixedcli.commands.estimates import several

    assert command.span is not None
    found = _LINE.match(command.text[command.span.start :])
    if found is None or not found[3].strip() or not found[1]:
        raise InvalidSyntax("invalid syntax", command.span)
    wanted = (found[2] or "").strip(", ")
    if wanted and not ("nostop".startswith(wanted) and len(wanted) > 2):
        raise InvalidSyntax(f"option {wanted} not allowed", command.span)
    working, before = copy.copy(session), session.estimates
    blocks: list[Block] = []
    rule = "-" * 79
    for name, estimates in several(session, found[1].split()):
        working.estimates = estimates
        title = "Active results" if name == "." else f"Model {name}"
        blocks += [Blank(), line(rule), line(title), line(rule)]
        try:
            done = ran(working, found[3].strip())
        except StataError as error:
            if not wanted:
                raise
            blocks += [line(error.message, "error"), line(f"r({error.rc});", "error")]
            continue
        blocks += done.blocks
        working = _onward(done.session, name, estimates)
    working.estimates = before
    from mixedcli.session import Ran

    return replace(adopted(session, Ran(working, ())), blocks=tuple(blocks))


def _onward(after: Session, name: str, before: Estimates) -> Session:
    """The session the next command runs on: what was done to stored results stays with them."""
    now = after.estimates
    if name != "." and now is not None and now is not before and now.fit is before.fit:
        after.stored = {**after.stored, name: now}
    return after
