"""The statistics of collapse: name -> values for each group, storage type, label."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, types
from mixedcli.data.dataset import Column
from mixedcli.data.grouping import Floats, Groups, Ordered, Sample
from mixedcli.data.stacking import empty_value
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.frozen import frozen

#: one observation of the group as it is, of its type, labels and all
PICKED = ("first", "last", "firstnm", "lastnm")

#: a median of more observations is left to pandas, which selects where we sort
_MANY = 20_000

_SAME_TYPE = (*PICKED, "min", "max")
_PERCENTILE = re.compile(r"p(\d{1,2})\Z")


@frozen
class Weights:
    """kind: fweight, aweight, pweight, iweight.  values: (n,) positive numbers."""

    kind: str
    values: Floats


def known(word: str) -> str:
    """The statistic a word in parentheses names.  Errors: r(198)."""
    if word in _STATISTICS or word in PICKED or word == "rawsum":
        return word
    if word == "median":
        return "p50"
    found = _PERCENTILE.match(word)
    if found and int(found[1]) > 0:
        return f"p{int(found[1])}"
    raise InvalidSyntax(f"({word}) invalid statistic")  # unverified: wording


def check_weights(statistic: str, kind: str) -> None:
    """Errors: r(198) statistics that a kind of weight has no meaning for."""
    refused = {
        "pweight": ("sd", "semean", "sebinomial", "sepoisson"),
        "iweight": ("semean", "sebinomial", "sepoisson"),
        "aweight": ("sebinomial", "sepoisson"),
    }
    if statistic in refused.get(kind, ()):
        raise InvalidSyntax(f"{statistic} not allowed with {kind}s")  # unverified: wording


class Source:
    """A variable within the groups; what several statistics need is worked out once."""

    def __init__(self, column: Column, groups: Groups, weights: Weights | None) -> None:
        self.column = column
        self.groups = groups
        self.weights = weights
        self._sample: Sample | None = None
        self._ordered: Ordered | None = None

    @property
    def sample(self) -> Sample:
        if self._sample is None:
            if self.column.is_string:
                raise TypeMismatch("type mismatch")
            values, member = self.column.numeric(), self.groups.member
            weight = None if self.weights is None else self.weights.values
            empty = missing.is_missing(values)
            if empty.any():
                values, member = values[~empty], member[~empty]
                weight = None if weight is None else weight[~empty]
            made = Sample(values, member, self.groups.count, weight)
            if weight is not None and self.weights is not None and self.weights.kind == "aweight":
                # analytic weights add up to the number of observations of the group
                scale = made.frequency() / np.where(made.total(None) > 0, made.total(None), 1.0)
                made = replace(made, weights=weight * scale[member])
            self._sample = made
        return self._sample

    @property
    def ordered(self) -> Ordered:
        if self._ordered is None:
            self._ordered = Ordered(self.sample)
        return self._ordered

    def statistic(self, name: str, decimals: str) -> Column:
        """The collapsed variable, under the source's name.  decimals: type of means and the like, "float" or "double".

        Errors: r(109) a string variable has first and last, but no mean.
        """
        column = self.column
        label = f"({name}) {column.name}" if name != "p50" else f"(p 50) {column.name}"
        if name.startswith("p") and name[1:].isdecimal():
            label = f"(p {name[1:]}) {column.name}"
        if name in PICKED:
            return replace(column, values=self._picked(name), label=label)
        values = self._numbers(name)
        storage = self._type(name, values, decimals)
        kept = column.value_label if name in ("min", "max") else ""  # unverified: others lose their value label
        return replace(column, type=storage, values=missing.narrow(values, storage), label=label, value_label=kept)

    def _numbers(self, name: str) -> Floats:
        if name == "rawsum":
            return replace(self.sample, weights=None).total(self.sample.values)
        if name == "p50" and self.weights is None and self._ordered is None and len(self.sample.values) > _MANY:
            return self.sample.median()
        if name.startswith("p") and name[1:].isdecimal():
            return self.ordered.percentile(float(name[1:]))
        return _STATISTICS[name](self)

    def _type(self, name: str, values: Floats, decimals: str) -> str:
        if name in _SAME_TYPE:
            return self.column.type
        if name == "count":
            return "long" if types.fits(values, "long") else "double"
        if name in ("sum", "rawsum") or decimals == "double" or self.column.type in ("long", "double"):
            return "double"
        return "float"

    def _picked(self, name: str) -> NDArray[Any]:
        """The value of the first or last observation of each group; nm: of those not missing."""
        values, member = self.column.values, self.groups.member
        rows = np.arange(len(values))
        if name.endswith("nm"):
            there = values != "" if self.column.is_string else ~missing.is_missing(self.column.numeric())
            rows, member = rows[there], member[there]
        chosen = np.full(self.groups.count, -1, dtype=np.int64)
        step = -1 if name.startswith("first") else 1  # what is assigned last stays
        chosen[member[::step]] = rows[::step]
        out = values[chosen]
        out[chosen < 0] = empty_value(self.column.type)
        return out


def _sd(source: Source) -> Floats:
    s = source.sample
    n = s.frequency() if source.weights is None or source.weights.kind == "aweight" else s.total(None)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 1, np.sqrt(s.squares() / (n - 1)), np.nan)


def _size(source: Source) -> Floats:
    """Number of observations a standard error goes by."""
    return source.sample.total(None)


def _count(source: Source) -> Floats:
    whole = source.weights is not None and source.weights.kind == "aweight"
    return source.sample.frequency() if whole else source.sample.total(None)


def _semean(source: Source) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return _sd(source) / np.sqrt(_size(source))


def _sebinomial(source: Source) -> Floats:
    p = source.sample.mean()
    odd = np.zeros(source.groups.count, dtype=np.bool_)
    odd[source.sample.member[~np.isin(source.sample.values, (0.0, 1.0))]] = True
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(odd, np.nan, np.sqrt(p * (1 - p) / _size(source)))


def _sepoisson(source: Source) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(source.sample.mean() / _size(source))


def _percent(source: Source) -> Floats:
    count = source.sample.total(None)
    return 100 * count / (count.sum() or np.nan)


_STATISTICS: dict[str, Callable[[Source], Floats]] = {
    "mean": lambda s: s.sample.mean(),
    "sd": _sd,
    "semean": _semean,
    "sebinomial": _sebinomial,
    "sepoisson": _sepoisson,
    "sum": lambda s: s.sample.total(s.sample.values),
    "count": _count,
    "percent": _percent,
    "max": lambda s: s.sample.extreme(largest=True),
    "min": lambda s: s.sample.extreme(largest=False),
    "iqr": lambda s: s.ordered.percentile(75) - s.ordered.percentile(25),
}
