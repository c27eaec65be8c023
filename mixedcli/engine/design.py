"""The engine's input: one frozen ``Design`` per model.

    y = X beta + sum over levels l, equations e of Z_le u_le + e

Letters: n rows, p columns of X, L levels (top first), G_l groups at level l,
q columns of Z in one random-effects equation.
Every distinct column of X and Z is stored once; X and Z are index lists into
``columns``, so a slope that is also a fixed effect costs no memory twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli.engine.recov import RandomCovariance
    from mixedcli.engine.residual.structure import Structure
    from mixedcli.results import Information

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@frozen
class Factor:
    """The levels of an ``R.varname`` term as random effects, one indicator column each.

    codes: shape (n,), integers 0..levels-1, unique across the groups of the term's own level.
    largest: the most levels any one group has (for ``_all``: all of them).
    """

    codes: Ints
    levels: int
    largest: int


@frozen
class Equation:
    """One random-effects equation: its columns of Z (indices into ``Design.columns``) and its covariance structure.

    ``covariance`` is a class of ``engine.recov`` applied to q = len(z) effects.
    An equation without columns ("(empty)") is legal and carries no parameters.
    ``factor``: an R.varname term; it takes the place of columns (z is empty), with covariance Identity or Exchangeable.
    """

    z: tuple[int, ...]
    covariance: type[RandomCovariance]
    factor: Factor | None = None

    @property
    def is_empty(self) -> bool:
        return not self.z and self.factor is None


@frozen
class Level:
    """One grouping level.

    codes: shape (n,), integers 0..groups-1; a group lies within one group of the level above
    (codes are already unique across parents).
    weights: shape (groups,), how often each group counts within its parent; None for once.
    """

    codes: Ints
    groups: int
    equations: tuple[Equation, ...]
    weights: Floats | None = None


@frozen
class Correlation:
    """Correlated residuals within lowest-level groups.

    structures: one per residual by() group.  codes: shape (n,), the lowest-level group of every row, 0..groups-1, each
    within one by() group.  times: shape (n,), t() (zeros without it); no time occurs twice in a group.
    """

    structures: tuple[Structure, ...]
    codes: Ints
    groups: int
    times: Floats


@frozen
class Design:
    """Data of one model, rows in any order (``crossprod`` sorts when it must).

    y: shape (n,).  columns: distinct regressor columns, each shape (n,), finite float64.
    x: columns of X in the order of beta (rank deficiency already removed).
    levels: top level first.  residual_by: shape (n,) group code per row, or None for one residual variance.
    weights: shape (n,), how often each row counts within its lowest-level group; None for once.
    frequency: the weights are counts, so that the number of observations is their sum.
    clusters: shape (n,), codes 0..M-1 for cluster-robust standard errors; None for the top-level groups.
    correlation: correlated residuals; None for independent ones.
    """

    y: Floats
    columns: tuple[Floats, ...]
    x: tuple[int, ...]
    levels: tuple[Level, ...] = ()
    residual_by: Ints | None = None
    residual_groups: int = 1
    weights: Floats | None = None
    frequency: bool = False
    clusters: Ints | None = None
    correlation: Correlation | None = None

    @property
    def n(self) -> int:
        return int(self.y.shape[0])

    @property
    def p(self) -> int:
        return len(self.x)

    @property
    def weighted(self) -> bool:
        return self.weights is not None or any(level.weights is not None for level in self.levels)

    @property
    def crossed(self) -> bool:
        """Whether there are R.varname terms."""
        return any(e.factor is not None for level in self.levels for e in level.equations)


@frozen
class FitOptions:
    """How to maximise; defaults are those of the manual entry."""

    reml: bool = False
    emiterate: int = 20
    emtolerance: float = 1e-10
    emonly: bool = False
    matlog: bool = False
    technique: Sequence[tuple[str, int]] = (("nr", 5),)  # ("nr"|"dfp"|"bfgs", iterations before the next)
    difficult: bool = False
    iterate: int = 300
    tolerance: float = 1e-6
    ltolerance: float = 1e-7
    nrtolerance: float | None = 1e-5  # None: nonrtolerance
    stderr: bool = True
    dfmethod: str = ""  # keyword of engine.dof.methods; "": large-sample inference
    dfinformation: Information = "eim"  # of the variance parameters, for its approximations
    robust: bool = False  # standard errors from the scores of clusters
