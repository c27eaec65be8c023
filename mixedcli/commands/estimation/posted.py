"""The coefficient table of any e(b) and e(V), whoever posted them."""

from __future__ import annotations

import itertools
import math
from types import MappingProxyType

import numpy as np

from mixedcli.blocks import CoefRow, CoefTable
from mixedcli.commands.estimation import coefrows
from mixedcli.data.factors import ModelTerm, Part
from mixedcli.data.matrices.named import parted
from mixedcli.data.stripes import term_of
from mixedcli.engine import distributions
from mixedcli.errors import LastEstimatesNotFound, NotFound
from mixedcli.model.spec import Display
from mixedcli.results import Stored


def table(stored: Stored, level: float, labels: coefrows.Labels = MappingProxyType({})) -> CoefTable:
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

    def row(k: int) -> CoefRow:
        x, variance = values[k], variances[k]
        if not variance > 0:
            return CoefRow("value", coef=x)
        se = math.sqrt(variance)
        statistic = x / se
        p = distributions.t_p(statistic, df) if df > 0 else distributions.normal_p(statistic)
        return CoefRow("value", coef=x, se=se, statistic=statistic, p=p, lo=x - crit * se, hi=x + crit * se, df=df)

    several = any(":" in name for name in b.colnames)
    rows: list[CoefRow] = []
    for equation, columns in itertools.groupby(range(len(values)), key=lambda k: parted(b.colnames[k])[0]):
        own = list(columns)
        rows += [CoefRow("equation", equation)] if several else []
        rows += _equation(own, [parted(b.colnames[k])[1] for k in own], row, labels)
    title = stored.macros.get("depvar", "")
    return CoefTable(title=title, rows=tuple(rows), statistic="t" if df > 0 else "z", level=level)


def _equation(own: list[int], names: list[str], row: coefrows.RowMaker, labels: coefrows.Labels) -> list[CoefRow]:
    """The rows of one equation, factor variables under their headings; names that are no terms stand as they are."""
    terms = [term(name) for name in names]

    def made(i: int) -> CoefRow:
        now = terms[i]
        return row(own[i]) if now is None or now.status == "value" else CoefRow(now.status, coef=0.0)

    return list(coefrows.rows(terms, made, Display(), labels))


def term(name: str) -> ModelTerm | None:
    """What a column of e(b) stands for; None is _cons."""
    if name == "_cons":
        return None
    try:
        return term_of(name)
    except NotFound:  # not the name of a term: var(_cons)
        return ModelTerm((Part(name, (), "c", None),), "value", name)
