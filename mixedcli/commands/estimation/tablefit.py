"""Estimators whose output is a header and one coefficient table: what they keep to show themselves again."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from mixedcli.blocks import Blank, Block, CoefRow, CoefTable, RowKind
from mixedcli.commands.estimation import coefrows
from mixedcli.commands.estimation.rtable import r_table
from mixedcli.data.factors import ModelTerm
from mixedcli.engine import distributions, inference
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.frozen import frozen
from mixedcli.model.spec import Display
from mixedcli.results import Floats, Matrix, Quantity, Stored
from mixedcli.session import Outcome, Session


@frozen
class TableFit:
    """Everything a replay needs.

    terms, kept: as in ``model.regression.Regression``; b (p,), V (p, p) over the kept columns; df: of t, nan for z.
    header, above, footer: blocks before the table, directly on top of it, and after it.  extra: rows below _cons.
    labels: value labels of factors.  beta: standardised coefficients (p,), or None.  observed: as in CoefTable.
    """

    depvar: str
    terms: tuple[ModelTerm | None, ...]
    kept: tuple[int, ...]
    b: Floats
    V: Floats
    df: float
    header: tuple[Block, ...]
    labels: dict[str, dict[int, str]]
    robust: str = ""
    above: tuple[Block, ...] = ()
    extra: tuple[CoefRow, ...] = ()
    footer: tuple[Block, ...] = ()
    beta: Floats | None = None
    equation: str = ""
    display: Display = Display()
    observed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of e(b) for the terms."""
        own = ("_cons" if t is None else t.name for t in self.terms)
        return tuple(f"{self.equation}:{n}" if self.equation else n for n in own)

    def matrices(self) -> dict[str, Matrix]:
        """e(b) and e(V), with zeros for what was left out."""
        k = len(self.terms)
        b, V = np.zeros(k), np.zeros((k, k))
        at = [i for i, place in enumerate(self.kept) if place >= 0]
        to = [self.kept[i] for i in at]
        b[at] = self.b[to]
        V[np.ix_(at, at)] = self.V[np.ix_(to, to)]
        return {"b": Matrix(b[None, :], ("y1",), self.names), "V": Matrix(V, self.names, self.names)}

    def replay(self, level: float) -> tuple[Block, ...]:
        """The output again, with limits at ``level``."""
        return self.blocks(self.display, level)

    def blocks(self, display: Display, level: float) -> tuple[Block, ...]:
        """Header, table, footer."""
        shown: list[Block] = []
        if display.header:
            shown += [Blank(), *self.header]
        if display.fetable:
            shown += [Blank(), *self.above, self.table(display, level), *self.footer]
        return tuple(shown)

    def table(self, display: Display, level: float) -> CoefTable:
        """The coefficient table."""
        columns = ("coef", "legend") if display.coeflegend else self._columns(display)
        rows = coefrows.rows(self.terms, lambda i: self._row(i, level), display, self.labels)
        return CoefTable(
            title=self.depvar,
            rows=rows + (() if display.coeflegend else tuple(_at_level(x, level) for x in self.extra)),
            columns=columns,
            statistic="z" if math.isnan(self.df) else "t",
            level=level,
            robust=self.robust if "se" in columns else "",
            observed=self.observed and "se" in columns,
            cformat=display.cformat,
            pformat=display.pformat,
            sformat=display.sformat,
            lstretch=display.lstretch,
        )

    def _columns(self, display: Display) -> tuple[str, ...]:
        columns = ["coef", "se"] + (["stat", "p"] if display.pvalues else [])
        if self.beta is not None:
            return (*columns, "beta")
        return (*columns, "ci") if display.ci else tuple(columns)

    def _row(self, i: int, level: float) -> CoefRow:
        term, k = self.terms[i], self.kept[i]
        if k < 0:
            assert term is not None
            return CoefRow("omitted" if term.status == "value" else term.status, coef=0.0)
        row = estimate(float(self.b[k]), float(self.V[k, k]), self.df, level)
        return replace(row, legend=f"_b[{self.names[i]}]", beta=math.nan if self.beta is None else float(self.beta[k]))

    def r_table(self, level: float) -> Stored:
        """r(table) and r(level)."""
        rows = [self._row(i, level) for i in range(len(self.terms))]
        every = tuple(
            replace(x, kind="value", coef=x.coef if k >= 0 else 0.0) for x, k in zip(rows, self.kept, strict=True)
        )
        free = [_at_level(x, level) for x in self.extra if x.name.startswith("/")]
        every += tuple(replace(x, kind="value") for x in free)
        table = CoefTable(self.depvar, every, statistic="z" if math.isnan(self.df) else "t", level=level)
        names = (*self.names, *(f"/:{x.name[1:]}" for x in free))
        return Stored({"level": level}, {}, {"table": r_table(table, names)})


def _at_level(row: CoefRow, level: float) -> CoefRow:
    """The row of a standard deviation or of rho with its limits at a level."""
    if row.kind != "parameter" or math.isnan(row.se):
        return row
    metric: Literal["logit", "log"] = "logit" if row.name == "rho" else "log"
    lo, hi = inference.interval(Quantity(row.coef, row.se, metric), level)
    return replace(row, lo=lo, hi=hi)


def estimate(b: float, variance: float, df: float, level: float, kind: RowKind = "value") -> CoefRow:
    """A row for an estimate: t with df degrees of freedom, z when df is nan; no variance leaves the rest missing."""
    nan = math.nan
    if not variance > 0:
        return CoefRow("value", coef=b, df=df)
    se = math.sqrt(variance)
    t = b / se
    half = 0.5 + level / 200
    crit = distributions.normal_quantile(half) if math.isnan(df) else distributions.t_quantile(half, df)
    p = distributions.normal_p(t) if math.isnan(df) else distributions.t_p(t, df)
    lo, hi = (b - crit * se, b + crit * se) if not math.isnan(crit) else (nan, nan)
    return CoefRow(
        "parameter" if kind == "parameter" else "value", coef=b, se=se, statistic=t, p=p, lo=lo, hi=hi, df=df
    )


def replayed(session: Session, command: str, display: Display, level: float) -> Outcome:
    """The last results once more, if they are this command's.  Errors: r(301)."""
    last = session.estimates
    if last is None or last.stored.macros.get("cmd") != command or not isinstance(last.fit, TableFit):
        raise LastEstimatesNotFound("last estimates not found")
    return Outcome(blocks=last.fit.blocks(display, level), r=last.fit.r_table(level))
