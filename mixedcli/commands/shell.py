"""shell - a command of the operating system

    shell command        or        ! command

Refused unless mixedcli was started with --allow-shell.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, NotAllowed
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("shell", any_option=True)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run it and show what it writes.  Errors: r(198) it is not allowed."""
    if not session.allow_shell:
        raise NotAllowed("shell commands are not run; --allow-shell allows them", command.span)
    text = command.body.text if isinstance(command.body, ast.WordsBody) else ""
    if not text.strip():
        raise InvalidSyntax("invalid syntax", command.span)
    import subprocess

    done = subprocess.run(
        text,
        shell=True,
        cwd=session.settings.cwd or None,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    shown = (done.stdout + done.stderr).splitlines()
    return Outcome(blocks=tuple(line(row) for row in shown))
