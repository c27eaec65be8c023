"""What test and testparm show: the hypotheses, then chi2 or F.

F is used where the estimates have residual degrees of freedom (e(df_r)), with df(), and with small (the degrees of
freedom of dfmethod()).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan

import numpy as np

from mixedcli.blocks import Blank, Block, WaldTest, line
from mixedcli.commands.estimation import multiple, smallsample
from mixedcli.commands.estimation.hypotheses import Linear, describe, wald
from mixedcli.engine import distributions
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.frozen import frozen
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session


@frozen
class _Tested:
    """One joint test: chi2, or F where ddf is not nan; indices of redundant hypotheses."""

    test: multiple.OneTest
    dropped: tuple[int, ...]


def wald_outcome(
    hypotheses: Sequence[Linear],
    session: Session,
    *,
    small: bool = False,
    df: float | None = None,
    each: tuple[multiple.Method, Sequence[Sequence[Linear]]] | None = None,
) -> Outcome:
    """All hypotheses at once, and with ``each`` also group by group, adjusted.

    Errors: r(301); r(198) for small without dfmethod().
    """
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    whole = _tested(hypotheses, session, small, df)
    x = whole.test
    dropped = tuple(i + 1 for i in whole.dropped)
    scalars = {"drop": float(bool(dropped))}
    if isnan(x.ddf):
        scalars |= {"chi2": x.value, "p": x.p, "df": x.df}
    else:
        scalars |= {"df_r": x.ddf, "F": x.value, "df": x.df, "p": x.p}
    if each is not None:
        how, groups = each
        shown, matrix = multiple.table([_tested(g, session, small, df).test for g in groups], x, how)
        blocks = (Blank(), *listed(hypotheses, session.e), Blank(), *shown)
        return Outcome(blocks=blocks, r=Stored(scalars, {"mtmethod": how}, {"mtest": matrix}))
    texts = tuple(describe(h, session.e) for h in hypotheses)
    block = WaldTest(texts, "chi2" if isnan(x.ddf) else "F", x.df, x.value, x.p, x.ddf, dropped)
    return Outcome(blocks=(Blank(), block), r=Stored(scalars))


def listed(hypotheses: Sequence[Linear], stored: Stored) -> list[Block]:
    """The numbered hypotheses alone."""
    return [line(f" ({k:>2})  {describe(h, stored)}") for k, h in enumerate(hypotheses, 1)]


def _tested(hypotheses: Sequence[Linear], session: Session, small: bool, df: float | None) -> _Tested:
    result = wald(hypotheses, session.e)
    if small:
        fit, method = smallsample.required(session.estimates)
        rows = smallsample.on_beta(fit.frame, np.array([h.coefficients for h in hypotheses]))
        kept = [i for i in range(len(hypotheses)) if i not in result.dropped]
        value = rows @ fit.result.beta + np.array([h.constant for h in hypotheses])
        told = smallsample.joint(method, value[kept], rows[kept])
        # as in the header of mixed: without a single denominator the chi2 is the answer
        if not isnan(told.ddf):
            return _Tested(multiple.OneTest(told.F, told.df, told.p, told.ddf), result.dropped)
    ddf = float(df) if df is not None else session.e.scalars.get("df_r", nan)
    if small or isnan(ddf) or not result.df:
        return _Tested(multiple.OneTest(result.chi2, result.df, result.p), result.dropped)
    f = result.chi2 / result.df
    return _Tested(multiple.OneTest(f, result.df, distributions.f_tail(f, result.df, ddf), ddf), result.dropped)
