"""collapse - a data set of means, sums and other statistics

    collapse clist [if] [in] [weight] [, by(varlist) cw fast]

    clist: [(stat)] varlist [[(stat)] ...]
           [(stat)] newvar=varname [newvar=varname ...] [[(stat)] ...]
    stat:  mean median p1 ... p99 sd semean sebinomial sepoisson sum rawsum count percent max min iqr first last
           firstnm lastnm

The data are replaced by one observation for each combination of the by() variables, missing values among them, or
one in all.  Without (stat) it is mean.  cw leaves out observations with any variable missing.  aweights, fweights,
iweights and pweights are allowed.

Examples: collapse weight (sd) s=weight (count) n=weight, by(week)
          collapse (p25) age (median) age50=age [fw=n], by(region)
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import loaded, names_of, words_of
from mixedcli.data import collapsing, expression, missing, sample, types, varlist
from mixedcli.data.collapsing import Source, Weights
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.grouping import grouped
from mixedcli.errors import (
    InvalidSyntax,
    NegativeWeights,
    NonintegerWeights,
    NoObservations,
    VarlistRequired,
)
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "collapse",
    options=(
        OptionSpec("by", "by", "varlist"),
        OptionSpec("cw", "cw"),
        OptionSpec("fast", "fast"),
    ),
    allows=frozenset({"if", "in", "weight"}),
)

_TOKEN = re.compile(r"\(\s*(\w+)\s*\)|([^\s=()]+)\s*(?:=\s*([^\s=()]+))?|(\S)")


@frozen
class Target:
    """One variable to be: its name, the statistic, the source."""

    name: str
    statistic: str
    source: str


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Collapse.

    Errors: r(109) a string's mean, r(111), r(198) unknown statistic or a name twice, r(401), r(402) weights,
    r(2000) no observations.
    """
    data = session.data
    by = tuple(dict.fromkeys(varlist.names(options["by"], data))) if "by" in options else ()
    targets = _targets(command, data)
    _check_names(targets, by)
    blocks: list[Block] = []
    weights = _weights(session, command, blocks)
    for target in targets:
        if weights is not None:
            collapsing.check_weights(target.statistic, weights.kind)
    context = replace(expression_context(session), rows=None)
    used = sample.mask(data, command.condition, command.in_range, context)
    sources = tuple(dict.fromkeys(t.source for t in targets))
    if options.get("cw"):
        used &= sample.complete(data, *sources)
    if weights is not None:
        used &= ~missing.is_missing(weights.values) & (weights.values != 0)
    if not used.any():
        raise NoObservations("no observations")
    if not used.all():
        data = data.rows(used)
        weights = None if weights is None else replace(weights, values=weights.values[used])
    groups = grouped(data, by)
    columns = {name: data.columns[name].take(groups.first) for name in by}
    inside = {name: Source(data.columns[name], groups, weights) for name in sources}
    decimals = session.settings.default_type if session.settings.default_type == "double" else "float"
    for target in targets:
        columns[target.name] = replace(inside[target.source].statistic(target.statistic, decimals), name=target.name)
    return loaded(session, _collapsed(data, columns, by, groups.count), tuple(blocks))


def _collapsed(data: Dataset, columns: dict[str, Column], by: tuple[str, ...], n: int) -> Dataset:
    used = {c.value_label for c in columns.values()}
    settings = data.settings
    if settings is not None and not {settings.panel, settings.time} - {""} <= set(by):
        settings = None
    return replace(
        data,
        columns=columns,
        n=n,
        value_labels={k: v for k, v in data.value_labels.items() if k in used},
        sorted_by=by,
        settings=settings,
        changed=True,
    )


def _targets(command: ast.Command, data: Dataset) -> list[Target]:
    """What the list asks for, in its order.  Errors: r(100) nothing, r(111), r(198)."""
    statistic = "mean"
    out: list[Target] = []
    for found in _TOKEN.finditer(" ".join(word.text for word in words_of(command))):
        stat, name, source, odd = found.groups()
        if odd:
            raise InvalidSyntax(f"invalid '{odd}'", command.span)
        if stat:
            statistic = collapsing.known(stat)
        elif source:
            types.check_name(name)
            out.append(Target(name, statistic, varlist.resolve(source, data)))
        else:
            names = names_of((ast.Word(name),), data)
            out += [Target(n, statistic, n) for n in names]
    if not out:
        raise VarlistRequired("varlist required", command.span)
    return out


def _check_names(targets: list[Target], by: tuple[str, ...]) -> None:
    seen: dict[str, Target] = {}
    for target in targets:
        if target.name in by:
            raise InvalidSyntax(f"error:\n       {target.name} may not be both in by() and a result\nname conflict")
        if target.name in seen:
            both = "\n".join(f"       {t.name} = ({t.statistic}) {t.source}" for t in (seen[target.name], target))
            raise InvalidSyntax(f"error:\n{both}\nname conflict")
        seen[target.name] = target


def _weights(session: Session, command: ast.Command, blocks: list[Block]) -> Weights | None:
    """Errors: r(401) frequency weights that are not whole, r(402) negative weights."""
    if command.weight is None:
        return None
    kind = command.weight.kind
    if not kind:
        kind = "aweight"
        blocks.append(line("(analytic weights assumed)"))
    value = expression.evaluate(command.weight.expr, expression_context(session))
    column = expression.as_column(value, session.data.n)
    if column.dtype == object:
        raise InvalidSyntax("weights must be numbers", command.span)  # unverified: wording
    known = ~missing.is_missing(column)
    if (column[known] < 0).any():
        raise NegativeWeights("negative weights encountered")
    if kind == "fweight" and (column[known] != np.rint(column[known])).any():
        raise NonintegerWeights("may not use noninteger frequency weights")
    return Weights(kind, column.astype(np.float64))
