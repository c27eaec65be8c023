"""Correlated residuals: parameters of all by() groups, and their cross products chunk by chunk.

psi's residual part holds, group after group, the log ratio of standard deviations to the first group (not for
the first) and the working vector x of the group's structure: any real values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import Chunk, CrossProducts
from mixedcli.engine.nested import Evaluation, RowProducts
from mixedcli.engine.residual.moments import Moments
from mixedcli.engine.residual.pieces import Piece, scaled
from mixedcli.engine.residual.shown import Shown, StoredPart
from mixedcli.engine.residual.structure import Stack, Structure, scale_name, stored_rows, stored_scale
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class RowSupply:
    """What the rows keep for evaluations.

    pieces[k][b]: chunk k, by() group b (None: no rows there), with its number of rows; classes and moments per group.
    """

    pieces: tuple[tuple[tuple[Piece, float] | None, ...], ...]
    classes: tuple[Floats, ...]
    moments: tuple[Moments, ...]


@frozen
class Correlated:
    """The residual structures of a model, one per by() group; the counterpart of ``Independent``."""

    structures: tuple[Structure, ...]

    @property
    def size(self) -> int:
        """Number of parameters beside sigma2."""
        return sum(s.size for s in self.structures) + len(self.structures) - 1

    def spans(self) -> tuple[slice, ...]:
        """Parameters of every by() group; from the second on, the first of them is the log ratio."""
        out, at = [], 0
        for b, s in enumerate(self.structures):
            out.append(slice(at, at + s.size + (b > 0)))
            at += s.size + (b > 0)
        return tuple(out)

    def own(self, psi: Floats) -> list[Floats]:
        """Working vector of every by() group's structure."""
        return [psi[span.start + (b > 0) : span.stop] for b, span in enumerate(self.spans())]

    def start(self, data: CrossProducts) -> Floats:
        """From the moments of the regression's residuals."""
        assert data.supply is not None
        out: list[float] = []
        first = max(data.supply.moments[0].variance, 1e-300)
        for b, (s, moments) in enumerate(zip(self.structures, data.supply.moments, strict=True)):
            if b:
                out.append(0.5 * float(np.log(max(moments.variance, 1e-6 * first) / first)))
            out.extend(s.start(moments).tolist())
        return np.array(out, dtype=float)

    def log_det(self, psi: Floats) -> tuple[float, Floats, Floats]:
        """log|R / sigma2|: comes with the products (see ``CorrelatedLeaf``)."""
        return 0.0, np.zeros(self.size), np.zeros((self.size, self.size))

    def link(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """psi is the working vector itself."""
        return x, np.ones(self.size), np.zeros(self.size)

    def unlink(self, psi: Floats) -> Floats:
        """The working vector is psi."""
        return psi

    def shown(self, psi: Floats) -> list[Shown]:
        """The rows of the table, group after group."""
        out = []
        for b, (s, span) in enumerate(zip(self.structures, self.spans(), strict=True)):
            at = span.start + (b > 0)
            scale = float(np.exp(2.0 * psi[span.start])) if b else 1.0
            values, first = s.natural(psi[at : span.stop])
            for k, row in enumerate(s.rows()):
                value, slope, bend, r = float(values[k]), np.zeros(self.size), np.zeros(self.size), 0.0
                slope[at : span.stop] = first[:, k]
                if row.kind == "cov":
                    i, j = row.pair
                    root = float(np.sqrt(values[i] * values[j]))
                    r = value / root
                    bend[at : span.stop] = first[:, k] / root - 0.5 * r * (
                        first[:, i] / values[i] + first[:, j] / values[j]
                    )
                if row.kind in ("var", "cov"):
                    value, slope = scale * value, scale * slope
                    if b:
                        slope[span.start] = 2.0 * value
                group = b if len(self.structures) > 1 else -1
                out.append(Shown(group, row.kind, row.label, row.metric, value, slope, r, bend))
        return out

    def stored(self, psi: Floats) -> StoredPart:
        """e(b) after lnsig_e: for every group its log ratio, then its structure's parameters."""
        kinds: list[str] = []
        names: list[str] = []
        groups: list[int] = []
        values: list[float] = []
        J = np.zeros((self.size, self.size))
        for b, (s, span) in enumerate(zip(self.structures, self.spans(), strict=True)):
            at = span.start + (b > 0)
            own, slope = stored_scale(s, psi[at : span.stop])
            J[at : span.stop, at : span.stop] = slope
            if b:
                J[span.start, span.start] = 1.0
                kinds.append("r_lns")
                names.append(scale_name(s, b))
                values.append(float(psi[span.start]))
                variances = [k for k, row in enumerate(stored_rows(s)) if row.kind == "var"]
                values_of = np.array(variances, dtype=np.int64)
                own[values_of] += psi[span.start]
                J[span.start, at + values_of] = 1.0
            rows = stored_rows(s)
            kinds.extend("r_lns" if row.kind == "var" else "r_" + row.kind for row in rows)
            names.extend(row.stored.format(b + 1) for row in rows)
            values.extend(own.tolist())
            groups.extend([b] * (span.stop - span.start))
        return StoredPart(tuple(kinds), tuple(names), tuple(groups), np.array(values, dtype=float), J)

    def leaf(self, data: CrossProducts, at: int, psi: Floats, order: int) -> CorrelatedLeaf:
        """Products at psi; ``at``: place of the first residual parameter in the whole vector."""
        assert data.supply is not None
        prepared = []
        for b, (s, span) in enumerate(zip(self.structures, self.spans(), strict=True)):
            x = psi[span][1:] if b else psi[span]
            prepared.append((s.table(x),) if s.layout == "patterns" else s.weights(x, data.supply.classes[b]))
        return CorrelatedLeaf(self, data.supply, at, psi, tuple(prepared), order)


@frozen
class CorrelatedLeaf:
    """Cross products through R^-1 at one parameter vector."""

    residual: Correlated
    supply: RowSupply
    at: int
    psi: Floats
    prepared: tuple[Sequence[Stack], ...]
    order: int

    def begin(self, data: CrossProducts, out: Evaluation) -> None:
        """Everything is added chunk by chunk."""

    def products(self, k: int, chunk: Chunk, out: Evaluation) -> RowProducts:
        """Per-level products of chunk k; adds what concerns [X, y] and log|R| to ``out``."""
        value: list[Floats] = []
        first: dict[int, list[Floats]] = {}
        second: dict[tuple[int, int], list[Floats]] = {}
        log_det = 0.0
        for b, span in enumerate(self.residual.spans()):
            found = self.supply.pieces[k][b]
            if found is None:
                continue
            piece, rows = found
            m = self.residual.structures[b].size
            got = piece.evaluate(self.prepared[b], self.order)
            if b:
                got = scaled(got, m, float(self.psi[span.start]), rows, self.order)
                m += 1
            value = (
                [S[0] for S in got.levels]
                if not value
                else [have + S[0] for have, S in zip(value, got.levels, strict=True)]
            )
            out.T[...] += got.root[0]
            log_det += float(got.log_det[0])
            if self.order == 0:
                continue
            at = self.at + span.start
            a, c = np.triu_indices(m)
            out.T1[at : at + m] += got.root[1 : 1 + m]
            out.log_det1[at : at + m] += got.log_det[1 : 1 + m]
            if self.order > 1:
                out.T2[at + a, at + c] += got.root[1 + m :]
                out.log_det2[at + a, at + c] += got.log_det[1 + m :]
            if not got.levels:
                continue
            for i in range(m):
                first[at + i] = [S[1 + i] for S in got.levels]
            if self.order > 1:
                for slot, (i, j) in enumerate(zip(a.tolist(), c.tolist(), strict=True), start=1 + m):
                    second[at + i, at + j] = [S[slot] for S in got.levels]
        if self.order and value:
            self._absent(k, value, first)
        if chunk.shares:  # the rows carry their weight in the whole; a group's products are without its own
            for arrays in (value, *first.values(), *second.values()):
                for level, S in enumerate(arrays):
                    arrays[level] = S / chunk.shares[level][0]
        return RowProducts(value, first, second, log_det)

    def _absent(self, k: int, value: list[Floats], first: dict[int, list[Floats]]) -> None:
        """Derivatives with respect to by() groups that have no rows in this chunk are zero."""
        for b, span in enumerate(self.residual.spans()):
            if self.supply.pieces[k][b] is None:
                for i in range(span.start, span.stop):
                    first[self.at + i] = [np.zeros_like(S) for S in value]
