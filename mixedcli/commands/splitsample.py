"""splitsample - a random division of the observations

    splitsample [varlist] [if] [in], generate(newvar [, replace]) [nsplit(#) split(numlist) cluster(varname)
                                     balance(varlist) strok rround rseed(#) show percent]

Numbers random parts of equal size, 2 unless nsplit() says otherwise, or of sizes in the ratio of split().
Observations with missing values in varlist (in string variables unless strok) belong to none.  Whole clusters of
cluster() go into a part together; balance() divides each group of equal values by itself.  With rround sizes that
are no whole numbers are rounded at random.

Example: splitsample, generate(part) split(0.75 0.25) balance(school) rseed(1)
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.newvars import count_type, free, numbers
from mixedcli.commands.sample import shuffled
from mixedcli.data import sample, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import SYSMISS
from mixedcli.data.stream import RandomStream
from mixedcli.errors import DataAssumption, InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "splitsample",
    (
        OptionSpec("generate", "gen", "text"),
        OptionSpec("nsplit", "nsplit", "int"),
        OptionSpec("split", "split", "numlist"),
        OptionSpec("cluster", "cluster", "varlist"),
        OptionSpec("balance", "balance", "varlist"),
        OptionSpec("strok", "strok"),
        OptionSpec("rround", "rround"),
        OptionSpec("rseed", "rseed", "int"),
        OptionSpec("show", "show"),
        OptionSpec("percent", "percent"),
    ),
    allows=frozenset({"if", "in"}),
)

Ints = NDArray[np.int64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Divide.  Errors: r(110), r(111), r(198) options, r(459) a cluster in several groups of balance()."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    if "generate" not in options:
        raise InvalidSyntax("option generate() required", command.span)
    name, _, how = (part.strip() for part in options["generate"].partition(","))
    if how not in ("", "replace"):
        raise InvalidSyntax(f"option {how} not allowed", command.span)
    base = data.without((name,)) if how else data
    free((name,), base)
    shares = _shares(options, command)
    context = expression_context(session)
    if "rseed" in options:
        context = replace(context, random=RandomStream(options["rseed"]))
    used = sample.mask(data, command.condition, command.in_range, context)
    named = varlist.names(body.varlist, data)
    used &= sample.complete(data, *(n for n in named if not (options.get("strok") and data.column(n).is_string)))
    rows = np.flatnonzero(used)
    balance = _codes(session, options, "balance", rows)
    unit = _codes(session, options, "cluster", rows) if "cluster" in options else np.arange(len(rows))
    units = int(unit.max(initial=-1)) + 1
    group = np.zeros(units, dtype=np.int64)
    group[unit] = balance
    if (group[unit] != balance).any():
        raise DataAssumption("clusters are not nested within the groups of balance()")  # unverified: wording
    generator = context.random.generator
    place, size = shuffled(group, generator)
    ends = np.cumsum(shares)[:-1] / np.sum(shares) * size[:, None]
    if options.get("rround") and units:
        ends = np.floor(ends + generator.random(int(group.max()) + 1)[group][:, None])
    else:
        ends = np.floor(ends + 0.5)
    part = (place[:, None] >= ends).sum(axis=1) + 1
    values = np.full(data.n, SYSMISS)
    values[rows] = part[unit]
    column = numbers(name, values, count_type(len(shares)))
    changed = (data if how else base).with_columns([column])
    settings = settings_after(session, context) if "rseed" not in options else session.settings
    return Outcome(blocks=_shown(session, options, changed, name), data=changed, settings=settings)


def _shares(options: Options, command: ast.Command) -> list[float]:
    if "nsplit" in options and "split" in options:
        raise InvalidSyntax("options nsplit() and split() may not be combined", command.span)
    if "split" in options:
        shares = [float(x) for x in options["split"]]
        if len(shares) < 2 or min(shares) <= 0:
            raise InvalidSyntax("option split() incorrectly specified", command.span)  # unverified: wording
        return shares
    parts = options.get("nsplit", 2)
    if parts < 2:
        raise InvalidSyntax("nsplit() must be an integer greater than 1", command.span)  # unverified: wording
    return [1.0] * parts


def _codes(session: Session, options: Options, option: str, rows: Ints) -> Ints:
    if option not in options:
        return np.zeros(len(rows), dtype=np.int64)
    codes = joint_codes(varlist.names(options[option], session.data), session.data)[0][rows]
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _shown(session: Session, options: Options, changed: Dataset, name: str) -> tuple[Block, ...]:
    """The table of frequencies that show asks for."""
    if not (options.get("show") or options.get("percent")) or session.language is None:
        return ()
    aside = copy.copy(session)
    aside.data = changed
    return session.language.run(aside, f"tabulate {name}").blocks
