"""The parameters of an estimation as plain rows: for --json and for Python callers."""

from __future__ import annotations

import math
from typing import Any

from mixedcli.commands.estimation import names, params, smallsample
from mixedcli.engine import distributions, inference
from mixedcli.model.spec import MixedFit
from mixedcli.results import Estimates, Quantity


def parameters(estimates: Estimates, level: float = 95.0, sd: bool = False) -> list[dict[str, Any]]:
    """Fixed part under the names of e(b) (omitted columns left out), then the rows of the random-effects table.

    sd: standard deviations and correlations instead of variances and covariances.
    """
    fit = estimates.fit
    if not isinstance(fit, MixedFit):
        return []
    return [*_fixed(fit, level), *_random(fit, level, sd)]


def _fixed(fit: MixedFit, level: float) -> list[dict[str, Any]]:
    rows = []
    for name, k in zip(names.fixed_names(fit.frame), fit.frame.kept, strict=True):
        if k < 0:
            continue
        b = float(fit.result.beta[k])
        variance = float(fit.result.vcov_beta[k, k])
        se = math.sqrt(variance) if variance > 0 else math.nan
        z = b / se
        lo, hi = inference.interval(Quantity(b, se, "identity"), level)
        p = distributions.normal_p(z)
        df = None
        if fit.result.small is not None:  # as the table showed it
            x = smallsample.t_row(b, float(fit.result.small.vcov[k, k]), float(fit.result.small.df[k]), level)
            se, z, df, p, lo, hi = x.se, x.t, x.df, x.p, x.lo, x.hi
        rows.append(
            {
                "part": "fixed",
                "name": name,
                "estimate": b,
                "se": se,
                "statistic": z,
                "df": df,
                "p": p,
                "ll": lo,
                "ul": hi,
            }
        )
    return rows


def _random(fit: MixedFit, level: float, sd: bool) -> list[dict[str, Any]]:
    """The rows of the table itself, so that labels cannot drift apart."""
    table = params.table(fit, sd=sd, level=level, cformat="%9.0g")
    rows: list[dict[str, Any]] = []
    for block in table.blocks:
        heading = block.heading[0] if block.heading else ""
        where = heading.partition(":")[0]
        residual = not heading or heading.startswith("Residual:")
        within = ""  # the by() group, which the table names in its first row only
        for x in block.rows:
            row: dict[str, Any] = {"part": "residual"} if residual else {"part": "random", "level": where}
            group, colon, label = x.label.rpartition(": ")
            row["name"] = label
            row |= {"estimate": x.estimate, "se": x.se, "ll": x.lo, "ul": x.hi}
            within = group if colon else within
            if within:
                row["by"] = within
            rows.append(row)
    return rows
