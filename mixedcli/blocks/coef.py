"""The coefficient table, as data only."""

from __future__ import annotations

from typing import Literal, TypeAlias

from mixedcli.frozen import frozen

RowKind: TypeAlias = Literal[
    "value",
    "omitted",
    "base",
    "empty",
    "constrained",
    "factor",
    "blank",
    "equation",
    "rule",
    "ancillary",
    "parameter",
    "inestimable",
    "bare",
]


@frozen
class CoefRow:
    """A row of a coefficient table.

    kind: "value"; "omitted" / "base" / "empty" / "constrained" (a note in place of numbers: "(omitted)", "(base)");
    "factor" (the line "drug |" that heads its levels); "blank" (separator row); "equation" (a name with a rule);
    "rule" (a rule across); "ancillary" (a number in full precision, ``legend`` behind it); "parameter" (no test);
    "bare" (one whose name touches the bar);
    "inestimable" (missing, "(not estimable)").  An equation row with a legend shows it ("(base outcome)").
    name: what stands before the bar.  level: a level row, right-aligned with two trailing blanks.
    """

    kind: RowKind
    name: str = ""
    level: bool = False
    coef: float = float("nan")
    se: float = float("nan")
    statistic: float = float("nan")
    p: float = float("nan")
    lo: float = float("nan")
    hi: float = float("nan")
    df: float = float("nan")
    legend: str = ""  # coeflegend: "_b[week]"
    beta: float = float("nan")  # standardised coefficient
    groups: str = ""  # letters of the groups a margin belongs to


@frozen
class CoefTable:
    """The fixed-effects table (OUTPUT.md 2.4).

    title: the dependent variable.  columns: which cells are shown, in order, of
    "coef" "se" "stat" "p" "ci" "df" "legend" "beta" "groups".  statistic: "z" or "t".
    robust: the line above the heads.
    adjusted: what stands above p-values, intervals and groups ("Bonferroni").  above: over coef_title ("Contrast").
    ruled: whether a rule separates equations.
    """

    title: str
    rows: tuple[CoefRow, ...]
    columns: tuple[str, ...] = ("coef", "se", "stat", "p", "ci")
    statistic: Literal["z", "t"] = "z"
    level: float = 95.0
    robust: str = ""
    coef_title: str = "Coefficient"
    cformat: str = "%9.0g"
    pformat: str = "%5.3f"
    sformat: str = "%8.2f"
    lstretch: bool = True
    adjusted: str = ""
    above: str = ""
    ruled: bool = True
    notes: tuple[str, ...] = ()  # below the table, wrapped at its width
    observed: bool = (
        False  # "Observed" above the coefficients and "Normal-based" above the interval, as after bootstrap
    )
