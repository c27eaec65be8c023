"""Crossed designs as sums of simple variance components, and the order in which they are eliminated.

    V / sigma2 = sum over atoms k of Z_k (I (x) Sigma_k(phi)) Z_k' + R / sigma2

An atom is one grouping of the rows with q effects per group.  An equation of a level is an atom; so
is R.a with identical variances (its levels are the groups).  Exchangeable levels with variance v and
covariance c make two: the levels with v - c, and the groups of the term's own level with c, which may
be negative.  phi is linear in the model's psi: phi = L psi.

The base (the atom with most groups, and all atoms on the same grouping) has a block diagonal cross
product and is eliminated group by group; the others, "dense", form the Schur complement.

Shapes: n rows; codes (n,); basis (m, q, q); L (size of phi, size of psi).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_recov import ExchangeableLevels
from mixedcli.engine.design import Design, Ints
from mixedcli.engine.orthogonal import Column
from mixedcli.engine.parameters import Space
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Atom:
    """One grouping with its effects.

    columns: q columns of Z, None for indicators (one effect).  at: its first parameter in phi; basis: their directions.
    """

    codes: Ints
    groups: int
    columns: tuple[Column, ...] | None
    at: int
    basis: Floats

    @property
    def q(self) -> int:
        return int(self.basis.shape[1])

    @property
    def size(self) -> int:
        return int(self.basis.shape[0])

    @property
    def own(self) -> slice:
        """Its parameters in phi."""
        return slice(self.at, self.at + self.size)

    @property
    def width(self) -> int:
        """Its columns of Z over all groups."""
        return self.groups * self.q

    def sigma(self, phi: Floats) -> Floats:
        """Covariance matrix (q, q) of one group's effects."""
        return np.asarray(np.tensordot(phi[self.own], self.basis, 1))


@frozen
class Plan:
    """base: atoms on the finest grouping; dense: the others, all of them to be factored together; L: psi -> phi."""

    base: tuple[Atom, ...]
    dense: tuple[Atom, ...]
    L: Floats


def plan(design: Design, space: Space, effects: Sequence[Sequence[Column]]) -> Plan:
    """Atoms of a design; ``effects`` as parameter_space returns them."""
    made: list[Atom] = []
    rows: list[Floats] = []

    def add(codes: Ints, groups: int, columns: tuple[Column, ...] | None, basis: Floats, directions: Floats) -> None:
        codes, groups = dense_codes(codes, groups)
        made.append(Atom(codes, groups, columns, sum(a.size for a in made), basis))
        rows.extend(directions)

    for t in space.terms:
        level = design.levels[t.level]
        factor = level.equations[t.equation].factor
        directions = np.zeros((t.structure.size, space.size))
        directions[:, t.own] = np.eye(t.structure.size)
        if factor is None:
            columns = tuple(effects[t.depth][t.place : t.place + t.structure.q])
            add(level.codes, level.groups, columns, t.structure.basis(), directions)
        elif isinstance(t.structure, ExchangeableLevels):
            one = np.ones((1, 1, 1))
            add(factor.codes, factor.levels, None, one, directions[:1] - directions[1:])
            add(level.codes, level.groups, None, one, directions[1:])
        else:
            add(factor.codes, factor.levels, None, np.ones((1, 1, 1)), directions)
    count = len(rows)
    L = np.zeros((count + space.residual.size, space.size))
    L[:count] = np.array(rows).reshape(count, space.size)
    L[count:, space.random :] = np.eye(space.residual.size)
    widest = max(made, key=lambda a: a.groups)
    base = tuple(a for a in made if same_grouping(a, widest))
    return Plan(base, tuple(a for a in made if not any(a is b for b in base)), L)


def same_grouping(a: Atom, b: Atom) -> bool:
    """Whether two atoms part the rows alike."""
    if a.groups != b.groups:
        return False
    image = np.zeros(a.groups, dtype=np.int64)
    image[a.codes] = b.codes
    return bool((image[a.codes] == b.codes).all())


def dense_codes(codes: Ints, groups: int) -> tuple[Ints, int]:
    """Codes without unused values."""
    used = np.bincount(codes, minlength=groups) > 0
    if used.all():
        return codes, groups
    return np.asarray((np.cumsum(used) - 1)[codes]), int(used.sum())
