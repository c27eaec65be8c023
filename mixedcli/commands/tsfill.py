"""tsfill - observations for the times that are missing

    tsfill [, full]

Adds observations for the gaps of the time variable, within each panel from its first to its last time, with full
from the first to the last time of all panels; the other variables are missing in them.  Data must be tsset or xtset.

Example: xtset id week
         tsfill, full
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.combining import combined
from mixedcli.data import missing, types
from mixedcli.data.dataset import Column
from mixedcli.data.ordering import ascending
from mixedcli.data.stacking import empty_value
from mixedcli.errors import DataAssumption, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("tsfill", (OptionSpec("full", "f"),))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fill in.  Errors: r(111) no time variable, r(198) full without panels, r(459) missing times."""
    data, settings = session.data, session.data.settings
    if settings is None or not settings.time:
        raise NotFound("time variable not set, use tsset varname ...")
    if options.get("full") and not settings.panel:
        raise InvalidSyntax("option full requires a panel variable")  # unverified: wording
    time = data.numeric(settings.time)
    panel = data.numeric(settings.panel) if settings.panel else np.zeros(data.n)
    known = ~(missing.is_missing(time) | missing.is_missing(panel))
    if not known.any():
        return Outcome()
    if not known.all() and options.get("full") is None and missing.is_missing(panel).any():
        raise DataAssumption("panel variable has missing values")  # unverified: wording
    panels, code = np.unique(panel[known], return_inverse=True)
    origin = time[known].min()
    period = np.rint((time[known] - origin) / settings.delta).astype(np.int64)
    if options.get("full"):
        first = np.zeros(len(panels), dtype=np.int64)
        last = np.full(len(panels), period.max())
    else:
        first = np.full(len(panels), period.max())
        last = np.zeros(len(panels), dtype=np.int64)
        np.minimum.at(first, code, period)
        np.maximum.at(last, code, period)
    sizes = last - first + 1
    begin = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(panels)), sizes)
    all_periods = np.arange(sizes.sum()) - begin[owner] + first[owner]
    present = np.zeros(int(sizes.sum()), dtype=bool)
    present[begin[code] + period - first[code]] = True
    extra = np.flatnonzero(~present)
    if not len(extra):
        return Outcome()
    new = {settings.time: origin + all_periods[extra] * settings.delta}
    if settings.panel:
        new[settings.panel] = panels[owner[extra]]
    columns = [_longer(c, new.get(name), len(extra)) for name, c in data.columns.items()]
    made = replace(data, columns={c.name: c for c in columns}, n=data.n + len(extra), sorted_by=(), changed=True)
    keys = (settings.panel, settings.time) if settings.panel else (settings.time,)
    order = ascending(made, keys)
    # e(sample) stays with its observations
    rows = np.where(order < data.n, order, -1)
    return combined(session, replace(made.rows(order, keeps_order=False), sorted_by=keys), rows)


def _longer(column: Column, values: np.ndarray[tuple[int], np.dtype[np.float64]] | None, count: int) -> Column:
    """The column with more rows: the values, or missing ones."""
    if values is None:
        more = np.full(count, empty_value(column.type), dtype=column.values.dtype)
        return replace(column, values=np.concatenate([column.values, more]))
    full = np.concatenate([column.numeric(), values])
    storage = types.promote(column.type, full)
    return replace(column, type=storage, values=missing.narrow(full, storage))
