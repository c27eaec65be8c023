"""What margins, contrast and pwcompare show besides coefficient tables, as data only."""

from __future__ import annotations

from mixedcli.frozen import frozen


@frozen
class AtRow:
    """One covariate of a scenario: name, value, and in parentheses how it came about ("mean", "asobserved")."""

    name: str
    value: float = float("nan")
    note: str = ""


@frozen
class MarginsHeader:
    """Title with the number of observations, the kind of standard errors, and the legends.

    legends: ("Expression", "Linear prediction, predict()"), ("dy/dx wrt", "x"), ("Over", "g").
    scenarios: of at(); several are numbered.  squeeze: no blank line between them (vsquish).
    """

    title: str
    n: float | None = None
    vce: str = ""
    legends: tuple[tuple[str, str], ...] = ()
    scenarios: tuple[tuple[AtRow, ...], ...] = ()


@frozen
class ContrastRow:
    """A row of the table of Wald tests.

    kind: "equation" (a name alone), "term" (a term with its test), "head" (a term whose tests follow), "level",
    "denominator", "blank".  df 0: "(not testable)".  adjusted: p-value for multiple comparisons, nan without.
    """

    kind: str
    name: str = ""
    df: int = 0
    ddf: float = float("nan")
    value: float = float("nan")
    p: float = float("nan")
    adjusted: float = float("nan")


@frozen
class ContrastTable:
    """df, chi2 or F, p.  ddf: whether each test has its own denominator degrees of freedom.  method: "Bonferroni".

    notes: below the table, wrapped at its width.
    """

    rows: tuple[ContrastRow, ...]
    statistic: str  # "chi2" or "F"
    ddf: bool = False
    method: str = ""
    notes: tuple[str, ...] = ()


@frozen
class CountTable:
    """ "Number of comparisons" by term: (kind, name, count), kind as in ContrastRow."""

    rows: tuple[tuple[str, str, int], ...]
