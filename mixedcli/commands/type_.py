"""type, viewsource - show a text file

    type filename [, lines(#) asis]

Example: type analysis.log, lines(20)
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, words_of
from mixedcli.data.files import located, opening
from mixedcli.errors import FileNotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "type",
    (
        OptionSpec("lines", "lines", "int"),
        OptionSpec("asis", "a"),
        OptionSpec("showtabs", "s"),
        OptionSpec("starbang", "starbang"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show it.  Errors: r(601), r(603)."""
    name = file_word(words_of(command), command)
    path = located(name, session.settings.cwd)
    with opening(name):
        if not path.is_file():
            raise FileNotFound(f"file {name} not found")
        raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    rows = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    if options.get("starbang"):
        rows = [row for row in rows if row.startswith("*!")]
    if "lines" in options:
        rows = rows[: max(options["lines"], 0)]
    mark = "<T>" if options.get("showtabs") else ""
    return Outcome(blocks=tuple(line((row.replace("\t", mark) if mark else row).expandtabs()) for row in rows))
