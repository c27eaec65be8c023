"""The parameter vector of a model and the scale in which the engine sees each random effect.

Effects are rescaled inside the engine, u_int = T u: columns of Z get unit mean square,
and where an unstructured equation has a constant the other columns are centred as well.
psi holds the engine's parameters: relative (co)variances kappa = elements(T Sigma T') / sigma2
per equation, top level first, then the relative residual precisions rho.

Shapes: P parameters, m per equation, C (m, m): kappa_int = C kappa.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_recov import factor_covariance
from mixedcli.engine.design import Design, Equation
from mixedcli.engine.nested import LevelCovariance
from mixedcli.engine.orthogonal import Column, is_ones
from mixedcli.engine.recov import RandomCovariance, Unstructured
from mixedcli.engine.residual import Independent
from mixedcli.engine.weights import group_total
from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli.engine.residual.correlated import Correlated

Floats = NDArray[np.float64]


@frozen
class Term:
    """One random-effects equation.

    level, equation: indices in the design; depth: index among the levels that have effects; place: its first
    effect within the level; at: its first parameter in psi; groups: of its level (levels of an R. term).
    turn: T (q, q); C and its inverse U turn kappa into the engine's scale and back.
    """

    level: int
    equation: int
    depth: int
    place: int
    at: int
    groups: int
    structure: RandomCovariance
    turn: Floats
    C: Floats
    U: Floats

    @property
    def own(self) -> slice:
        """Its parameters in psi."""
        return slice(self.at, self.at + self.structure.size)


@frozen
class Space:
    """All equations and the residual structure of a model."""

    terms: tuple[Term, ...]
    q: tuple[int, ...]  # effects per level that has any
    residual: Independent | Correlated

    @property
    def random(self) -> int:
        """Number of random-effects parameters."""
        return sum(t.structure.size for t in self.terms)

    @property
    def size(self) -> int:
        return self.random + self.residual.size

    def covariances(self, psi: Floats) -> tuple[LevelCovariance, ...]:
        """Sigma and the parameters' directions per level."""
        sigmas = [np.zeros((q, q)) for q in self.q]
        index: list[list[int]] = [[] for _ in self.q]
        basis: list[list[tuple[tuple[int, int, float], ...]]] = [[] for _ in self.q]
        for t in self.terms:
            span = slice(t.place, t.place + t.structure.q)
            sigmas[t.depth][span, span] = t.structure.matrix(psi[t.own])
            for i, E in enumerate(t.structure.basis()):
                index[t.depth].append(t.at + i)
                basis[t.depth].append(
                    tuple(
                        (t.place + int(a), t.place + int(b), float(E[a, b]))
                        for a, b in zip(*np.nonzero(E), strict=True)
                    )
                )
        return tuple(LevelCovariance(s, tuple(i), tuple(b)) for s, i, b in zip(sigmas, index, basis, strict=True))


def parameter_space(design: Design, rows: NDArray[np.int64]) -> tuple[Space, tuple[tuple[Column, ...], ...]]:
    """The space of a design, and the columns of Z per level in the engine's scale (levels without effects left out)."""
    terms: list[Term] = []
    effects: list[tuple[Column, ...]] = []
    at = 0
    for number, level in enumerate(design.levels):
        columns: list[Column] = []
        for e, equation in enumerate(level.equations):
            if equation.is_empty:
                continue
            if equation.factor is not None:
                structure, own = factor_covariance(equation), list[Column]()
                turn, C = np.eye(structure.q), np.eye(structure.size)
            else:
                structure = equation.covariance(len(equation.z))
                own, turn = _engine_columns(design, equation)
                C = structure.elements(turn @ structure.basis() @ turn.T).T
            terms.append(
                Term(
                    number,
                    e,
                    len(effects),
                    len(columns),
                    at,
                    group_total(design, number) if equation.factor is None else equation.factor.levels,
                    structure,
                    turn,
                    C,
                    np.asarray(np.linalg.inv(C), dtype=float),
                )
            )
            columns.extend(own)
            at += structure.size
        if columns:
            effects.append(tuple(columns))
    residual: Independent | Correlated = Independent(rows)
    if design.correlation is not None:
        from mixedcli.engine.residual.correlated import Correlated

        residual = Correlated(design.correlation.structures)
    return Space(tuple(terms), tuple(len(e) for e in effects), residual), tuple(effects)


def _engine_columns(design: Design, equation: Equation) -> tuple[list[Column], Floats]:
    """Rescaled columns and T; T keeps the structure's form."""
    values = [design.columns[k] for k in equation.z]
    n, q = design.n, len(values)
    ones = [is_ones(v) for v in values]
    shifts, turn = np.zeros(q), np.zeros((q, q))
    if equation.covariance is Unstructured and any(ones):
        constant = ones.index(True)
        shifts = np.array([0.0 if one else float(v.mean()) for v, one in zip(values, ones, strict=True)])
        turn[constant] = shifts
    sizes = np.array([1.0 if one else s for one, s in zip(ones, _rms(values, shifts, n), strict=True)])
    if equation.covariance(2).variances == 1:  # equal variances must stay equal: one scale for all
        sizes[:] = np.sqrt(np.mean(sizes**2))
    turn[np.arange(q), np.arange(q)] = sizes
    columns = [Column(v, float(m), 1.0 / float(s)) for v, m, s in zip(values, shifts, sizes, strict=True)]
    return columns, turn


def _rms(values: list[Floats], shifts: Floats, n: int) -> Iterator[float]:
    for v, shift in zip(values, shifts, strict=True):
        if is_ones(v):
            yield 1.0
            continue
        deviation = v if shift == 0.0 else v - shift
        size = float(np.sqrt(deviation @ deviation / n))
        yield size if size > 0 and np.isfinite(size) else 1.0
