"""What mean, total and proportion share: weighted means of columns over groups, their covariances, the table.

Letters: z (n, k) one column for each estimate with its deviations over the size it is divided by, so that V is
built from sums of products of z.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Blank, Block, CoefRow, CoefTable, line
from mixedcli.commands.estimation.rtable import r_table
from mixedcli.commands.estimation.tablefit import estimate
from mixedcli.engine import distributions
from mixedcli.frozen import frozen
from mixedcli.results import Floats, Matrix, Stored

Ints = NDArray[np.int64]


@frozen
class Label:
    """One estimate: its name in e(b), the heading it stands under ("" none) and its own text."""

    name: str
    heading: str
    text: str


@frozen
class MeansFit:
    """Everything a replay needs: title ("Mean"), entries, b (k,), V (k, k), degrees of freedom, observations.

    clusters, cluster: for the line above the table.  logit: limits on the log-odds scale.
    """

    title: str
    entries: tuple[Label, ...]
    b: Floats
    V: Floats
    df: float
    n: float
    robust: bool = False
    clusters: int = 0
    cluster: str = ""
    logit: bool = False
    header: bool = True
    legend: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of e(b)."""
        return tuple(x.name for x in self.entries)

    def replay(self, level: float) -> tuple[Block, ...]:
        """Title and table (# stata: public logs of mean)."""
        table = self.table(level)
        width = 14 + max(12, *(len(x.name) for x in table.rows if x.kind != "blank")) - 12 + 48
        right = f"Number of obs = {self.n:,.0f}"
        out: list[Block] = [Blank()]
        if self.header:
            out += [line(f"{self.title} estimation".ljust(width - len(right)) + right), Blank()]
        if self.clusters:
            text = f"(Std. err. adjusted for {self.clusters:,} clusters in {self.cluster})"
            out.append(line(text.rjust(width)))
        return (*out, table)

    def table(self, level: float) -> CoefTable:
        """The rows, groups under headings."""
        rows: list[CoefRow] = []
        last = ""
        for k, label in enumerate(self.entries):
            if label.heading and label.heading != last:
                rows += [CoefRow("blank")] if rows else []
                rows.append(CoefRow("factor", label.heading))
            last = label.heading
            row = replace(self._row(k, level), name=label.text, level=bool(label.heading))
            rows.append(replace(row, legend=f"_b[{label.name}]"))
        return CoefTable(
            title="",
            rows=tuple(rows),
            columns=("coef", "legend") if self.legend else ("coef", "se", "ci"),
            statistic="t",
            level=level,
            coef_title=self.title,
            robust="Robust" if self.robust and not self.logit else "",
            adjusted="Logit" if self.logit else "",
        )

    def _row(self, k: int, level: float) -> CoefRow:
        b, v = float(self.b[k]), float(self.V[k, k])
        row = estimate(b, v, self.df, level)
        if not self.logit or not 0 < b < 1:
            return row
        centre, spread = math.log(b / (1 - b)), math.sqrt(v) / (b * (1 - b))
        crit = distributions.t_quantile(0.5 + level / 200, self.df)
        lo, hi = (1 / (1 + math.exp(-(centre + s * crit * spread))) for s in (-1, 1))
        return replace(row, lo=lo, hi=hi)

    def matrices(self) -> dict[str, Matrix]:
        """e(b) and e(V)."""
        return {"b": Matrix(self.b[None, :], ("y1",), self.names), "V": Matrix(self.V, self.names, self.names)}

    def r_table(self, level: float) -> Stored:
        """r(table) and r(level)."""
        rows = tuple(replace(self._row(k, level), kind="value") for k in range(len(self.entries)))
        table = CoefTable("", rows, statistic="t", level=level)
        return Stored({"level": level}, {}, {"table": r_table(table, self.names)})


def means(y: Floats, g: Ints, groups: int, w: Floats, *, totals: bool = False) -> tuple[Floats, Floats, Floats]:
    """Means (or totals) of columns y (n, v) over groups g (n,): b (v groups,), z (n, v groups), sizes (groups,).

    b runs over groups within variables; the z of a row outside the group are 0.
    """
    size = np.bincount(g, w, groups).astype(float)
    b: list[Floats] = []
    z: list[Floats] = []
    inside = g[:, None] == np.arange(groups)
    for x in y.T:
        total = np.bincount(g, w * x, groups).astype(float)
        if totals:
            b.append(total)
            z.append(inside * (w * x)[:, None])
            continue
        mean = total / size
        mean = mean + np.bincount(g, w * (x - mean[g]), groups) / size
        b.append(mean)
        z.append(inside * (w * (x - mean[g]) / size[g])[:, None])
    return np.concatenate(b), np.concatenate(z, axis=1), size
