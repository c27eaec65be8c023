"""What one ``mixed`` command asks for, with every option bound to its equation or to the model."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.factors import ModelTerm
from mixedcli.engine.design import Design, FitOptions
from mixedcli.frozen import frozen
from mixedcli.model.survey import VceSpec, WeightSpec
from mixedcli.results import MixedResult


@frozen
class EquationSpec:
    """One random-effects equation as typed.

    covariance: keyword of the structure, or None for the default.  terms never hold R.varname: ``crossed`` does.
    """

    level: str
    terms: ast.Varlist
    crossed: ast.FactorVar | None = None
    covariance: str | None = None
    noconstant: bool = False
    collinear: bool = False
    fweight: str | None = None
    pweight: str | None = None
    span: Any = None


@frozen
class ResidualSpec:
    """residuals(restype [#] [, by() t()]); text is the option's argument as typed."""

    structure: str
    order: int | None = None
    by: str | None = None
    time: str | None = None
    text: str = ""


@frozen
class Display:
    """Reporting options: they may change on replay."""

    level: float | None = None  # None: the session's
    stddeviations: bool = False
    retable: bool = True
    fetable: bool = True
    estmetric: bool = False
    header: bool = True
    group: bool = True
    coeflegend: bool = False
    lrtest: bool = True
    small: bool = False
    dftable: str = "default"
    ci: bool = True
    pvalues: bool = True
    omitted: bool = True
    emptycells: bool = True
    vsquish: bool = False
    baselevels: bool = False
    allbaselevels: bool = False
    fvlabel: bool = True
    fvwrap: int = 1
    fvwrapon: str = "word"
    cformat: str = "%9.0g"
    pformat: str = "%5.3f"
    sformat: str = "%8.2f"
    lstretch: bool = True
    cnsreport: bool = True


@frozen
class LogOptions:
    """What of the maximisation is shown."""

    log: bool = True
    emlog: bool = False
    emdots: bool = False
    trace: bool = False
    gradient: bool = False
    hessian: bool = False
    showstep: bool = False
    showtolerance: bool = False


@frozen
class MixedSpec:
    """A ``mixed`` command, bound.  ``fit`` holds method and maximisation options for the engine."""

    depvar: ast.Term
    terms: ast.Varlist
    noconstant: bool
    equations: tuple[EquationSpec, ...]
    condition: ast.Expr | None
    in_range: ast.InRange | None
    fit: FitOptions
    residuals: ResidualSpec
    display: Display
    log: LogOptions
    cmdline: str
    weights: WeightSpec = WeightSpec()
    vce: VceSpec = VceSpec()
    constraints: tuple[int, ...] = ()


@frozen
class EquationFrame:
    """One fitted random-effects equation: how it is called in tables and e().

    labels: per effect, as inside var(): "week", "0.girl#age", "_cons".  structure: keyword ("identity" when q = 1).
    """

    labels: tuple[str, ...]
    structure: str
    terms: tuple[ModelTerm | None, ...] = ()  # None is the constant
    factor: str = ""  # the variable of an R.varname term, whose label is then "R.varname"


@frozen
class LevelFrame:
    """One grouping level with its counts (group sizes in observations)."""

    name: str
    groups: int
    minimum: int
    average: float
    maximum: int
    equations: tuple[EquationFrame, ...]


@frozen
class ResidualFrame:
    """How correlated residuals are called: title ("AR(2)"), order, variable of t(), its distinct values."""

    title: str = "Independent"
    order: int = 0
    time: str = ""
    times: tuple[float, ...] = ()


@frozen
class ModelFrame:
    """Names of everything in a Design: what the tables, e() and later commands need to know about it.

    fixed: every term of the fixed part, base and omitted ones included; None stands for _cons.
    kept: for each of ``fixed``, its position in beta, or -1.
    residual_labels: labels of the residual by() groups (empty without by()).
    notes: messages of the binding ("note: x2 omitted because of collinearity.").
    cluster: the variable whose values are the clusters of robust standard errors ("" without).
    """

    depvar: str
    fixed: tuple[ModelTerm | None, ...]
    kept: tuple[int, ...]
    levels: tuple[LevelFrame, ...]
    residual_by: str = ""
    residual_labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cluster: str = ""
    residual: ResidualFrame = ResidualFrame()


@frozen
class Assembled:
    """A Design, its names and the estimation sample: bool (observations of the data set,)."""

    design: Design
    frame: ModelFrame
    sample: NDArray[np.bool_]


@frozen
class ConstraintLines:
    """Constraints in force: as texts, and as rows [coefficients of the fixed part, right-hand side]."""

    texts: tuple[str, ...]
    values: NDArray[np.float64]


@frozen
class Resampled:
    """What the tables say about standard errors that come from resampling.

    word: "Bootstrap" or "Jackknife".  observed: see blocks.CoefTable.  above: the line on top of the tables, or "".
    df: of t, nan for z.
    """

    word: str
    observed: bool = False
    above: str = ""
    df: float = float("nan")


@frozen
class MixedFit:
    """A fitted model with all that replay and postestimation need.

    factor_labels: variable -> {level: text} for tables, frozen at estimation as the data may change.
    resampled: where the covariance matrices in the result do not come from the likelihood.
    """

    spec: MixedSpec
    frame: ModelFrame
    result: MixedResult
    factor_labels: dict[str, dict[int, str]] = field(default_factory=dict)
    constraints: ConstraintLines | None = None
    resampled: Resampled | None = None
