"""One evaluation of a crossed model: eliminate the base, factor the Schur complement of the rest.

All derivatives follow the recursion of ``nested`` with the dense columns as one last group.  With
B = H S_da, W = M S_da and v = F_a - F_d B (the base's cross products with [X, y] less Z_d B):

    T = S_aa - S_da'B        dT = -W'E_i W (dense i)                      dT = v'Omega_a v + ... (base, residual a)
    d2T = W'(E_i K E_j + E_j K E_i) W,   -(M R_a)'E_i W - transpose,   v'Omega_ab v - R_a'H R_b - R_b'H R_a
    log|I + S Sigma|: tr(K E_i), tr(H dS_a);  -tr(K E_i K E_j), tr(M dS_a M'E_i), tr(H d2S_ab) - tr(H dS_a H dS_b)

Only the last line's second derivatives need products of m x m matrices: ``traces`` adds them when wanted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossed_base import Direction, eliminate_base
from mixedcli.engine.crossed_data import CrossedData
from mixedcli.engine.crossed_products import PairProducts
from mixedcli.engine.crossed_schur import Schur
from mixedcli.engine.crossed_traces import component_derivatives, component_traces
from mixedcli.engine.nested import Evaluation

Floats = NDArray[np.float64]


class CrossedPass:
    """One evaluation over phi; ``result`` lacks the second derivatives of log|V| until ``traces`` has run."""

    def __init__(
        self,
        data: CrossedData,
        pairs: PairProducts,
        phi: Floats,
        weights: Floats,
        sigma: Floats,
        directions: Sequence[Direction],
        order: int,
    ) -> None:
        self.data, self._pairs, self._weights, self._directions = data, pairs, weights, directions
        self._index = [d.index for d in directions]
        n_phi, r = len(phi), data.aa.shape[1]
        self._base = base = eliminate_base(data.zz, weights, sigma, directions, order)
        turned = _times(base.omega, data.za)
        T = np.tensordot(weights, data.aa, 1) + _gram(data.za, turned)
        S_da = np.tensordot(weights, data.da, 1) + data.F.T @ turned.reshape(-1, r)
        S = self._complement(weights, base.omega)
        self._schurs = [
            Schur(c, S[a:b], phi, order > 0) for c, (a, b) in zip(data.components, self._places(), strict=True)
        ]
        B = np.empty_like(S_da)
        for c, s in zip(data.components, self._schurs, strict=True):
            B[c.span] = s.times_h(S_da[c.span])
        T = T - S_da.T @ B
        self.result = Evaluation(
            base.log_det + sum(s.log_det for s in self._schurs),
            np.zeros(n_phi),
            np.zeros((n_phi, n_phi)),
            0.5 * (T + T.T),
            np.zeros((n_phi, r, r)),
            np.zeros((n_phi, n_phi, r, r)),
        )
        if order == 0:
            return
        v = data.za - np.asarray(data.F @ B).reshape(data.za.shape)
        self._add_base(B, v, order)
        R = self._slopes(B, v)
        self._dS = [self._complement(self._slope(k), base.first[k]) for k in range(len(self._index))]
        for c, s, (a, b) in zip(data.components, self._schurs, self._places(), strict=True):
            component_derivatives(
                self.result,
                s,
                s.times_m(S_da[c.span]),
                [x[c.span] for x in R],
                self._index,
                [x[a:b] for x in self._dS],
                order,
            )

    def traces(self) -> None:
        """Add the second derivatives of log|V|; call once, after a pass of order 2."""
        zero = np.zeros(self.data.parts)
        d2S = {pair: self._complement(zero, omega) for pair, omega in self._base.second.items()}
        for s, (a, b) in zip(self._schurs, self._places(), strict=True):
            below = [x[a:b] for x in self._dS]
            component_traces(self.result, s, self._index, below, {pair: x[a:b] for pair, x in d2S.items()})
        for (j, k), value in np.ndenumerate(self._base.log_det2):
            self.result.log_det2[self._index[j], self._index[k]] += value

    def _complement(self, weights: Floats, omega: Floats) -> Floats:
        """S_dd + sum F'Omega F, flat."""
        out = self._pairs.form(omega)
        for w, dd in zip(weights.tolist(), self.data.dd, strict=True):
            if w != 0.0:
                for (place, value), (a, b) in zip(dd, self._places(), strict=True):
                    out[a:b][place] += w * value
        return out

    def _places(self) -> list[tuple[int, int]]:
        ends = np.cumsum([c.m**2 for c in self.data.components]).tolist()
        return [(e - c.m**2, e) for c, e in zip(self.data.components, ends, strict=True)]

    def _slope(self, k: int) -> Floats:
        slope = self._directions[k].slope
        return np.zeros(self.data.parts) if slope is None else slope

    def _add_base(self, B: Floats, v: Floats, order: int) -> None:
        """What the base alone and v contribute."""
        out, base, data = self.result, self._base, self.data
        for k, i in enumerate(self._index):
            out.log_det1[i] += base.log_det1[k]
            out.T1[i] += _gram(v, _times(base.first[k], v))
            for b, w in enumerate(self._slope(k).tolist()):
                if w != 0.0:
                    cross = data.da[b].T @ B
                    out.T1[i] += w * (data.aa[b] - cross - cross.T + B.T @ (data.sparse_dd[b] @ B))
        for (j, k), omega in base.second.items() if order > 1 else ():
            term = _gram(v, _times(omega, v))
            a, b = self._index[j], self._index[k]
            out.T2[a, b] += term
            if a != b:
                out.T2[b, a] += term

    def _slopes(self, B: Floats, v: Floats) -> list[Floats]:
        """R_a = d(S_da) - d(S_dd) B for every parameter of the base and the residual."""
        data = self.data
        found = []
        for k in range(len(self._index)):
            R = data.F.T @ _times(self._base.first[k], v).reshape(-1, v.shape[2])
            for b, w in enumerate(self._slope(k).tolist()):
                if w != 0.0:
                    R = R + w * (data.da[b] - data.sparse_dd[b] @ B)
            found.append(np.asarray(R))
        return found


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
