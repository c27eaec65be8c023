"""Independent residuals, one variance per by() group (or one for all).

R = sigma2 diag(1 / rho_b), rho_1 = 1: sigma2 is the first group's variance and is
profiled out; rho_b = sigma2 / sigma2_b is the relative precision of group b.  Cross
products are linear in rho.  The working and the reported parameter is the log ratio of
standard deviations r_b, rho_b = exp(-2 r_b).

Shapes: B groups; r, rho of parameters: (B - 1,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.crossprod import CrossProducts
from mixedcli.engine.nested import Leaf
from mixedcli.engine.residual.shown import Shown, StoredPart
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]


@frozen
class Independent:
    """Contract of a residual structure; ``rows``: number of observations per group, shape (B,)."""

    rows: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Number of parameters beside sigma2."""
        return len(self.rows) - 1

    def start(self, data: CrossProducts) -> Floats:
        """Starting rho: equal variances."""
        return np.ones(self.size)

    def weights(self, rho: Floats) -> Floats:
        """Weight of every group's cross products, shape (B,)."""
        return np.append(1.0, rho)

    def slopes(self) -> Floats:
        """Derivatives of the weights with respect to rho, shape (B - 1, B)."""
        return np.eye(self.size + 1)[1:]

    def log_det(self, rho: Floats) -> tuple[float, Floats, Floats]:
        """log|R / sigma2| with first and second derivatives with respect to rho."""
        rows = self.rows[1:]
        return -float(rows @ np.log(rho)), -rows / rho, np.diag(rows / rho**2)

    def leaf(self, data: CrossProducts, at: int, rho: Floats, order: int) -> Leaf:
        """Cross products at rho; ``at``: place of the first residual parameter in the whole vector."""
        return Leaf(self.weights(rho), tuple((at + b, row) for b, row in enumerate(self.slopes())), order)

    def shown(self, r: Floats) -> list[Shown]:
        """The rows of the table at log SD ratios r."""
        none, out = np.zeros(self.size), []
        for b, ratio in enumerate(np.append(0.0, r).tolist()):
            slope = none.copy()
            if b:
                slope[b - 1] = 2.0 * np.exp(2.0 * ratio)
            group, label = (b, "e") if self.size else (-1, "Residual")
            out.append(Shown(group, "var", label, "log", float(np.exp(2.0 * ratio)), slope, 0.0, none))
        return out

    def stored(self, r: Floats) -> StoredPart:
        """The log SD ratios themselves."""
        groups = tuple(range(1, self.size + 1))
        # stata: matrix list e(b) after residuals(independent, by())
        names = tuple(f"r_lns{b + 1}ose" for b in groups)
        return StoredPart(("r_lns",) * self.size, names, groups, r, np.eye(self.size))

    def link(self, r: Floats) -> tuple[Floats, Floats, Floats]:
        """rho with its derivatives d rho/dr (diagonal) and d2 rho/dr2 (diagonal) at log SD ratios r."""
        rho = np.exp(-2.0 * r)
        return rho, -2.0 * rho, 4.0 * rho

    def unlink(self, rho: Floats) -> Floats:
        """Log SD ratios of relative precisions."""
        return np.asarray(-0.5 * np.log(rho))
