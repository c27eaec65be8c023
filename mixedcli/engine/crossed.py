"""Log likelihood of models with crossed effects: eliminate the base, factor the Schur complement of the rest.

All derivatives follow the recursion of ``nested`` with the dense columns as one last group.  With
B = H S_da, W = M S_da and v = F_a - F_d B (the base's cross products with [X, y] less Z_d B):

    T = S_aa - S_da'B        dT = -W'E_i W (dense i)                      dT = v'Omega_a v + ... (base, residual a)
    d2T = W'(E_i K E_j + E_j K E_i) W,   -(M R_a)'E_i W - transpose,   v'Omega_ab v - R_a'H R_b - R_b'H R_a
    log|I + S Sigma|: tr(K E_i), tr(H dS_a);  -tr(K E_i K E_j), tr(M dS_a M'E_i), tr(H d2S_ab) - tr(H dS_a H dS_b)

The last line's second derivatives need products of m x m matrices.  Where m is large they are left to the end:
until then D2 is replaced by average information (Gilmour, Thompson and Cullis 1995), which needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_atoms import Plan, plan
from mixedcli.engine.crossed_base import BaseElimination, Direction, eliminate_base
from mixedcli.engine.crossed_data import CrossedData, crossed_data
from mixedcli.engine.crossed_products import PairProducts, pair_products
from mixedcli.engine.crossed_schur import Schur, block_sum
from mixedcli.engine.crossprod import CrossProducts
from mixedcli.engine.design import Design, FitOptions
from mixedcli.engine.likelihood import Criterion, Likelihood
from mixedcli.engine.nested import Evaluation
from mixedcli.engine.orthogonal import Column, Frame
from mixedcli.engine.parameters import Space
from mixedcli.engine.residual import Independent
from mixedcli.errors import NotYetAvailable
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]

AVERAGE_FROM = 500  # columns of the Schur complement from which average information stands in for D2


@frozen
class CrossedLikelihood(Likelihood):
    """The criterion of a crossed design; ``average``: with average information in place of the exact D2."""

    crossed: CrossedData
    plan: Plan
    pairs: PairProducts
    memory: dict[tuple[bytes, bool], tuple[int, Criterion]]
    average: bool = False

    def evaluate(self, psi: Floats, order: int) -> Evaluation:
        """log|V| and [X, y]'V^-1[X, y] with derivatives with respect to psi."""
        L = self.plan.L
        phi = L @ psi
        leaf = self.space.residual
        assert isinstance(leaf, Independent)
        at = L.shape[0] - leaf.size
        slopes = leaf.slopes()
        directions = [Direction(at + b, None, slope) for b, slope in enumerate(slopes)]
        sigma, own = _base_covariance(self.plan, phi)
        done = _Evaluator(self.crossed, self.pairs, phi, leaf.weights(phi[at:]), sigma, [*own, *directions])
        e = done.run(order, exact=not self.average)
        return Evaluation(
            e.log_det,
            L.T @ e.log_det1,
            L.T @ e.log_det2 @ L,
            e.T,
            np.tensordot(L.T, e.T1, 1),
            np.einsum("ki,kmab,mj->ijab", L, e.T2, L, optimize=True),
        )

    def criterion(self, psi: Floats, order: int) -> Criterion:
        """As for nested models; the last few evaluations are remembered."""
        key = (psi.tobytes(), self.average)
        known = self.memory.get(key)
        if known is not None and known[0] >= order:
            return known[1]
        c = Likelihood.criterion(self, psi, order)
        if self.average and order > 1:
            c = replace(c, D2=-0.5 * c.Q2 / c.sigma2)
        while len(self.memory) > 3:
            del self.memory[next(iter(self.memory))]
        self.memory[key] = (order, c)
        return c

    def exact(self) -> CrossedLikelihood:
        """The same criterion with exact second derivatives."""
        return replace(self, average=False)


def crossed_likelihood(
    design: Design, frame: Frame, space: Space, effects: Sequence[Sequence[Column]], options: FitOptions
) -> CrossedLikelihood:
    """The criterion of a design with R. terms; ``frame``, ``space`` and ``effects`` as for nested designs.

    Raises NotYetAvailable for weights above the rows, robust standard errors and correlated residuals.
    """
    for unable, what in (
        (any(level.weights is not None for level in design.levels), "weights of groups are"),
        (options.robust, "robust standard errors are"),
        (design.correlation is not None, "correlated residuals are"),
    ):
        if unable:
            raise NotYetAvailable(f"{what} not yet available together with crossed effects (R.varname)")
    order = plan(design, space, effects)
    data = crossed_data(design, frame, order)
    largest = max((c.m for c in data.components), default=0)
    average = largest > AVERAGE_FROM and space.residual.size == 0
    empty = CrossProducts(frame, (), (), ())
    return CrossedLikelihood(empty, space, options.reml, data, order, pair_products(data), {}, average)


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


class _Evaluator:
    """One evaluation; results accumulate in arrays over phi."""

    def __init__(
        self,
        data: CrossedData,
        pairs: PairProducts,
        phi: Floats,
        weights: Floats,
        sigma: Floats,
        directions: Sequence[Direction],
    ) -> None:
        self.data, self.pairs, self.phi = data, pairs, phi
        self.weights, self.sigma, self.directions = weights, sigma, directions

    def run(self, order: int, exact: bool) -> Evaluation:
        data, n_phi = self.data, len(self.phi)
        base = eliminate_base(data.zz, self.weights, self.sigma, self.directions, order)
        r = data.aa.shape[1]
        turned = _times(base.omega, data.za)
        T = np.tensordot(self.weights, data.aa, 1) + _gram(data.za, turned)
        S_da = np.tensordot(self.weights, data.da, 1) + data.F.T @ turned.reshape(-1, r)
        S = self._complement(self.weights, base.omega)
        schurs = [
            Schur(c, S[a:b], self.phi, order > 0) for c, (a, b) in zip(data.components, self._places(), strict=True)
        ]
        B = np.empty_like(S_da)
        for c, s in zip(data.components, schurs, strict=True):
            B[c.span] = s.times_h(S_da[c.span])
        T = T - S_da.T @ B
        log_det = base.log_det + sum(s.log_det for s in schurs)
        out = Evaluation(
            log_det,
            np.zeros(n_phi),
            np.zeros((n_phi, n_phi)),
            0.5 * (T + T.T),
            np.zeros((n_phi, r, r)),
            np.zeros((n_phi, n_phi, r, r)),
        )
        if order > 0:
            _Derivatives(self, out, base, schurs, S_da, B, order, exact).run()
        return out

    def _complement(self, weights: Floats, omega: Floats) -> Floats:
        """S_dd + sum F'Omega F, flat."""
        out = self.pairs.form(omega)
        for w, dd in zip(weights.tolist(), self.data.dd, strict=True):
            if w == 0.0:
                continue
            coo = dd.tocoo()
            for c, (a, b) in zip(self.data.components, self._places(), strict=True):
                if len(self.data.components) == 1:
                    rows, cols, values = coo.row, coo.col, coo.data
                else:
                    part = dd[c.span][:, c.span].tocoo()
                    rows, cols, values = part.row, part.col, part.data
                out[a:b][rows.astype(np.int64) * c.m + cols] += w * values
        return out

    def _places(self) -> list[tuple[int, int]]:
        ends = np.cumsum([c.m**2 for c in self.data.components]).tolist()
        return [(e - c.m**2, e) for c, e in zip(self.data.components, ends, strict=True)]


class _Derivatives:
    """First and second derivatives, added into ``out``."""

    def __init__(
        self,
        evaluator: _Evaluator,
        out: Evaluation,
        base: BaseElimination,
        schurs: Sequence[Schur],
        S_da: Floats,
        B: Floats,
        order: int,
        exact: bool,
    ) -> None:
        self.at, self.out, self.base, self.schurs = evaluator, out, base, schurs
        self.S_da, self.B, self.order, self.exact = S_da, B, order, exact
        data = evaluator.data
        self.data = data
        self.v = data.za - np.asarray(data.F @ B).reshape(data.za.shape)
        self.index = [d.index for d in evaluator.directions]

    def run(self) -> None:
        self._base()
        R = self._slopes()
        dS = [self.at._complement(self._weights(k), self.base.first[k]) for k in range(len(self.index))]
        d2S: dict[tuple[int, int], Floats] = {}
        if self.order > 1 and self.exact:
            zero = np.zeros(self.data.parts)
            d2S = {pair: self.at._complement(zero, omega) for pair, omega in self.base.second.items()}
        for c, s, (a, b) in zip(self.data.components, self.schurs, self.at._places(), strict=True):
            below = [x[a:b] for x in dS]
            below2 = {pair: x[a:b] for pair, x in d2S.items()}
            _ComponentDerivatives(self.out, s, self.order, self.exact).run(
                s.times_m(self.S_da[c.span]), [x[c.span] for x in R], self.index, below, below2
            )

    def _weights(self, k: int) -> Floats:
        slope = self.at.directions[k].slope
        return np.zeros(self.data.parts) if slope is None else slope

    def _base(self) -> None:
        """What the base alone and v contribute."""
        out, base, index = self.out, self.base, self.index
        for k, i in enumerate(index):
            out.log_det1[i] += base.log_det1[k]
            out.T1[i] += _gram(self.v, _times(base.first[k], self.v))
            for w, b in zip(self._weights(k).tolist(), range(self.data.parts), strict=True):
                if w != 0.0:
                    cross = self.data.da[b].T @ self.B
                    inner = self.B.T @ (self.data.dd[b] @ self.B)
                    out.T1[i] += w * (self.data.aa[b] - cross - cross.T + inner)
        if self.order > 1:
            for (j, k), omega in base.second.items():
                a, b = index[j], index[k]
                out.log_det2[a, b] += base.log_det2[j, k]
                out.T2[a, b] += _gram(self.v, _times(omega, self.v))
                if a != b:
                    out.log_det2[b, a] = out.log_det2[a, b]
                    out.T2[b, a] = out.T2[a, b]

    def _slopes(self) -> list[Floats]:
        """R_a = d(S_da) - d(S_dd) B for every parameter below."""
        found = []
        for k in range(len(self.index)):
            R = self.data.F.T @ _times(self.base.first[k], self.v).reshape(-1, self.v.shape[2])
            for w, b in zip(self._weights(k).tolist(), range(self.data.parts), strict=True):
                if w != 0.0:
                    R = R + w * (self.data.da[b] - self.data.dd[b] @ self.B)
            found.append(np.asarray(R))
        return found


class _ComponentDerivatives:
    """One component's share of the derivatives."""

    def __init__(self, out: Evaluation, schur: Schur, order: int, exact: bool) -> None:
        self.out, self.schur, self.order, self.exact = out, schur, order, exact

    def run(
        self,
        W: Floats,
        R: Sequence[Floats],
        index: Sequence[int],
        dS: Sequence[Floats],
        d2S: dict[tuple[int, int], Floats],
    ) -> None:
        out, s = self.out, self.schur
        own = [(k, b.atom.at + i, E) for k, b in enumerate(s.blocks) for i, E in enumerate(b.atom.basis)]
        EW = [self._direct(k, E, W) for k, _, E in own]
        diagonal = [block_sum(s.information_block(k, k), b) for k, b in enumerate(s.blocks)]
        for (k, i, E), right in zip(own, EW, strict=True):
            out.log_det1[i] += float(np.sum(E * diagonal[k]))
            out.T1[i] -= W.T @ right
        scaled = [s.products(x) for x in dS]
        for i, (trace, _) in zip(index, scaled, strict=True):
            out.log_det1[i] += trace
        if self.order < 2:
            return
        KEW = [s.times_k(x) for x in EW]
        for x, (_, i, _) in enumerate(own):
            for y, (_, j, _) in enumerate(own):
                term = EW[x].T @ KEW[y]
                out.T2[i, j] += term + term.T
        HR = [s.times_h(x) for x in R]
        for x, a in enumerate(index):
            MR = s.times_m(R[x])
            for (_, i, _), right in zip(own, EW, strict=True):
                term = MR.T @ right
                out.T2[a, i] -= term + term.T
                out.T2[i, a] -= term + term.T
            for y, b in enumerate(index):
                term = R[x].T @ HR[y]
                out.T2[a, b] -= term + term.T
        if self.exact:
            self._traces(own, index, [C for _, C in scaled], dS, d2S)

    def _direct(self, k: int, E: Floats, W: Floats) -> Floats:
        """E_i W: rows of block k turned by E, all others zero."""
        b = self.schur.blocks[k]
        out = np.zeros_like(W)
        part = W[b.span].reshape(b.groups, b.atom.q, -1)
        out[b.span] = (E @ part).reshape(-1, W.shape[1])
        return out

    def _traces(
        self,
        own: Sequence[tuple[int, int, Floats]],
        index: Sequence[int],
        C: Sequence[Floats],
        dS: Sequence[Floats],
        d2S: dict[tuple[int, int], Floats],
    ) -> None:
        """Second derivatives of log|I + S Sigma|."""
        out, s = self.out, self.schur
        pairs: dict[tuple[int, int], Floats] = {}
        for k in range(len(s.blocks)):
            for j in range(k + 1):
                pairs[j, k] = self._pair(j, k)
        for k, i, E in own:
            for h, j, F in own:
                sums = pairs[k, h] if k <= h else pairs[h, k].transpose(1, 0, 3, 2)
                out.log_det2[i, j] -= float(np.einsum("st,ux,tusx->", E, F, sums))
        U = [s.turned(x) for x in C]
        for x, a in enumerate(index):
            for k in range(len(s.blocks)):
                spread = s.spread(k, U[x], dS[x])
                for h, i, E in own:
                    if h == k:
                        out.log_det2[a, i] += float(np.sum(E * spread))
                        out.log_det2[i, a] += float(np.sum(E * spread))
            for y in range(x + 1):
                value = -_trace(U[x], U[y])
                pair = d2S.get((y, x))
                if pair is not None:
                    value += s.trace_h(pair)
                b = index[y]
                out.log_det2[a, b] += value
                if a != b:
                    out.log_det2[b, a] += value

    def _pair(self, j: int, k: int) -> Floats:
        """Sums over groups of K[(g, t), (h, u)] K[(g, s), (h, x)], shape (t, u, s, x)."""
        s = self.schur
        a, b = s.blocks[j].atom.q, s.blocks[k].atom.q
        K = s.information_block(j, k)
        parts = {(t, u): K[t::a, u::b] for t in range(a) for u in range(b)}
        out = np.empty((a, b, a, b))
        for t, u in parts:
            for x, y in parts:
                out[t, u, x, y] = float(np.einsum("ij,ij->", parts[t, u], parts[x, y]))
        return out


def _times(omega: Floats, x: Floats) -> Floats:
    """Omega_g x_g: (Q, Q, G) and (G, Q, r), shape (G, Q, r)."""
    if omega.shape[0] == 1:
        return np.asarray(omega[0, 0][:, None, None] * x)
    return np.asarray(np.matmul(omega.transpose(2, 0, 1), x))


def _gram(x: Floats, y: Floats) -> Floats:
    """Sum over groups of x_g'y_g, symmetric."""
    r = x.shape[2]
    total = x.reshape(-1, r).T @ y.reshape(-1, r)
    return np.asarray(0.5 * (total + total.T))


def _trace(U: Floats, V: Floats) -> float:
    """tr(U V), a few columns at a time."""
    total = 0.0
    for low in range(0, len(U), 256):
        total += float(np.einsum("ij,ji->", U[:, low : low + 256], V[low : low + 256]))
    return total
