"""sysuse - load an example data set by name

    sysuse name [, clear]
    sysuse dir

Stata brings its example data sets along; here they are fetched from the collection webuse reads, once, and kept in a
cache.

Example: sysuse auto, clear
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, guard, label_line, loaded, words_of
from mixedcli.data import read
from mixedcli.data.files import is_url, with_suffix
from mixedcli.errors import FileNotFound, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("sysuse", options=(OptionSpec("clear", "clear"), OptionSpec("all", "all")))

PREFIX = "https://www.stata-press.com/data/r19"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Load.  Errors: r(4), r(198), r(601), and those of ``use``."""
    words = words_of(command)
    name = with_suffix(file_word(words, command), ".dta")
    if name == "dir.dta":
        raise InvalidSyntax("sysuse dir is not available: the example data sets are fetched by name", command.span)
    if is_url(name) or "/" in name or "\\" in name:
        raise FileNotFound(f'file "{name}" not found')
    guard(session, options)
    data = read.load_dta(f"{PREFIX}/{name}", progress=session.progress, lasting=True)
    return loaded(session, data, label_line(data))
