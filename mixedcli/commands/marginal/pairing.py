"""Pairwise comparisons of a list of margins: their labels, their family, groups that do not differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.marginal.inference import Basis, Estimates, Quantities, covariance, estimated
from mixedcli.commands.marginal.options import Mcompare
from mixedcli.commands.marginal.tables import Section
from mixedcli.engine.comparisons import Family
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Pairs:
    """A term's margins and their comparisons: matrix (pairs, margins), pairs (second minus first), labels."""

    equation: str
    label: str
    margins: Quantities
    names: tuple[str, ...]
    matrix: Floats
    pairs: tuple[tuple[int, int], ...]
    labels: tuple[str, ...]

    @property
    def comparisons(self) -> Quantities:
        return self.margins.combined(self.matrix)


def pairs_of(equation: str, label: str, margins: Quantities, names: Sequence[str], how: Mcompare) -> Pairs:
    """Every later margin minus every earlier one; with Dunnett's method every other minus the first."""
    k = len(names)
    chosen = [(i, j) for i, j in combinations(range(k), 2) if how.method != "dunnett" or i == 0]
    matrix = np.zeros((len(chosen), k))
    for row, (i, j) in enumerate(chosen):
        matrix[row, j], matrix[row, i] = 1.0, -1.0
    several = any("#" in n or " " in n for n in names) and "#" in label
    shown = [f"({n})" if several else n for n in names]
    labels = tuple(f"{shown[j]} vs {shown[i]}" for i, j in chosen)
    return Pairs(equation, label, margins, tuple(names), matrix, tuple(chosen), labels)


def compared(terms: Sequence[Pairs], base: Basis, how: Mcompare) -> list[Estimates]:
    """The tables of comparisons, adjusted within each term, or over all."""
    total = sum(len(t.pairs) for t in terms)
    ranks = [max(len(t.names) - 1, 1) for t in terms]
    out = []
    for t, rank in zip(terms, ranks, strict=True):
        family = Family(
            total if how.every else len(t.pairs), sum(ranks) if how.every else rank, len(t.names),
            _distances(t) if how.method in ("snk", "duncan") else (),
            _correlation(t, base) if how.method == "dunnett" else None,
        )  # fmt: skip
        out.append(estimated(t.comparisons, base, how.method, family))
    return out


def _distances(t: Pairs) -> tuple[int, ...]:
    """How many means each comparison spans once they are sorted."""
    place = np.argsort(np.argsort(t.margins.estimate, kind="stable"), kind="stable")
    return tuple(int(abs(place[i] - place[j])) + 1 for i, j in t.pairs)


def _correlation(t: Pairs, base: Basis) -> Floats:
    V = covariance(t.comparisons, base)
    scale = np.sqrt(np.diag(V))
    return np.asarray(V / np.outer(scale, scale))


def letters(t: Pairs, table: Estimates, alpha: float) -> tuple[str, ...]:
    """Letters (margins,): two margins share one when their comparison is not significant.

    A letter is a largest set of margins that do not differ from each other; sets go by their smallest margin.
    stata: a published log: each letter has its column, a margin that differs from all has none.
    """
    k = len(t.names)
    same = np.eye(k, dtype=bool)
    for (i, j), p in zip(t.pairs, table.p.tolist(), strict=True):
        same[i, j] = same[j, i] = bool(p > alpha)
    order = np.argsort(np.where(t.margins.estimable, t.margins.estimate, np.inf), kind="stable").tolist()
    place = {m: n for n, m in enumerate(order)}
    found: list[frozenset[int]] = []
    _cliques(frozenset(), frozenset(np.flatnonzero(t.margins.estimable).tolist()), frozenset(), same, found)
    sets = sorted((c for c in found if len(c) > 1), key=lambda c: sorted(place[m] for m in c))
    marks = [chr(ord("A") + n) if n < 26 else "?" for n in range(len(sets))]
    return tuple("".join(m if i in s else " " for m, s in zip(marks, sets, strict=True)) for i in range(k))


def _cliques(
    now: frozenset[int], open_: frozenset[int], done: frozenset[int], same: NDArray[np.bool_],
    out: list[frozenset[int]],
) -> None:  # fmt: skip
    """Largest sets all of whose members agree (Bron and Kerbosch 1973)."""
    if not open_ and not done:
        out.append(now)
        return
    near = {v: frozenset(np.flatnonzero(same[v]).tolist()) - {v} for v in open_ | done}
    pivot = max(open_ | done, key=lambda v: len(near[v] & open_))
    for v in sorted(open_ - near[pivot]):
        _cliques(now | {v}, open_ & near[v], done & near[v], same, out)
        open_, done = open_ - {v}, done | {v}


def margin_sections(
    terms: Sequence[Pairs], tables: Sequence[Estimates], base: Basis, *, alpha: float, groups: bool, how: Mcompare
) -> list[Section]:
    """The margins themselves, with group letters or limits adjusted for the number of margins."""
    out = []
    for t, table in zip(terms, tables, strict=True):
        m = len(t.names)
        method = how.method if how.method in ("bonferroni", "sidak", "scheffe") else "noadjust"
        own = estimated(t.margins, base, method, Family(m, m))
        marks = letters(t, table, alpha) if groups else ()
        out.append(Section(t.equation, t.label, t.names, own, marks))
    return out
