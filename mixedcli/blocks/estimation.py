"""Blocks of a fit besides its coefficients: log, header, random effects, tests."""

from __future__ import annotations

from typing import Literal

from mixedcli.frozen import frozen


@frozen
class IterationLog:
    """``Iteration 0:  Log likelihood = -1014.9268``: values share one width (%10.0g, right aligned); notes follow."""

    label: str  # "Log likelihood", "Log restricted-likelihood", "Log pseudolikelihood"
    numbers: tuple[int, ...]
    values: tuple[float, ...]
    notes: tuple[str, ...]


@frozen
class HeaderItem:
    """One right-hand line of an estimation header: label, value; no value is a bare label ("Obs per group:").

    indent: label right-aligned in the label column ("min", "avg", "max").
    sublabel: a second word flush right in the label column ("DF:" with "min").
    """

    label: str
    value: str | None = None
    indent: bool = False
    sublabel: str = ""


@frozen
class HeaderRow:
    """A header line: text on the left, an item on the right (either may be absent)."""

    left: str = ""
    right: HeaderItem | None = None


@frozen
class GroupInfo:
    """One row of the "Grouping information" table."""

    name: str
    groups: int
    minimum: int
    average: float
    maximum: int


@frozen
class EstimationHeader:
    """Header grid, 78 wide (OUTPUT.md 2.2).  With two or more groupings: ``before`` rows, the table, ``after`` rows.

    All right-hand labels of before and after share one width, all values another.
    """

    before: tuple[HeaderRow, ...]
    groups: tuple[GroupInfo, ...] = ()
    after: tuple[HeaderRow, ...] = ()


@frozen
class ParamRow:
    """A row of the random-effects table. lo/hi nan are printed "."."""

    label: str
    estimate: float
    se: float
    lo: float
    hi: float


@frozen
class ParamBlock:
    """Rows under one heading: "id: Unstructured", "id: (empty)", or none for var(Residual).

    heading may be two lines ("Residual: Independent,", "    by followup").
    """

    heading: tuple[str, ...]
    rows: tuple[ParamRow, ...]


@frozen
class ParamTable:
    """The random-effects table, always 78 wide (OUTPUT.md 2.5)."""

    blocks: tuple[ParamBlock, ...]
    level: float = 95.0
    robust: str = ""
    cformat: str = "%9.0g"
    ci: bool = True
    se: bool = True
    stub: str = ""  # another heading of the name column than "Random-effects parameters"
    estimate: str = "Estimate"
    observed: bool = False  # as in CoefTable


@frozen
class LrTestLine:
    """``LR test vs. linear model: chi2(3) = 764.58    Prob > chi2 = 0.0000`` (78 wide)."""

    statistic: str  # "chi2(3)" or "chibar2(01)"
    chi2: float
    p: float
    chibar: bool


@frozen
class LrTestTable:
    """Output of lrtest: assumption line and the two right-aligned lines "LR chi2(1) = ..." / "Prob > chi2 = ..."."""

    assumption: str
    df: int
    chi2: float
    p: float


@frozen
class WaldTest:
    """Output of test: numbered constraint lines, chi2( k) = or F( k, d) = , and its p-value."""

    constraints: tuple[str, ...]
    statistic: Literal["chi2", "F"]
    df: int
    value: float
    p: float
    ddf: float = float("nan")
    dropped: tuple[int, ...] = ()
