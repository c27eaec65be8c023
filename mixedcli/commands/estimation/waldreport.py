"""What test and testparm show: the constraints, then chi2, or with small F with the method's degrees of freedom."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from mixedcli.blocks import Blank, WaldTest
from mixedcli.commands.estimation import smallsample
from mixedcli.commands.estimation.hypotheses import Linear, describe, wald
from mixedcli.errors import LastEstimatesNotFound
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session


def wald_outcome(hypotheses: Sequence[Linear], session: Session, *, small: bool = False) -> Outcome:
    """All hypotheses at once.  Errors: r(301); r(198) for small without dfmethod()."""
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    stored = session.e
    constraints = tuple(describe(h, stored) for h in hypotheses)
    result = wald(hypotheses, stored)
    dropped = tuple(i + 1 for i in result.dropped)
    drop = float(bool(dropped))
    if small:
        fit, method = smallsample.required(session.estimates)
        rows = smallsample.on_beta(fit.frame, np.array([h.coefficients for h in hypotheses]))
        kept = [i for i in range(len(hypotheses)) if i not in result.dropped]
        value = rows @ fit.result.beta + np.array([h.constant for h in hypotheses])
        told = smallsample.joint(method, value[kept], rows[kept])
        # as in the header of mixed: without a single denominator the chi2 is the answer
        if not isnan(told.ddf):
            block = WaldTest(constraints, "F", told.df, told.F, told.p, told.ddf, dropped)
            r = Stored({"drop": drop, "df_r": told.ddf, "F": told.F, "df": told.df, "p": told.p})
            return Outcome(blocks=(Blank(), block), r=r)
    block = WaldTest(constraints, "chi2", result.df, result.chi2, result.p, dropped=dropped)
    return Outcome(
        blocks=(Blank(), block), r=Stored({"drop": drop, "chi2": result.chi2, "p": result.p, "df": result.df})
    )
