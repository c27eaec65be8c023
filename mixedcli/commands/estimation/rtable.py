"""r(table) of commands that show a plain coefficient table."""

from __future__ import annotations

import numpy as np

from mixedcli.blocks import CoefTable
from mixedcli.engine import distributions
from mixedcli.results import Matrix


def r_table(table: CoefTable, names: tuple[str, ...]) -> Matrix:
    """Statistics of the value rows of the table, one column for each of ``names`` (same order)."""
    half = 0.5 + table.level / 200
    columns = []
    for row in (x for x in table.rows if x.kind == "value"):
        t = table.statistic == "t"
        crit = distributions.t_quantile(half, row.df) if t else distributions.normal_quantile(half)
        columns.append([row.coef, row.se, row.statistic, row.p, row.lo, row.hi, row.df if t else np.nan, crit, 0.0])
    rows = ("b", "se", table.statistic, "pvalue", "ll", "ul", "df", "crit", "eform")
    return Matrix(np.array(columns).T.reshape(len(rows), len(names)), rows, names)
