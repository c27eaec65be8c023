"""The coefficient table of any e(b) and e(V), whoever posted them."""

from __future__ import annotations

import math

import numpy as np

from mixedcli.blocks import CoefRow, CoefTable
from mixedcli.engine import distributions
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.results import Stored


def table(stored: Stored, level: float) -> CoefTable:
    """One row per coefficient under the names of its equation; t where e(df_r) is there.  Errors: r(301)."""
    b = stored.matrices.get("b")
    if b is None:
        raise LastEstimatesNotFound("last estimates not found")
    values = b.values[0].tolist()
    v = stored.matrices.get("V")
    variances = np.diag(v.values).tolist() if v is not None else [math.nan] * len(values)
    df = stored.scalars.get("df_r", math.nan)
    half = 0.5 + level / 200
    crit = distributions.t_quantile(half, df) if df > 0 else distributions.normal_quantile(half)
    several = any(":" in name for name in b.colnames)
    rows: list[CoefRow] = []
    last = ""
    for full, x, variance in zip(b.colnames, values, variances, strict=True):
        equation, _, name = full.rpartition(":")
        if several and equation != last:
            rows.append(CoefRow("equation", equation))
            last = equation
        mark, dot, bare = name.rpartition(".")
        if dot and mark == "o":
            rows.append(CoefRow("omitted", bare))
            continue
        if not variance > 0:
            rows.append(CoefRow("value", name, coef=x))
            continue
        se = math.sqrt(variance)
        statistic = x / se
        p = distributions.t_p(statistic, df) if df > 0 else distributions.normal_p(statistic)
        rows.append(
            CoefRow("value", name, coef=x, se=se, statistic=statistic, p=p, lo=x - crit * se, hi=x + crit * se, df=df)
        )
    title = "" if several else stored.macros.get("depvar", "")
    return CoefTable(title=title, rows=tuple(rows), statistic="t" if df > 0 else "z", level=level)
