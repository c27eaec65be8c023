"""split - the parts of a string variable

    split strvar [if] [in] [, parse(strings) limit(#) notrim generate(stub)
                              destring ignore("chars") force float percent]

Makes stub1, stub2 ... (the variable's own name by default) of what stands between blanks or between the strings of
parse(), at most limit() of them.  With destring the parts become numbers where they can.

Example: split date, parse(- /) generate(part) destring
"""

from __future__ import annotations

import copy
import re

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.newvars import free
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import InvalidSyntax, TooFewSpecified, TooManySpecified, TypeMismatch
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "split",
    (
        OptionSpec("parse", "p", "words"),
        OptionSpec("limit", "l", "int"),
        OptionSpec("notrim", "notrim"),
        OptionSpec("generate", "g", "name"),
        OptionSpec("destring", "destring"),
        OptionSpec("ignore", "i", "text"),
        OptionSpec("force", "force"),
        OptionSpec("float", "float"),
        OptionSpec("percent", "percent"),
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the parts.  Errors: r(102), r(103), r(109) a numeric variable, r(110), r(198)."""
    data = session.data
    names = names_of(words_of(command), data)
    if len(names) != 1:
        kind = TooManySpecified if names else TooFewSpecified
        raise kind(f"too {'many' if names else 'few'} variables specified", command.span)
    column = data.column(names[0])
    if not column.is_string:
        raise TypeMismatch(f"{names[0]} is not a string variable", command.span)  # unverified: wording
    chosen = sample.mask(data, command.condition, command.in_range, expression_context(session))
    parts = _parts(column.values[chosen], options)
    width = max((len(p) for p in parts), default=0)
    if "limit" in options:
        width = min(width, max(options["limit"], 0))
    stub = options.get("generate", names[0])
    made = free((f"{stub}{k}" for k in range(1, width + 1)), data)
    where = np.flatnonzero(chosen)
    columns = []
    for k, name in enumerate(made):
        values = np.full(data.n, "", dtype=object)
        values[where] = [p[k] if k < len(p) else "" for p in parts]
        storage = types.string_type(values.tolist())
        columns.append(Column(name, storage, values, types.default_format(storage)))
    changed = data.with_columns(columns) if columns else data
    r = Stored({"k_new": float(width)}, {"varlist": " ".join(made)})
    if options.get("destring") and made:
        return _destringed(session, changed, made, options, r)
    blocks: list[Block] = []
    if made:  # stata: logs in public repositories: columns as wide as the longest name, two blanks apart
        longest = max(map(len, made))
        per_line = max(1, (session.settings.linesize + 2) // (longest + 2))
        blocks.append(line("variables created as string: "))
        rows = [made[k : k + per_line] for k in range(0, len(made), per_line)]
        blocks += [line("  ".join(name.ljust(longest) for name in row).rstrip(), "result") for row in rows]
    return Outcome(blocks=tuple(blocks), data=changed, r=r)


def _parts(values: NDArray[np.object_], options: Options) -> list[list[str]]:
    """The pieces of every value."""
    trim = not options.get("notrim")
    texts = [v.strip(" ") if trim else v for v in values.tolist()]
    marks = [w.text for w in options["parse"]] if "parse" in options else [" "]
    marks = [m for m in marks if m] or [" "]
    if marks == [" "]:
        return [t.split() for t in texts]
    # longest first, so that no separator hides a longer one that begins like it
    cut = re.compile("|".join(re.escape(m) for m in sorted(marks, key=len, reverse=True)))
    out = []
    for t in texts:
        pieces = cut.split(t)
        out.append([p.strip(" ") if trim else p for p in pieces] if t else [])
    return out


def _destringed(session: Session, data: Dataset, names: tuple[str, ...], options: Options, r: Stored) -> Outcome:
    """The parts as numbers, by destring with its options."""
    if session.language is None:
        raise InvalidSyntax("invalid syntax")
    extra = [o for o in ("force", "float", "percent") if options.get(o)]
    if "ignore" in options:
        extra.append(f"ignore({options['ignore']})")
    aside = copy.copy(session)
    aside.data = data
    ran = session.language.run(aside, f"destring {' '.join(names)}, replace {' '.join(extra)}")
    told = line("variables born as string: ")  # unverified: wording
    return Outcome(blocks=(told, line("  ".join(names), "result"), *ran.blocks), data=ran.session.data, r=r)
