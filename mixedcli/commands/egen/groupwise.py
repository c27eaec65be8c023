"""egen functions over the observations of a group."""

from __future__ import annotations

import numpy as np

from mixedcli.commands.egen.made import Asked, Floats, Function, Made
from mixedcli.data.bygroups import cumulated
from mixedcli.data.groupstats import Grouped
from mixedcli.data.keys import ascending_order
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidNumlist, InvalidSyntax


def _total(a: Asked) -> Made:
    g = a.grouped()
    total = g.total()
    return a.per_group(np.where(g.count > 0, total, SYSMISS) if a.options.get("missing") else total)


def _count(a: Asked) -> Made:
    values = a.values()
    known = values != "" if values.dtype == object else values < SYSMISS
    return a.per_group(np.bincount(a.codes[known & a.rows], minlength=a.groups).astype(float))


def _pctile(a: Asked) -> Made:
    return a.per_group(a.grouped().percentile(a.percentage()))


def _iqr(a: Asked) -> Made:
    g = a.grouped()
    return a.per_group(np.where(g.count > 0, g.percentile(75) - g.percentile(25), SYSMISS))


def _deviations(a: Asked, *, median: bool) -> Made:
    """Median absolute deviation from the median, or mean absolute deviation from the mean."""
    g = a.grouped()
    centre = g.percentile(50) if median else g.mean()
    rest = Grouped(g.codes, g.groups, np.abs(g.x - centre[g.codes]))
    return a.per_group(rest.percentile(50) if median else rest.mean())


def _shape(a: Asked, power: int) -> Made:
    """Skewness (power 3) or kurtosis (power 4) as summarize, detail has them."""
    g = a.grouped()
    with np.errstate(invalid="ignore", divide="ignore"):
        second = g.moment(2) / g.count
        value = g.moment(power) / g.count / second ** (power / 2)
    return a.per_group(np.where(np.isfinite(value), value, SYSMISS))


def _std(a: Asked) -> Made:
    g = a.grouped()
    mean, sd = float(a.options.get("mean", 0.0)), float(a.options.get("sd", a.options.get("std", 1.0)))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (g.x - g.mean()[g.codes]) / g.sd()[g.codes] * sd + mean
    text = a.body.text.strip()
    return Made(g.spread(np.where(np.isfinite(z), z, SYSMISS), a.data.n), label=f"Standardized values of ({text})"[:80])


def _pc(a: Asked) -> Made:
    g = a.grouped()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = g.x / g.total()[g.codes] * (1 if a.options.get("prop") else 100)
    return Made(g.spread(np.where(np.isfinite(share), share, SYSMISS), a.data.n))


def _rank(a: Asked) -> Made:
    chosen = [o for o in ("field", "track", "unique") if a.options.get(o)]
    if len(chosen) > 1:
        raise InvalidSyntax(f"options {chosen[0]} and {chosen[1]} may not be combined")
    g = a.grouped()
    label = f"rank of ({a.body.text.strip()})"
    how = chosen[0] if chosen else ""
    if how == "unique":
        order = np.lexsort((g.x, g.codes))
        begin = np.concatenate([[0], np.cumsum(g.count)[:-1]])
        place = np.empty(len(g.x))
        place[order] = np.arange(len(g.x)) - begin[g.codes[order]] + 1
        return Made(g.spread(place, a.data.n), label=f"unique {label}"[:80])
    if how:  # the rank of the best of those that tie
        sign = -1.0 if how == "field" else 1.0
        order = np.lexsort((sign * g.x, g.codes))
        x, codes = g.x[order], g.codes[order]
        new = np.concatenate([[True], (x[1:] != x[:-1]) | (codes[1:] != codes[:-1])]) if len(x) else np.zeros(0, bool)
        begin = np.concatenate([[0], np.cumsum(g.count)[:-1]])
        place = np.empty(len(x))
        place[order] = np.flatnonzero(new)[np.cumsum(new) - 1] - begin[codes] + 1
        return Made(g.spread(place, a.data.n), label=f"{how} {label}"[:80])
    return Made(g.spread(g.ranks(), a.data.n), label=label[:80])


def _mode(a: Asked) -> Made:
    options = a.options
    pick = None
    if options.get("minmode"):
        pick = lambda x: float(x.min())  # noqa: E731
    elif options.get("maxmode"):
        pick = lambda x: float(x.max())  # noqa: E731
    elif "nummode" in options:
        k = int(options["nummode"]) - 1
        pick = lambda x: float(x[k]) if 0 <= k < len(x) else SYSMISS  # noqa: E731
    values = a.values()
    if values.dtype == object:
        texts, inverse = np.unique(values, return_inverse=True)
        codes = np.where(values == "", SYSMISS, inverse.astype(float))
        found, several = Grouped(a.codes, a.groups, codes, a.rows).mode(pick=pick)
        names = np.array([*texts.tolist(), ""], dtype=object)
        out = names[np.where(found < SYSMISS, found, len(texts)).astype(np.int64)]
        made = Made(out[a.codes])
    else:
        found, several = Grouped(a.codes, a.groups, np.asarray(values, dtype=float), a.rows).mode(pick=pick)
        made = a.per_group(found)
    if several and pick is None:  # stata: its warning
        return Made(made.values, notes=("Warning: at least one group contains multiple modes.  Generating missing "
                                        "values for the", "mode of these groups.  Use the missing, maxmode, minmode, "
                                        "or nummode() options to", "control this behavior."))  # fmt: skip
    return made


def _seq(a: Asked) -> Made:
    """from, from+1 ... to, each ``block`` times, over and over, within groups and within if."""
    first, block = int(a.options.get("from", 1)), int(a.options.get("block", 1))
    if block < 1:
        raise InvalidSyntax("block() must be positive", a.body.span)  # unverified: words
    counted = cumulated(a.rows.astype(float), a.codes) if _ascending(a) else _running(a)
    place = (counted - 1) // block
    if "to" in a.options:
        last = int(a.options["to"])
        step, size = (1, last - first + 1) if last >= first else (-1, first - last + 1)
        return Made(first + step * (place % size))
    if first != 1 and "to" not in a.options:
        return Made(first + place)
    return Made(1 + place)


def _ascending(a: Asked) -> bool:
    return bool((a.codes[1:] >= a.codes[:-1]).all())


def _running(a: Asked) -> Floats:
    """Running counts of the rows used, per group, where groups are scattered."""
    order = ascending_order(a.codes)
    assert order is not None
    out = np.empty(a.data.n)
    out[order] = cumulated(a.rows[order].astype(float), a.codes[order])
    return out


def _fill(a: Asked) -> Made:
    """A pattern of numbers continued: a step, or a block that repeats with or without a step."""
    try:
        pattern = [float(x) for x in a.body.text.replace(",", " ").split()]
    except ValueError:
        raise InvalidNumlist("invalid numlist", a.body.span) from None
    if len(pattern) < 2:
        raise InvalidSyntax("fill() requires a pattern of at least two numbers", a.body.span)  # unverified: words
    period, step = _period(pattern)
    k = cumulated(a.rows.astype(float), np.zeros(a.data.n, dtype=np.int64)) - 1
    base = np.array(pattern[:period])
    return Made(base[(k % period).astype(np.int64)] + step * (k // period))


def _period(pattern: list[float]) -> tuple[int, float]:
    """The shortest block whose repetition, shifted by a constant each time, gives the pattern."""
    n = len(pattern)
    for period in range(1, n):
        steps = {round(pattern[i + period] - pattern[i], 10) for i in range(n - period)}
        if len(steps) == 1:
            return period, steps.pop()
    return n, 0.0


def _sd(a: Asked) -> Made:
    return a.per_group(a.grouped().sd())


MISSING = frozenset({"missing"})
TABLE = {
    "mean": Function(lambda a: a.per_group(a.grouped().mean())),
    "total": Function(_total, MISSING),
    "sum": Function(_total, MISSING),
    "sd": Function(_sd),
    "min": Function(lambda a: a.per_group(a.grouped().extreme(largest=False)), MISSING),
    "max": Function(lambda a: a.per_group(a.grouped().extreme(largest=True)), MISSING),
    "median": Function(lambda a: a.per_group(a.grouped().percentile(50))),
    "pctile": Function(_pctile, frozenset({"p"})),
    "iqr": Function(_iqr),
    "mad": Function(lambda a: _deviations(a, median=True)),
    "mdev": Function(lambda a: _deviations(a, median=False)),
    "skew": Function(lambda a: _shape(a, 3)),
    "kurt": Function(lambda a: _shape(a, 4)),
    "count": Function(_count),
    "mode": Function(_mode, frozenset({"minmode", "maxmode", "nummode", "missing"})),
    "rank": Function(_rank, frozenset({"field", "track", "unique"})),
    "pc": Function(_pc, frozenset({"prop"})),
    "std": Function(_std, frozenset({"mean", "sd", "std"}), by=True),
    "seq": Function(_seq, frozenset({"from", "to", "block"})),
    "fill": Function(_fill, by=False),
}
