"""egen functions over the variables of a row."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.egen.made import Asked, Floats, Function, Made
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS, is_missing, letter_of
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.numfmt import text as formatted


def _reduced(function: Callable[[Floats], Floats]) -> Callable[[Asked], Made]:
    """A reduction of (n, k) with nan for missing values to (n,)."""

    def make(a: Asked) -> Made:
        with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)  # rows without values give nan, which is meant
            values = function(a.matrix())
        return Made(np.where(np.isfinite(values), values, SYSMISS))

    return make


def _sd(x: Floats) -> Floats:
    return np.asarray(np.nanstd(x, axis=1, ddof=1))


def _rowtotal(a: Asked) -> Made:
    x = a.matrix()
    total = np.nansum(x, axis=1)
    return Made(np.where(np.isnan(x).all(axis=1), SYSMISS, total) if a.options.get("missing") else total)


def _percentile(x: Floats, p: float) -> Floats:
    """Row percentiles with Stata's rule (the mean of two neighbours where n p / 100 is whole)."""
    ordered = np.sort(x, axis=1)  # nan come last
    n = np.sum(~np.isnan(x), axis=1)
    place = n * p / 100
    whole = np.abs(place - np.rint(place)) < 1e-9
    place = np.where(whole, np.rint(place), np.floor(place))
    top = np.maximum(n - 1, 0)
    low = np.clip(np.where(whole, place - 1, place), 0, top).astype(np.int64)
    high = np.clip(place, 0, top).astype(np.int64)
    at = np.arange(len(x))
    return np.where(n > 0, (ordered[at, low] + ordered[at, high]) / 2, np.nan)


def _rowpctile(a: Asked) -> Made:
    values = _percentile(a.matrix(), a.percentage())
    return Made(np.where(np.isnan(values), SYSMISS, values))


def _end(a: Asked, *, last: bool) -> Made:
    x = a.matrix()
    x = x[:, ::-1] if last else x
    known = ~np.isnan(x)
    found = x[np.arange(len(x)), known.argmax(axis=1)]
    return Made(np.where(known.any(axis=1), found, SYSMISS))


def _gaps(a: Asked, *, known: bool) -> Made:
    columns = a.columns()
    if known and any(c.is_string for c in columns) and not a.options.get("strok"):
        raise TypeMismatch("type mismatch", a.body.span)
    empty = sum((_missing(c).astype(float) for c in columns), np.zeros(a.data.n))
    return Made(len(columns) - empty if known else empty)


def _missing(column: Column) -> NDArray[np.bool_]:
    return np.asarray(column.values == "") if column.is_string else is_missing(column.numeric())


def _hits(a: Asked) -> tuple[list[Floats], list[NDArray[np.bool_]]]:
    if "values" not in a.options:
        raise InvalidSyntax("option values() required", a.body.span)
    wanted = np.array(a.options["values"])
    columns = [c.numeric() for c in a.columns()]
    return columns, [np.isin(x, wanted) for x in columns]


def _anymatch(a: Asked) -> Made:
    _, hits = _hits(a)
    names = " ".join(c.name for c in a.columns())
    told = " ".join(f"{v:g}" for v in a.options["values"])
    return Made(np.logical_or.reduce(hits).astype(float), "byte", f"{names} == {told}"[:80])


def _anycount(a: Asked) -> Made:
    _, hits = _hits(a)
    return Made(np.sum(hits, axis=0).astype(float), "byte" if len(hits) <= 100 else "")


def _anyvalue(a: Asked) -> Made:
    columns, hits = _hits(a)
    if len(columns) != 1:
        raise InvalidSyntax("too many variables specified", a.body.span)
    return Made(np.where(hits[0], columns[0], SYSMISS))


def _diff(a: Asked) -> Made:
    columns = a.columns()
    if len({c.is_string for c in columns}) > 1:
        raise TypeMismatch("type mismatch", a.body.span)
    first = columns[0].values if columns[0].is_string else columns[0].numeric()
    rest = [c.values if c.is_string else c.numeric() for c in columns[1:]]
    unlike = np.logical_or.reduce([first != x for x in rest]) if rest else np.zeros(a.data.n, dtype=bool)
    return Made(unlike.astype(float), "byte", f"diff {' '.join(c.name for c in columns)}"[:80])


def _concat(a: Asked) -> Made:
    joined = a.options.get("punct", "")
    if len(joined) > 1 and joined[0] == joined[-1] == '"':
        joined = joined[1:-1]
    parts = [_texts(a, c) for c in a.columns()]
    out = np.empty(a.data.n, dtype=object)
    out[:] = [joined.join(row) for row in zip(*parts, strict=True)]
    return Made(out)


def _texts(a: Asked, column: Column) -> list[str]:
    """The values as text: labels with decode, the shortest form that reads back without format()."""
    if column.is_string:
        return [str(v) for v in column.values]
    shape = a.options.get("format")
    labels: Any = a.data.value_labels.get(column.value_label, {}) if a.options.get("decode") else {}
    long = int(a.options.get("maxlength", 32))
    distinct, inverse = np.unique(column.numeric(), return_inverse=True)

    def one(value: float) -> str:
        if value in labels:
            return str(labels[value])[:long]
        if value >= SYSMISS:
            return letter_of(value)
        if not shape and -1e12 < value < 1e12 and value == int(value):
            return str(int(value))
        return formatted(value, shape or "%16.0g").strip()

    told = [one(float(v)) for v in distinct]
    return [told[i] for i in inverse.tolist()]


MISSING = frozenset({"missing"})
VALUES = frozenset({"values"})
TABLE = {
    "rowmean": Function(_reduced(lambda x: np.nanmean(x, axis=1))),
    "rowtotal": Function(_rowtotal, MISSING),
    "rowsd": Function(_reduced(_sd)),
    "rowmin": Function(_reduced(lambda x: np.nanmin(x, axis=1))),
    "rowmax": Function(_reduced(lambda x: np.nanmax(x, axis=1))),
    "rowmedian": Function(_reduced(lambda x: _percentile(x, 50.0))),
    "rowpctile": Function(_rowpctile, frozenset({"p"})),
    "rowfirst": Function(lambda a: _end(a, last=False)),
    "rowlast": Function(lambda a: _end(a, last=True)),
    "rowmiss": Function(lambda a: _gaps(a, known=False)),
    "rownonmiss": Function(lambda a: _gaps(a, known=True), frozenset({"strok"})),
    "anymatch": Function(_anymatch, VALUES),
    "anycount": Function(_anycount, VALUES),
    "anyvalue": Function(_anyvalue, VALUES),
    "diff": Function(_diff),
    "concat": Function(_concat, frozenset({"format", "decode", "punct", "maxlength"})),
}
