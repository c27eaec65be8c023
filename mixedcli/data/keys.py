"""Values of key variables as whole numbers: equal keys, equal codes; codes sort as the keys do.

What merge, joinby, reshape and collapse have in common: one int64 code per observation, comparable across data sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset

Codes = NDArray[np.int64]

#: strings beyond this many are worth the import of pandas
_MANY = 5000

_ROOM = 1 << 62


def joint_codes(names: Sequence[str], *sets: Dataset) -> list[Codes]:
    """For each data set (n_k,) codes of the named variables together.  The variables are of one kind everywhere."""
    parts = [_ranks([data.columns[name] for data in sets]) for name in names]
    if not parts:
        return [np.zeros(data.n, dtype=np.int64) for data in sets]
    codes, size = parts[0]
    for more, count in parts[1:]:
        if size * count >= _ROOM:
            codes, size = _compressed(codes)
        if size * count >= _ROOM:
            more, count = _compressed(more)
        codes = [a * count + b for a, b in zip(codes, more, strict=True)]
        size *= count
    return codes


def _compressed(codes: list[Codes]) -> tuple[list[Codes], int]:
    unique, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    return _split(inverse.astype(np.int64, copy=False), codes), len(unique)


def _split(joined: Codes, like: Sequence[NDArray[Any]]) -> list[Codes]:
    return np.split(joined, np.cumsum([len(part) for part in like])[:-1])


def _ranks(columns: list[Column]) -> tuple[list[Codes], int]:
    """Codes from 0 for one variable in several data sets, and a bound for them."""
    if columns[0].is_string:
        return _string_ranks([c.values for c in columns])
    if all(c.type in missing.INTEGER_TYPES for c in columns):
        return _whole_ranks([_integers(c) for c in columns])
    values = [c.numeric() for c in columns]
    empty = [missing.is_missing(v) for v in values]
    real = [np.where(e, 0.0, v) for v, e in zip(values, empty, strict=True)]
    if all(bool((np.abs(v) < 2.0**53).all() and (v == np.rint(v)).all()) for v in real):
        letters = [
            np.where(e, np.rint((v - missing.SYSMISS) / missing.STEP), -1.0) for v, e in zip(values, empty, strict=True)
        ]
        pairs = [(v.astype(np.int64), k.astype(np.int64)) for v, k in zip(real, letters, strict=True)]
        return _whole_ranks(pairs)
    unique, inverse = np.unique(np.concatenate(values), return_inverse=True)
    return _split(inverse.astype(np.int64, copy=False), values), max(len(unique), 1)


def _integers(column: Column) -> tuple[Codes, Codes]:
    """Values, and which missing value each is (0 is ".", -1 none)."""
    _, _, most, code = missing.INTEGER_TYPES[column.type]
    values = column.values.astype(np.int64)
    return values, np.where(values > most, values - code, -1) if (values > most).any() else np.empty(0, np.int64)


def _whole_ranks(pairs: list[tuple[Codes, Codes]]) -> tuple[list[Codes], int]:
    """Whole numbers counted from the smallest; missing values come behind the largest."""
    low, high = 0, -1
    bounds = []
    for values, letters in pairs:
        real = values[letters < 0] if len(letters) else values
        if len(real):
            bounds.append((int(real.min()), int(real.max())))
    if bounds:
        low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    out = []
    for values, letters in pairs:
        codes = values - low
        out.append(np.where(letters >= 0, high - low + 1 + letters, codes) if len(letters) else codes)
    return out, high - low + 28


def _string_ranks(texts: list[NDArray[Any]]) -> tuple[list[Codes], int]:
    joined = np.concatenate(texts)
    if len(joined) <= _MANY:
        place = {text: k for k, text in enumerate(sorted(set(joined.tolist())))}
        codes = np.array([place[t] for t in joined.tolist()], dtype=np.int64)
        return _split(codes, texts), max(len(place), 1)
    import pandas as pd

    found, unique = pd.factorize(joined)
    order = np.argsort(unique)
    rank = np.empty(len(unique), dtype=np.int64)
    rank[order] = np.arange(len(unique))
    return _split(rank[found], texts), max(len(unique), 1)


def ascending_order(codes: Codes) -> Codes | None:
    """The rows in ascending order of their codes, ties in their own order; None if they are so already."""
    if not len(codes) or bool((codes[1:] >= codes[:-1]).all()):
        return None
    low, n = int(codes.min()), len(codes)
    if (int(codes.max()) - low + 1) * n < _ROOM:
        # code and row number in one number: a plain sort, much faster than a stable argsort
        return np.sort((codes - low) * n + np.arange(n)) % n
    return np.argsort(codes, kind="stable")


def starts_of(ordered: Codes) -> Codes:
    """(G + 1,) first row of each run of equal codes and, last, the number of rows."""
    if not len(ordered):
        return np.zeros(1, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [len(ordered)]]).astype(np.int64)


def string_ranks(texts: NDArray[Any]) -> Codes:
    """Whole numbers that sort as the strings do."""
    (codes,), _ = _string_ranks([texts])
    return codes
