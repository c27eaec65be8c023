"""Log likelihood of models with crossed effects, as the optimiser wants it.

The work is done in crossed_evaluate: the base is eliminated group by group, the Schur complement of all
other effects factored.  Second derivatives of log|V| need products of m x m matrices.  Where m is large they
are left to the end: until then D2 is replaced by average information (Gilmour, Thompson and Cullis 1995),
which needs none.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_atoms import Plan, plan
from mixedcli.engine.crossed_base import Direction
from mixedcli.engine.crossed_data import CrossedData, crossed_data
from mixedcli.engine.crossed_evaluate import CrossedPass
from mixedcli.engine.crossed_products import PairProducts, pair_products
from mixedcli.engine.crossprod import CrossProducts
from mixedcli.engine.design import Design, FitOptions
from mixedcli.engine.indicators import needs_indicators
from mixedcli.engine.likelihood import Criterion, Likelihood
from mixedcli.engine.nested import Evaluation
from mixedcli.engine.orthogonal import Column, Frame
from mixedcli.engine.parameters import Space
from mixedcli.engine.residual import Independent
from mixedcli.errors import OutOfMemory
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

MATRICES = 4  # of the Schur complement's size that one evaluation needs at least
CARRY_FROM = 2000  # columns from which exact second derivatives are carried along very short steps
CARRY = 1e-5  # relative length of such a step: what is lost is a few percent of it
AVERAGE_FROM = 500  # columns of the Schur complement from which average information stands in for D2


@frozen
class CrossedLikelihood(Likelihood):
    """The criterion of a crossed design; ``average``: with average information in place of the exact D2.

    memory: the last criteria.  pending: the last pass, without its traces.  anchor: psi of the last exact second
    derivatives of log|V|, these, and the ratio's denominator (see ``_carried``).
    """

    crossed: CrossedData
    plan: Plan
    pairs: PairProducts
    memory: dict[tuple[bytes, bool], tuple[int, Criterion]]
    pending: dict[bytes, CrossedPass]
    anchor: list[tuple[Floats, Floats, Floats]]
    average: bool = False

    def evaluate(self, psi: Floats, order: int) -> Evaluation:
        """log|V| and [X, y]'V^-1[X, y] with derivatives with respect to psi."""
        L = self.plan.L
        known = self.pending.pop(psi.tobytes(), None)
        self.pending.clear()
        done = self._pass(L @ psi, order) if known is None else known
        if order > 1 and self.average:
            self.pending[psi.tobytes()] = done  # exact() may want the rest
        elif order > 1 and not self._near(psi):
            done.traces()
        e = done.result
        return Evaluation(
            e.log_det,
            L.T @ e.log_det1,
            L.T @ e.log_det2 @ L,
            e.T,
            np.tensordot(L.T, e.T1, 1),
            np.einsum("ki,kmab,mj->ijab", L, e.T2, L, optimize=True),
        )

    def _pass(self, phi: Floats, order: int) -> CrossedPass:
        leaf = self.space.residual
        assert isinstance(leaf, Independent)
        at = len(phi) - leaf.size
        sigma, own = _base_covariance(self.plan, phi)
        directions = [*own, *(Direction(at + b, None, slope) for b, slope in enumerate(leaf.slopes()))]
        return CrossedPass(self.crossed, self.pairs, phi, leaf.weights(phi[at:]), sigma, directions, order)

    def criterion(self, psi: Floats, order: int) -> Criterion:
        """As for nested models; the last few evaluations are remembered."""
        key = (psi.tobytes(), self.average)
        known = self.memory.get(key)
        if known is not None and known[0] >= order:
            return known[1]
        c = Likelihood.criterion(self, psi, order)
        if order > 1 and self.widest > AVERAGE_FROM:
            average = -0.5 * c.Q2 / c.sigma2
            if self.average:
                c = replace(c, D2=average)
            elif self._near(psi):
                _, exact, then = self.anchor[0]
                c = replace(c, D2=exact * (average / then))
            elif self.widest > CARRY_FROM and (average != 0.0).all():
                self.anchor[:] = [(psi.copy(), c.D2, average)]
        while len(self.memory) > 3:
            del self.memory[next(iter(self.memory))]
        self.memory[key] = (order, c)
        return c

    @property
    def widest(self) -> int:
        """Columns of the largest Schur complement."""
        return max((c.m for c in self.crossed.components), default=0)

    def _near(self, psi: Floats) -> bool:
        """Whether exact second derivatives are known so close that their ratio to average information will do."""
        if not self.anchor:
            return False
        step = np.abs(psi - self.anchor[0][0])
        return bool((step <= CARRY * np.abs(psi)).all())

    @property
    def enough(self) -> float:
        """An evaluation can take seconds: seven digits of the estimates' distance in standard errors."""
        return 1e-18 if self.widest > AVERAGE_FROM else 1e-24

    @property
    def close(self) -> float:
        """Average information ends where one exact step brings all digits."""
        return 1e-15 if self.average else 1e-11

    def exact(self) -> CrossedLikelihood:
        """The same criterion with exact second derivatives."""
        return replace(self, average=False)


def crossed_likelihood(
    design: Design, frame: Frame, space: Space, effects: Sequence[Sequence[Column]], options: FitOptions
) -> CrossedLikelihood:
    """The criterion of a design with R. terms; ``frame``, ``space`` and ``effects`` as for nested designs.

    Residuals are independent and groups count once: other designs are written out first (``indicators``).
    """
    assert not needs_indicators(design)
    order = plan(design, space, effects)
    data = crossed_data(design, frame, order)
    if MATRICES * 8 * sum(c.m**2 for c in data.components) > _memory():
        raise OutOfMemory("op. sys. refuses to provide memory")  # before the system kills the program
    average = max((c.m for c in data.components), default=0) > AVERAGE_FROM and space.residual.size == 0
    empty = CrossProducts(frame, (), (), ())
    return CrossedLikelihood(empty, space, options.reml, data, order, pair_products(data), {}, {}, [], average)


def _memory() -> float:
    """Bytes of the machine's memory; unlimited where the system does not tell."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return math.inf


def _base_covariance(order: Plan, phi: Floats) -> tuple[Floats, list[Direction]]:
    """Covariance of one base group's effects and its parameters' directions."""
    q = sum(a.q for a in order.base)
    sigma = np.zeros((q, q))
    directions = []
    place = 0
    for a in order.base:
        span = slice(place, place + a.q)
        sigma[span, span] = a.sigma(phi)
        for i, E in enumerate(a.basis):
            wide = np.zeros((q, q))
            wide[span, span] = E
            directions.append(Direction(a.at + i, wide, None))
        place += a.q
    return sigma, directions
