"""bsample - a bootstrap sample: observations drawn with replacement

    bsample [exp] [if] [in] [, strata(varlist) cluster(varlist) idcluster(newvar) weight(varname)]

Replaces the data by exp observations drawn with replacement, as many as there are by default; within each stratum of
strata(); whole clusters of cluster(), which idcluster() numbers anew.  Observations that if and in leave out are
dropped.  weight() leaves the data as they are and puts into varname how often each observation was drawn.

Example: bsample, cluster(id) idcluster(newid)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.loading import words_of
from mixedcli.commands.newvars import count_type, expression_of, free, numbers
from mixedcli.commands.rearrange import rearranged
from mixedcli.commands.recode import replaced
from mixedcli.data import sample, varlist
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import is_missing
from mixedcli.errors import Coded, DataAssumption, InvalidSyntax, NoObservations
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "bsample",
    (
        OptionSpec("strata", "str", "varlist"),
        OptionSpec("cluster", "cl", "varlist"),
        OptionSpec("idcluster", "id", "name"),
        OptionSpec("weight", "w", "name"),
    ),
    allows=frozenset({"if", "in"}),
)

Ints = NDArray[np.int64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Resample.  Errors: r(110), r(111), r(198), r(459) a cluster in several strata, r(498) too many, r(2000)."""
    data = session.data
    context = expression_context(session)
    rows = np.flatnonzero(sample.mask(data, command.condition, command.in_range, context))
    if not len(rows):
        raise NoObservations("no observations")
    if "idcluster" in options and "weight" in options:
        raise InvalidSyntax("options idcluster() and weight() may not be combined", command.span)
    stratum = _codes(session, options, "strata", rows)
    unit = _codes(session, options, "cluster", rows) if "cluster" in options else np.arange(len(rows))
    units = int(unit.max()) + 1
    of = np.zeros(units, dtype=np.int64)  # the stratum of each unit
    of[unit] = stratum
    if (of[unit] != stratum).any():
        raise DataAssumption("the clusters are not nested within the strata")  # unverified: wording
    size = _sizes(session, command, rows, stratum, of)
    drawn = _drawn(of, size, context.random.generator)
    settings = settings_after(session, context)
    if "weight" in options:
        name = varlist.resolve(options["weight"], data)
        counts = np.zeros(data.n)
        counts[rows] = np.bincount(drawn, minlength=units)[unit]
        return Outcome(data=data.with_columns([replaced(data.column(name), counts)]), settings=settings)
    order = np.argsort(unit, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))])
    lengths = np.diff(starts)[drawn]
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    picked = rows[order[np.repeat(starts[drawn], lengths) + np.arange(lengths.sum()) - first]]
    made = data.rows(picked, keeps_order=False)
    if "idcluster" in options:
        (name,) = free((options["idcluster"],), data)
        number = np.repeat(np.arange(1, len(drawn) + 1), lengths).astype(float)
        made = made.with_columns([numbers(name, number, count_type(len(drawn)))])
    return rearranged(session, made, picked, settings=settings)


def _codes(session: Session, options: Options, option: str, rows: Ints) -> Ints:
    """Numbers from 0 of the groups of an option's variables; all 0 without it."""
    if option not in options:
        return np.zeros(len(rows), dtype=np.int64)
    codes = joint_codes(varlist.names(options[option], session.data), session.data)[0][rows]
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _sizes(session: Session, command: ast.Command, rows: Ints, stratum: Ints, of: Ints) -> Ints:
    """How many units to draw in each stratum.  Errors: r(198), r(498) more than there are."""
    there = np.bincount(of)
    text = " ".join(w.text for w in words_of(command))
    if not text:
        return there
    values = expression_of(session, text, command)[rows]
    if is_missing(values).any() or (values < 0).any():
        raise InvalidSyntax("resample size must be a positive number", command.span)  # unverified: wording
    wanted = np.zeros(len(there))
    wanted[stratum] = values
    if (wanted[stratum] != values).any():
        raise Coded(498, "resample size must be constant within strata")  # unverified: wording
    if (np.floor(wanted) > there).any():
        # stata: its message
        raise Coded(498, "resample size must not be greater than number of observations")
    return np.floor(wanted).astype(np.int64)


def _drawn(of: Ints, size: Ints, generator: np.random.Generator) -> Ints:
    """Units drawn with replacement, stratum after stratum, in ascending order within each."""
    order = np.argsort(of, kind="stable")
    there = np.bincount(of)
    begin = np.concatenate([[0], np.cumsum(there)])[:-1]
    stratum = np.repeat(np.arange(len(there)), size)
    pick = begin[stratum] + np.floor(generator.random(len(stratum)) * there[stratum]).astype(np.int64)
    drawn: Ints = order[np.sort(pick)]
    return drawn
