"""use - load a Stata data set

    use filename [, clear nolabel]
    use [varlist] [if] [in] using filename [, clear nolabel]

The file may be a local .dta file of any format (the suffix may be left out) or an http(s) address; downloads are kept
in a cache, so that a script runs again without a network.  clear gives up changes to the data in memory.

Examples: use pig
          use id week if week < 5 using pig.dta, clear
          use https://www.stata-press.com/data/r19/pig, clear
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import file_word, guard, label_line, loaded, names_of, words_of
from mixedcli.data import read, sample
from mixedcli.data.dataset import Dataset
from mixedcli.data.files import with_suffix
from mixedcli.errors import VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "use",
    options=(OptionSpec("clear", "clear"), OptionSpec("nolabel", "nol"), OptionSpec("replace", "replace")),
    allows=frozenset({"if", "in", "using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Load the file.  Errors: r(4), r(601), r(603), r(610), r(631), r(692), and those of varlist, if and in."""
    words = words_of(command)
    subset = command.using is not None
    if not subset and (command.condition is not None or command.in_range is not None):
        raise VarlistRequired("using required", command.span)
    name = command.using if command.using is not None else file_word(words, command)
    guard(session, options)
    data = read.load_dta(with_suffix(name, ".dta"), session.settings.cwd, session.progress)
    if subset:
        data = _selected(session, data, words, command)
    if options.get("nolabel"):
        bare = {k: replace(c, value_label="") for k, c in data.columns.items()}
        data = replace(data, value_labels={}, columns=bare)
    return loaded(session, data, label_line(data))


def _selected(session: Session, data: Dataset, words: tuple[ast.Word, ...], command: ast.Command) -> Dataset:
    """The variables and observations asked for, variables in the order of the file."""
    wanted = set(names_of(words, data)) if words else set(data.names)
    if command.condition is not None or command.in_range is not None:
        context = replace(expression_context(session), data=data)
        data = data.rows(sample.mask(data, command.condition, command.in_range, context))
    if len(wanted) < len(data.columns):
        data = data.without(n for n in data.names if n not in wanted)
    return replace(data, changed=False)
