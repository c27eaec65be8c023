"""frame, frames, snapshot - not available

    frame ...
    snapshot ...

There is one data set in memory.  preserve and restore keep a copy of it; files hold others.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import NotYetAvailable
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("frame", any_option=True, allows=frozenset({"if", "in", "using", "weight", "files"}))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(198), always."""
    what = "snapshots" if command.name.startswith("snap") else "frames"
    raise NotYetAvailable(f"{what} are not available; use preserve and restore, or files", command.span)
