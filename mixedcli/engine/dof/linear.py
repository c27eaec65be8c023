"""The elimination's derivatives as if V were linear in the residual parameters: V_ij = 0.

Kenward and Roger's formulas without the term R_ij, and the information matrices, need V_i and V_j but not V_ij.  So
the second derivatives of the residual structures are set to 0 before their matrices are inverted:

    independent       precisions rho instead of variances: V_rr = -2 / rho V_r is taken off afterwards (``connection``)
    ratio of by()     V = exp(2 r) A: V_rr = 2 V_r, V_rx = 2 V_x, likewise
    exchangeable      linear in the correlation r(x): V_xx = r'' / r' V_x, likewise
    patterns          the table of the structure's elements without its second derivatives
    chains            AR(1), exponential: by patterns too, since V_ij of a chain is none

Shapes: m residual parameters, T distinct times, K largest lag.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import cross_products
from mixedcli.engine.design import Correlation, Design
from mixedcli.engine.likelihood import Likelihood
from mixedcli.engine.nested import Evaluation, evaluate
from mixedcli.engine.parameters import parameter_space
from mixedcli.engine.residual.correlated import Correlated
from mixedcli.engine.residual.exchangeable import Exchangeable
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.structure import ResidualRow, Stack, Structure
from mixedcli.errors import NotYetAvailable
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST = 2000  # rows of a group, and distinct times, for which a chain's matrices are written out


def evaluate_linear(design: Design, likelihood: Likelihood, psi: Floats) -> Evaluation:
    """log|V| and [X, y]'V^-1[X, y] at psi with derivatives of a V that is linear in its parameters.

    Raises NotYetAvailable (r(198)) for chains of very long groups.
    """
    if design.correlation is None:
        return likelihood.evaluate(psi, 2)
    data, space = likelihood.data, likelihood.space
    assert isinstance(space.residual, Correlated)
    residual = space.residual
    if any(s.layout == "chain" for s in residual.structures):
        written = _written_out(design.correlation)
        plain = replace(design, correlation=written)
        _, effects = parameter_space(plain, data.frame.rows)
        data = cross_products(plain, data.frame, effects)
        residual = Correlated(written.structures)
    at = space.random
    leaf = residual.leaf(data, at, psi[at:], 2)
    flat = tuple(
        tuple(_flat(stack) for stack in stacks) if s.layout == "patterns" else stacks
        for s, stacks in zip(residual.structures, leaf.prepared, strict=True)
    )
    return evaluate(data, space.covariances(psi), replace(leaf, prepared=flat), space.size, 2)


def connection(likelihood: Likelihood, psi: Floats) -> Floats | None:
    """G (m, m, m) with V_ij = sum_k G_ijk V_k left in ``evaluate_linear``; None without residual parameters."""
    space = likelihood.space
    rho = psi[space.random :]
    m = len(rho)
    if not m:
        return None
    G = np.zeros((m, m, m))
    if not isinstance(space.residual, Correlated):
        index = np.arange(m)
        G[index, index, index] = -2.0 / rho
        return G
    for b, (s, span) in enumerate(zip(space.residual.structures, space.residual.spans(), strict=True)):
        first = span.start + (b > 0)
        if b:
            r = span.start
            G[r, r, r] = 2.0
            for x in range(first, span.stop):
                G[r, x, x] = G[x, r, x] = 2.0
        if isinstance(s, Exchangeable) and s.size:
            two = s.matrix(rho[first : span.stop], np.zeros(2))
            G[first, first, first] = float(two.second[0, 0, 0, 1] / two.first[0, 0, 1])
    return G


def _flat(stack: Stack) -> Stack:
    return replace(stack, second=np.zeros_like(stack.second))


def _written_out(correlation: Correlation) -> Correlation:
    """The same with chains as patterns."""
    times = np.unique(correlation.times)
    sizes = np.bincount(correlation.codes, minlength=correlation.groups)
    if len(times) > LARGEST or int(sizes.max(initial=0)) > LARGEST:
        raise NotYetAvailable(
            f"small-sample inference with this residual structure is not yet available beyond {LARGEST:,} times"
        )
    structures = tuple(
        Tabled(s.times, s.order, s.largest, s.span, inner=s, points=times) if s.layout == "chain" else s
        for s in correlation.structures
    )
    return replace(correlation, structures=structures)


@frozen
class Tabled(Structure):
    """A structure written out at all pairs of the distinct times ``points`` (T,); for evaluation only."""

    inner: Structure | None = None
    points: Floats | None = None

    keyword: ClassVar[str] = "tabled"
    abbreviation: ClassVar[str] = "tabled"
    name: ClassVar[str] = "Tabled"

    @property
    def _own(self) -> Structure:
        assert self.inner is not None
        return self.inner

    @property
    def size(self) -> int:
        return self._own.size

    @property
    def shifts(self) -> bool:
        return False

    def rows(self) -> tuple[ResidualRow, ...]:
        return self._own.rows()

    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        return self._own.natural(x)

    def working(self, natural: Floats) -> Floats:
        return self._own.working(natural)

    def start(self, moments: Moments) -> Floats:
        return self._own.start(moments)

    def keys(self, times: Floats) -> Ints:
        assert self.points is not None
        return np.searchsorted(self.points, times)

    def table(self, x: Floats) -> Stack:
        assert self.points is not None
        full = self._own.matrix(x, self.points)
        m = self.size
        return Stack(full.value.reshape(-1), full.first.reshape(m, -1), full.second.reshape(m, m, -1))

    def entries(self, keys: Ints) -> Ints:
        assert self.points is not None
        return keys[..., :, None] * len(self.points) + keys[..., None, :]
