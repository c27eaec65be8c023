"""Fisher's exact test of a table of any size: the network of Mehta and Patel (1983), columns one after the other.

A node is what is left of the row totals, in order of size; its paths are sums of -log(x!) so far, equal ones merged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

#: so many steps may be taken, a few seconds
MOST = 5_000_000


def exact(counts: NDArray[np.float64]) -> float | None:
    """The probability of tables no likelier than this one with its margins; None when there are too many."""
    table = counts if counts.shape[0] <= counts.shape[1] else counts.T
    rows = [round(float(v)) for v in table.sum(axis=1)]
    columns = sorted((round(float(v)) for v in table.sum(axis=0)), reverse=True)
    n = sum(rows)
    logs = [math.lgamma(k + 1) for k in range(n + 1)]
    constant = sum(logs[v] for v in rows) + sum(logs[v] for v in columns) - logs[n]
    seen = constant - sum(logs[round(float(v))] for v in table.ravel())
    nodes: dict[tuple[int, ...], dict[float, float]] = {tuple(sorted(rows)): {0.0: 1.0}}
    steps = 0
    for total in columns:
        following: dict[tuple[int, ...], dict[float, float]] = {}
        for left, paths in nodes.items():
            for x in _fillings(left, total):
                length = sum(logs[k] for k in x)
                node = tuple(sorted(a - b for a, b in zip(left, x, strict=True)))
                into = following.setdefault(node, {})
                steps += len(paths)
                if steps > MOST:
                    return None
                for path, number in paths.items():
                    key = round(path - length, 9)
                    into[key] = into.get(key, 0.0) + number
        nodes = following
    (paths,) = nodes.values()
    return min(1.0, math.fsum(k * math.exp(constant + p) for p, k in paths.items() if constant + p <= seen + 1e-7))


def _fillings(left: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """The ways to take ``total`` from the rows."""
    if len(left) == 1:
        if total <= left[0]:
            yield (total,)
        return
    rest = sum(left[1:])
    for k in range(max(0, total - rest), min(left[0], total) + 1):
        for others in _fillings(left[1:], total - k):
            yield (k, *others)
