"""One program, one case, in a process of its own: python benchmarks/worker.py PROGRAM CASE FOLDER REPEAT.

Prints one JSON object: seconds of every repetition, the log likelihood, peak memory.  The data are in memory before the
clock starts, as each program wants them: arrays, a pandas or a polars data frame.
"""

from __future__ import annotations

import json
import pathlib
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from cases import FITS, Columns, FitCase, fetch

Run = Callable[[], Any]


def frame(data: Columns) -> Any:
    import pandas as pd

    codes = {k: v.astype(np.int64) for k, v in data.items() if k in "gchk"}
    return pd.DataFrame({**data, **codes})


def mixedcli(case: FitCase, data: Columns) -> Run:
    """The engine alone: y, X, Z and codes in memory, standard errors of everything included."""
    from mixedcli.engine.design import Design, Equation, Factor, FitOptions, Level
    from mixedcli.engine.fit import fit
    from mixedcli.engine.recov import STRUCTURES

    if case.residual:
        raise SystemExit("timed as a whole command")
    names = (*case.covariates, "_cons")
    columns = (*(data[x] for x in case.covariates), np.ones_like(data["y"]))
    covariance = STRUCTURES["unstructured" if case.unstructured else "independent"]
    if case.crossed:
        factors = [np.unique(data[k], return_inverse=True)[1] for k in case.factors]
        equations = [
            Equation((), STRUCTURES["identity"], Factor(f, int(f.max()) + 1, int(f.max()) + 1)) for f in factors
        ]
        whole = Level(np.zeros(len(data["y"]), dtype=np.int64), 1, tuple(equations))
        crossed = Design(data["y"], columns, tuple(range(len(columns))), (whole,))
        return lambda: fit(crossed, FitOptions(reml=case.reml)).ll
    top = Equation((0, names.index("_cons")) if case.slope else (names.index("_cons"),), covariance)
    codes = np.unique(data["g"], return_inverse=True)[1]
    levels = [Level(codes, int(codes.max()) + 1, (top,))]
    if case.classes:
        inner = np.unique(data["c"], return_inverse=True)[1]
        levels.append(
            Level(inner, int(inner.max()) + 1, (Equation((names.index("_cons"),), STRUCTURES["independent"]),))
        )
    design = Design(data["y"], columns, tuple(range(len(columns))), tuple(levels))
    return lambda: fit(design, FitOptions(reml=case.reml)).ll


def mixedcli_command(case: FitCase, data: Columns) -> Run:
    """The whole command, from its text to its table."""
    import mixedcli

    session = mixedcli.Session(data=frame(data))

    def run() -> float:
        session.run(case.stata)
        return float(session.e["ll"])

    return run


def _residuals_independent(case: FitCase) -> None:
    if case.residual:
        raise SystemExit("correlated residuals: not offered")


def mixedlm(case: FitCase, data: Columns) -> Run:
    _residuals_independent(case)
    import mixedlm as program

    table = frame(data)
    return lambda: program.lmer(case.lme4, table, REML=case.reml).logLik().value


def mixedlm_rs(case: FitCase, data: Columns) -> Run:
    import mixedlm_rs as program

    if case.classes or case.crossed or case.residual or (case.slope and not case.unstructured):
        raise SystemExit("not offered")
    table = frame(data)
    fixed = "y ~ " + " + ".join(case.covariates)
    random = "~x1" if case.slope else None
    return lambda: program.mixedlm(fixed, table, groups="g", re_formula=random).fit(reml=case.reml).llf


def lme_python(case: FitCase, data: Columns) -> Run:
    _residuals_independent(case)
    import lme_python as program
    import polars as pl

    table = pl.DataFrame({k: (v.astype(np.int64).astype(str) if k in "gchk" else v) for k, v in data.items()})
    return lambda: program.lmer(case.lme4, data=table, reml=case.reml).log_likelihood


def gpboost(case: FitCase, data: Columns) -> Run:
    import gpboost as program

    if case.unstructured or case.reml or case.residual:
        raise SystemExit("not offered")
    groups = np.column_stack([data[k] for k in "gchk" if k in data])
    x = np.column_stack([np.ones_like(data["y"]), *(data[k] for k in case.covariates)])
    slope = {"group_rand_coef_data": data["x1"], "ind_effect_group_rand_coef": [1]} if case.slope else {}

    def run() -> float:
        model = program.GPModel(group_data=groups, likelihood="gaussian", **slope)
        model.fit(y=data["y"], X=x)
        return -float(model.get_current_neg_log_likelihood())

    return run


def statsmodels(case: FitCase, data: Columns) -> Run:
    from statsmodels.regression.mixed_linear_model import MixedLM

    _residuals_independent(case)
    if case.classes or case.crossed:
        raise SystemExit("not run: it needs more memory than there is")
    x = np.column_stack([np.ones_like(data["y"]), *(data[k] for k in case.covariates)])
    z = x[:, :2] if case.slope else None
    return lambda: MixedLM(data["y"], x, data["g"], exog_re=z).fit(reml=case.reml).llf


PROGRAMS = {
    f.__name__.replace("_", "-"): f
    for f in (mixedcli, mixedcli_command, mixedlm, mixedlm_rs, lme_python, gpboost, statsmodels)
}


def main(program: str, name: str, folder: str, repeat: str) -> None:
    warnings.simplefilter("ignore")
    run = PROGRAMS[program](FITS[name], fetch(pathlib.Path(folder)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(int(repeat)):
        start = time.perf_counter()
        ll = run()
        seconds.append(time.perf_counter() - start)
        if sum(seconds) > 60:
            break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "ll": ll, "before_mb": before / 1024, "peak_mb": peak / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
