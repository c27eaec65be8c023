"""contract - a data set of the combinations that occur and how often

    contract varlist [if] [in] [fweight] [, freq(newvar) cfreq(newvar) percent(newvar) cpercent(newvar)
                                            float format(%fmt) zero nomiss]

One observation is left for each combination of the variables, in ascending order, with its frequency in _freq or in
freq().  cfreq(), percent() and cpercent() add cumulative frequencies, percentages, cumulative percentages; these are
double, or float with that option.  zero adds combinations that do not occur; nomiss leaves out missing values.

Example: contract school grade, freq(n)
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import loaded
from mixedcli.commands.newvars import count_type, free, numbers, weights
from mixedcli.data import missing, sample, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.grouping import grouped
from mixedcli.data.ordering import ascending
from mixedcli.errors import AlreadyDefined, NoObservations, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "contract",
    (
        OptionSpec("freq", "f", "name"),
        OptionSpec("cfreq", "cf", "name"),
        OptionSpec("percent", "p", "name"),
        OptionSpec("cpercent", "cp", "name"),
        OptionSpec("float", "float"),
        OptionSpec("format", "form", "text"),
        OptionSpec("zero", "z"),
        OptionSpec("nomiss", "nomiss"),
    ),
    allows=frozenset({"if", "in", "weight"}),
)

Floats = NDArray[np.float64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Contract.  Errors: r(100), r(101), r(110), r(111), r(401), r(402), r(2000) no observations."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    data = session.data
    names = tuple(dict.fromkeys(varlist.names(body.varlist, data)))
    if not names:
        raise VarlistRequired("varlist required", command.span)
    kept = replace(data, columns={name: data.columns[name] for name in names}, sorted_by=())
    wanted = {"freq": "_freq"} | {o: options[o] for o in ("freq", "cfreq", "percent", "cpercent") if o in options}
    if "freq" not in options and "_freq" in names:  # unverified: wording
        raise AlreadyDefined("_freq already defined; specify another name with the freq() option")
    free(wanted.values(), kept)
    shown = options.get("format", "%8.2f")
    numfmt.parse(shown)
    blocks: list[Block] = []
    weighted = weights(session, command, ("fweight",), blocks)
    used = sample.mask(data, command.condition, command.in_range, expression_context(session))
    if options.get("nomiss"):
        used &= sample.complete(data, *names)
    if weighted is not None:
        used &= ~missing.is_missing(weighted[1]) & (weighted[1] != 0)
    if not used.any():
        raise NoObservations("no observations")
    rows = kept.rows(used)
    groups = grouped(rows, names)
    weight = None if weighted is None else weighted[1][used]
    counts = np.bincount(groups.member, weight, minlength=groups.count).astype(np.float64)
    made = rows.rows(groups.first)
    if options.get("zero"):
        made, counts = _with_zeros(made, names, counts)
    storage = "float" if options.get("float") else "double"
    total, running = counts.sum(), np.cumsum(counts)
    columns = [replace(numbers(wanted["freq"], counts, count_type(counts.max()), "Frequency"), format="%12.0g")]
    if "cfreq" in wanted:
        column = numbers(wanted["cfreq"], running, count_type(total), "Cumulative frequency")
        columns.append(replace(column, format="%12.0g"))
    for option, part, label in (("percent", counts, "Percent"), ("cpercent", running, "Cumulative percent")):
        if option in wanted:
            columns.append(replace(numbers(wanted[option], part / total * 100, storage, label), format=shown))
    settings = data.settings
    if settings is not None and not {settings.panel, settings.time} - {""} <= set(names):
        settings = None
    result = replace(made.with_columns(columns), sorted_by=names, settings=settings, changed=True)
    return loaded(session, result, tuple(blocks))


def _with_zeros(data: Dataset, names: tuple[str, ...], counts: Floats) -> tuple[Dataset, Floats]:
    """Every combination of the values that occur, in order."""
    places = [grouped(data, (name,)) for name in names]
    cells = np.array(list(product(*(range(g.count) for g in places))), dtype=np.int64).reshape(-1, len(names))
    codes = np.zeros(data.n, dtype=np.int64)
    wanted = np.zeros(len(cells), dtype=np.int64)
    for k, g in enumerate(places):
        codes, wanted = codes * g.count + g.member, wanted * g.count + cells[:, k]
    full = np.zeros(int(np.prod([g.count for g in places])))
    full[codes] = counts
    columns: list[Column] = [data.columns[n].take(places[k].first[cells[:, k]]) for k, n in enumerate(names)]
    made = replace(data, columns={c.name: c for c in columns}, n=len(cells))
    order = ascending(made, names)
    return made.rows(order), full[wanted][order]
