"""eststo - run an estimation command and store its results

    eststo [name] [, title(text) noesample]: command
    eststo [name]                 store the last results
    eststo dir | drop names | clear

Without a name the results are stored as est1, est2 ... ; clear forgets what eststo stored.

Example: eststo m1: mixed weight week || id:
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.prefix.through import adopted, body_of, ran
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.results import Estimates
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "eststo",
    (
        OptionSpec("title", "t", "text"),
        OptionSpec("prefix", "p", "name"),
        OptionSpec("addscalars", "a", "text"),
        OptionSpec("noesample", "noe"),
        OptionSpec("refresh", "r", "int", optional=True),
        OptionSpec("missing", "m"),
        OptionSpec("nocopy", "noc"),
    ),
    prefix=True,
)

#: global macros in which eststo remembers what it stored
_NAMES, _COUNT = "eststo", "eststo_counter"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run and store, or manage what is stored.  Errors: r(301), r(198)."""
    if isinstance(command.body, ast.PrefixBody):
        body = body_of(command)
        done = adopted(session, ran(session, body.inner))
        estimates = done.estimates if isinstance(done.estimates, Estimates) else session.estimates
        kept = _kept(session, body.text.strip(), estimates, options)
        return replace(
            done,
            blocks=(*done.blocks, *kept.blocks),
            stored={**done.stored, **kept.stored},
            globals={**done.globals, **kept.globals},
        )
    words = [word.text for word in command.body.words] if isinstance(command.body, ast.WordsBody) else []
    known = session.globals.get(_NAMES, "").split()
    if words == ["clear"]:
        return Outcome(stored=dict.fromkeys(known), globals={_NAMES: None, _COUNT: None})
    if words == ["dir"]:
        return Outcome(blocks=tuple(line(name) for name in known if name in session.stored))
    if words[:1] == ["drop"]:
        gone = known if words[1:] == ["_all"] else words[1:]
        left = " ".join(name for name in known if name not in gone)
        return Outcome(stored=dict.fromkeys(gone), globals={_NAMES: left or None})
    if len(words) > 1:
        raise InvalidSyntax("invalid syntax", command.span)
    return _kept(session, words[0] if words else "", session.estimates, options)


def _kept(session: Session, name: str, estimates: Estimates | None, options: Options) -> Outcome:
    if estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    blocks: tuple[Block, ...] = ()
    changes: dict[str, str | None] = {}
    if not name:
        count = int(session.globals.get(_COUNT, "0") or 0) + 1
        name = f"{options.get('prefix', 'est')}{count}"
        changes[_COUNT] = str(count)
        blocks = (line(f"({name} stored)"),)
    known = session.globals.get(_NAMES, "").split()
    changes[_NAMES] = " ".join(dict.fromkeys([*known, name]))
    return Outcome(blocks=blocks, stored={name: estimates}, globals=changes)
