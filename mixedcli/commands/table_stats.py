"""Statistics of table: their names, labels, and values in every cell, totals included."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.tabstat import measured
from mixedcli.data.missing import is_missing
from mixedcli.data.moments import Floats
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen

Ints = NDArray[np.int64]
Resolve = Callable[[str], tuple[str, ...]]

#: statistic -> (label, name for ``measured``, "" for those of counts)
KNOWN = {
    "frequency": ("Frequency", ""),
    "percent": ("Percent", ""),
    "proportion": ("Proportion", ""),
    "mean": ("Mean", "mean"),
    "sd": ("Standard deviation", "sd"),
    "variance": ("Variance", "variance"),
    "cv": ("Coefficient of variation", "cv"),
    "semean": ("Standard error of mean", "semean"),  # unverified: label
    "skewness": ("Skewness", "skewness"),
    "kurtosis": ("Kurtosis", "kurtosis"),
    "count": ("Number of nonmissing values", "n"),
    "total": ("Total", "sum"),
    "min": ("Minimum value", "min"),
    "max": ("Maximum value", "max"),
    "range": ("Range", "range"),
    "median": ("Median", "p50"),
    "iqr": ("Interquartile range", "iqr"),
}
_OTHER = {
    "freq": "frequency", "fre": "frequency", "n": "count", "sum": "total", "rawsum": "total", "q2": "median",
    "med": "median", "sem": "semean", "var": "variance", "minimum": "min", "maximum": "max",
}  # fmt: skip
_RANK = re.compile(r"p(\d{1,2})|q([13])")


@frozen
class Item:
    """One statistic of one variable ("" for counts)."""

    statistic: str
    variable: str

    @property
    def label(self) -> str:
        """What stands in the table."""
        if self.statistic in KNOWN:
            return KNOWN[self.statistic][0]
        k = int(self.statistic[1:])
        end = "th" if 10 <= k % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(k % 10, "th")
        return f"{k}{end} percentile"

    @property
    def counts(self) -> bool:
        """Whether it is about observations, not values."""
        return self.statistic in ("frequency", "percent", "proportion")


def statistic(word: str) -> str | None:
    """Its full name, or None."""
    word = _OTHER.get(word, word)
    if word in KNOWN:
        return word
    if found := _RANK.fullmatch(word):
        return "p" + (found[1] or {"1": "25", "3": "75"}[found[2]])
    return None


def cells(
    items: Sequence[Item],
    columns: dict[str, Floats],
    codes: Sequence[Ints],
    sizes: Sequence[int],
    w: Floats | None,
    weight: str,
) -> dict[tuple[int, ...], list[float]]:
    """Values of the items for every combination of levels, -1 standing for all of them.

    columns: variable -> (m,) values; codes: (m,) levels of each dimension.  Empty cells are left out.
    """
    m = len(codes[0]) if codes else len(next(iter(columns.values()), np.zeros(0))) if columns else 0
    if not codes and w is not None:
        m = len(w)
    out: dict[tuple[int, ...], list[float]] = {}
    whole = float(m) if w is None else float(w.sum())
    for kept in product((True, False), repeat=len(codes)):
        joint = np.zeros(m, dtype=np.int64)
        for keep, c, size in zip(kept, codes, sizes, strict=True):
            joint = joint * size + c if keep else joint
        distinct, first, inverse = np.unique(joint, return_index=True, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        cuts = np.searchsorted(inverse[order], np.arange(1, len(distinct)))
        for rows, at in zip(np.split(order, cuts), first.tolist(), strict=True):
            place = tuple(int(c[at]) if keep else -1 for keep, c in zip(kept, codes, strict=True))
            out[place] = [_value(i, columns, rows, w, weight, whole) for i in items]
    return out


def _value(item: Item, columns: dict[str, Floats], rows: Ints, w: Floats | None, weight: str, whole: float) -> float:
    if item.counts:
        n = float(len(rows)) if w is None else float(w[rows].sum())
        if weight == "aweight" and w is not None:
            n *= len(w) / whole  # as tabulate: scaled to the number of observations
            whole = float(len(w))
        return n if item.statistic == "frequency" else n / whole * (100 if item.statistic == "percent" else 1)
    x = columns[item.variable][rows]
    known = ~is_missing(x)
    own = None if w is None else w[rows][known]
    name = KNOWN[item.statistic][1] if item.statistic in KNOWN else item.statistic
    return measured(x[known], own, "fweight" if weight == "iweight" else weight, (name,))[0]


def parse(texts: Sequence[str], resolve: Resolve) -> list[Item]:
    """statistic() options -> items, one for each variable.  Errors: r(111), r(198)."""
    out: list[Item] = []
    for text in texts:
        word, *names = text.replace(",", " ").split()
        known = statistic(word)
        if known is None:
            raise InvalidSyntax(f"statistic {word} not allowed")  # unverified: words
        counted = Item(known, "").counts
        if counted == bool(names):
            raise InvalidSyntax(f"option statistic() invalid: {word} takes {'no ' if counted else ''}variables")
        found = [v for n in names for v in resolve(n)] if names else [""]
        out += [Item(known, v) for v in found]
    return out


def parse_contents(text: str, resolve: Resolve) -> list[Item]:
    """contents() of the syntax before version 17: statistic variable pairs, freq alone.  Errors: r(111), r(198)."""
    out: list[Item] = []
    words = text.split()
    while words:
        word = words.pop(0)
        known = statistic(word)
        if known is None:
            raise InvalidSyntax(f"{word} invalid statistic in contents()")  # unverified: words
        if Item(known, "").counts:
            out.append(Item(known, ""))
            continue
        if not words:
            raise InvalidSyntax("option contents() incorrectly specified")
        (name,) = resolve(words.pop(0))
        out.append(Item(known, name))
    return out
