"""What residual structures show: rows of the table and elements of e(b), with derivatives for the delta method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen
from mixedcli.results import Metric

Floats = NDArray[np.float64]


@frozen
class Shown:
    """One residual parameter at x.

    group: by() group, -1 without by().  kind: "var", "cov" or the parameter's own word; label: inside var() and cov().
    value: variances and covariances relative to sigma2; slope: its derivatives (size,).
    correlation, bend: of a covariance, the correlation and its derivatives.
    """

    group: int
    kind: str
    label: str
    metric: Metric
    value: float
    slope: Floats
    correlation: float
    bend: Floats

    @property
    def scaled(self) -> bool:
        """Whether sigma2 multiplies the value."""
        return self.kind in ("var", "cov")


@frozen
class StoredPart:
    """e(b) after lnsig_e: kinds ("r_lns", "r_atr" ...), names, by() groups, values (k,), derivatives J (size, k)."""

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    groups: tuple[int, ...]
    values: Floats
    J: Floats
