"""Frozen results: what the engine returns, and what e() and r() hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Metric = Literal["log", "identity", "atanh", "logit"]
Information = Literal["eim", "oim"]


@frozen
class Quantity:
    """An estimate with its standard error and the scale its confidence interval is built on.

    ``se`` is nan when it could not or was not to be computed (printed "."); on the
    boundary (a variance at 0) the interval is (0, missing).
    """

    estimate: float
    se: float
    metric: Metric


@frozen
class ParamEstimate:
    """One row of the random-effects table, in both displays.

    part: "random" or "residual".  level, equation: indices into Design.levels and
    Level.equations ("random" only; -1 otherwise).  kind: "var", "cov" or a residual parameter's own word.
    terms: positions in the equation's columns: one for a variance, several for a variance
    shared by several effects (identity, exchangeable), the pair (i, j) for a covariance; an empty
    tuple for residual rows.  group: index of the residual by() group, or -1.
    variance: as variances and covariances; sd: as standard deviations and correlations.
    """

    part: Literal["random", "residual"]
    level: int
    equation: int
    kind: str
    terms: tuple[int, ...]
    group: int
    variance: Quantity
    sd: Quantity
    label: str = ""  # "residual" only: what stands in var() and cov()


@frozen
class ThetaName:
    """What one element of the variance part of e(b) is: log SD ("lns"), atanh correlation ("atr"), ...

    "lns"/"atr": level, equation, terms as in ParamEstimate.  "lnsig_e": log residual SD (of the first by() group).
    "r_lns": log ratio of a by() group's residual SD to the first group's; group is its index.
    """

    kind: str
    level: int = -1
    equation: int = -1
    terms: tuple[int, ...] = ()
    group: int = -1
    name: str = ""  # the whole name, for parameters of residual structures


@frozen
class Iteration:
    """One line of the iteration log."""

    number: int
    ll: float
    note: str = ""  # "(not concave)", "(backed up)"
    technique: str = "nr"
    gamma: tuple[float, ...] = ()  # working parameters (trace)
    gradient: tuple[float, ...] = ()
    step: tuple[float, ...] = ()
    hessian: tuple[tuple[float, ...], ...] = ()
    mreldif_b: float = float("nan")  # criteria of showtolerance
    reldif_ll: float = float("nan")
    scaled_gradient: float = float("nan")


@frozen
class FitTrace:
    """The way to the optimum: EM log likelihoods (start included), then gradient-based iterations."""

    em: tuple[float, ...] = ()
    em_converged: bool = False
    iterations: tuple[Iteration, ...] = ()
    converged: bool = True


@frozen
class LrTest:
    """Comparison with the linear model of the same X, method and data."""

    ll_c: float
    chi2: float
    df: int
    p: float
    chibar: bool  # one variance on the boundary: chibar2(01), p halved
    # "conservative" | "boundary" | None: which note the table prints
    note: str | None


@frozen
class FTest:
    """An F test: statistic, numerator and denominator degrees of freedom (nan: not defined), p-value."""

    F: float
    df: int
    ddf: float
    p: float


@frozen
class SmallSample:
    """Small-sample inference for the fixed effects by one method.

    method: keyword; information: expected or observed, for the approximations; title as in headers.
    df: (p,) degrees of freedom per coefficient, nan where there are none; vcov: (p, p) covariance matrix that tests
    use (Kenward and Roger's adjusted one, else that of the fit).  failed: the information of the variance parameters
    is singular.  moments: the engine's own, to test further rows with.
    """

    method: str
    information: Information
    title: str
    df: Floats
    vcov: Floats
    failed: bool = False
    moments: Any = None


@frozen
class Robust:
    """What robust standard errors add to a fit.

    clusters: their number; vcov_beta, vcov_theta: the model-based covariance matrices; between: covariances
    (p, len(theta)) of the two parts, which are not zero here.
    """

    clusters: int
    vcov_beta: Floats
    vcov_theta: Floats
    between: Floats


@frozen
class MixedResult:
    """A fitted linear mixed model.

    beta: (p,); vcov_beta: (p, p) = (X'V^-1 X)^-1.
    sigma: per level, per equation, the covariance matrix (q, q) of the effects, in the units of the data.
    residual_variance: (groups,) one per residual by() group.
    theta, theta_names, vcov_theta: the variance part of e(b) (log SDs, atanh correlations) and its
    covariance matrix (nan where not available: nostderr, emonly, failure).
    rows: the random-effects table.  singular: (level, equation, position) of variances estimated as 0.
    perfect: (level, equation, i, j) of correlations estimated as +-1.
    rank_theta: rank of vcov_theta (0 when it is not available).
    robust: with robust standard errors; vcov_beta and vcov_theta are then the robust matrices.
    psi: the engine's own parameters, from which further results can be computed again on the same data.
    determined: the residual covariance matrix is nearly singular.
    small: small-sample inference, when it was asked for.
    slopes: derivatives (rows, len(theta)) of ``rows`` by theta, as variances and as standard deviations.
    """

    reml: bool
    n: int
    p: int
    ll: float
    beta: Floats
    vcov_beta: Floats
    sigma: tuple[tuple[Floats, ...], ...]
    residual_variance: Floats
    theta: Floats
    theta_names: tuple[ThetaName, ...]
    vcov_theta: Floats
    rows: tuple[ParamEstimate, ...]
    trace: FitTrace
    lr: LrTest | None
    singular: tuple[tuple[int, int, int], ...] = ()
    perfect: tuple[tuple[int, int, int, int], ...] = ()
    rank_theta: int = 0
    stderr_failed: bool = False
    robust: Robust | None = None
    psi: Floats | None = None
    determined: bool = False
    small: SmallSample | None = None
    slopes: tuple[Floats, Floats] | None = None


@frozen
class Matrix:
    """A Stata matrix: values (rows, cols) with row and column names ("eq:name" or "name")."""

    values: Floats
    rownames: tuple[str, ...]
    colnames: tuple[str, ...]


def _frozen(d: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    return MappingProxyType(dict(d or {}))


@frozen
class Stored:
    """Contents of r() or e(). Insertion order is the order of display. A missing scalar is nan."""

    scalars: Mapping[str, float] = field(default_factory=_frozen)
    macros: Mapping[str, str] = field(default_factory=_frozen)
    matrices: Mapping[str, Matrix] = field(default_factory=_frozen)


@frozen
class Estimates:
    """Estimation results: e() itself, the estimation sample and the fit behind it.

    sample: bool (observations,) over the data set in memory at estimation, or None.
    fit: the command's own object, needed to replay and to predict (for mixed: model.spec.MixedFit).
        Of other estimators it has ``replay(level) -> tuple of blocks``.
    tested: hypotheses of the last test, each (coefficients over e(b), constant), for test, accumulate.
    """

    stored: Stored
    sample: NDArray[np.bool_] | None = None
    fit: Any = None
    tested: tuple[tuple[Floats, float], ...] = ()
