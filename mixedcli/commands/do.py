"""do - run the commands of a file; run, include

    do file [arguments]          with echo
    run file [arguments]         without any output
    include file                 as if its lines stood here: it shares the local macros

The file's name may lack its .do.  Arguments are `1', `2', ... in the file, `0' all of them.

Example: do analysis.do 2019 "north east"
"""

from __future__ import annotations

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.data.files import located, opening, with_suffix
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Script, Session

SPEC = CommandSpec("do", (OptionSpec("nostop", "nostop"), OptionSpec("adopath", "ado")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Read the file and ask dispatch to run it.  Errors: r(601) no such file, r(603) it cannot be read."""
    body = command.body
    typed = body.words if isinstance(body, ast.WordsBody) else ()
    words = [word.text for word in typed]
    if not words:
        raise InvalidSyntax("invalid file specification", command.span)
    name = with_suffix(words[0], ".do")
    with opening(name):
        raw = located(name, session.settings.cwd).read_bytes()
    kind = commands.resolve(command.name)
    first, last = (typed[1].span, typed[-1].span) if len(typed) > 1 else (None, None)
    arguments = command.text[first.start : last.end] if first is not None and last is not None else ""
    script = Script(
        _decoded(raw), name, tuple(words[1:]), own=kind != "include", shown=kind != "run", arguments=arguments
    )
    return Outcome(script=script)


def _decoded(raw: bytes) -> str:
    """A do-file is UTF-8; older ones are Latin-1."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
