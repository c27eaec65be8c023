"""What weights, robust standard errors and constraints add to e() and to the output of mixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Line, line
from mixedcli.model.spec import ConstraintLines, MixedFit, ModelFrame
from mixedcli.results import Matrix, MixedResult

WIDTH = 78


def title(fit: MixedFit) -> str:
    """ "Mixed-effects ML regression"; pseudolikelihoods have no method.

    stata: manual example 12, for sampling weights; unverified: for vce(robust) alone.
    """
    if fit.spec.vce.kind != "oim":
        return "Mixed-effects regression"
    return f"Mixed-effects {'REML' if fit.result.reml else 'ML'} regression"


def scalars(fit: MixedFit) -> dict[str, float]:
    """e(N_clust)."""
    return {} if fit.result.robust is None else {"N_clust": fit.result.robust.clusters}


def macros(fit: MixedFit) -> dict[str, str]:
    """Weights as typed, and the kind of standard errors."""
    weights, vce = fit.spec.weights, fit.spec.vce
    found = {"vce": vce.kind, "vcetype": "Robust" if vce.kind != "oim" else "", "clustvar": fit.frame.cluster}
    if weights.rows is not None:
        found |= {"wtype": weights.kind, "wexp": f"= {weights.text}"}
    levels = list(dict.fromkeys(e.level for e in fit.spec.equations))
    for x in weights.levels:
        found[f"{weights.kind}{levels.index(x.level) + 1}"] = x.text
    return found | {"pwscale": weights.scale}


def matrices(fit: MixedFit, names: tuple[str, ...]) -> dict[str, Matrix]:
    """e(V_modelbased): the covariance matrix that vce(oim) would have given."""
    robust = fit.result.robust
    if robust is None:
        return {}
    fixed, kept = len(fit.frame.fixed), np.array(fit.frame.kept, dtype=np.int64)
    there = np.flatnonzero(kept >= 0)
    v = np.zeros((len(names), len(names)))
    v[np.ix_(there, there)] = robust.vcov_beta[np.ix_(kept[there], kept[there])]
    v[fixed:, fixed:] = np.where(np.isfinite(robust.vcov_theta), robust.vcov_theta, 0.0)
    return {"V_modelbased": Matrix(v, names, names)}


def between(frame: ModelFrame, result: MixedResult, v: NDArray[np.float64]) -> None:
    """Write the covariances of coefficients and variance parameters into e(V): robust ones are not zero."""
    if result.robust is None:
        return
    fixed, kept = len(frame.fixed), np.array(frame.kept, dtype=np.int64)
    there = np.flatnonzero(kept >= 0)
    block = np.where(np.isfinite(result.robust.between), result.robust.between, 0.0)[kept[there]]
    v[there, fixed:] = block
    v[fixed:, there] = block.T


def adjusted(fit: MixedFit) -> list[Line]:
    """ "(Std. err. adjusted for 148 clusters in id_school)", flush right above the tables."""
    if fit.resampled is not None:
        return [line(fit.resampled.above.rjust(WIDTH))] if fit.resampled.above else []
    robust = fit.result.robust
    if robust is None or not fit.frame.cluster:
        return []
    text = f"(Std. err. adjusted for {robust.clusters:,} clusters in {fit.frame.cluster})"
    return [line(text.rjust(WIDTH))]


def constraint_lines(shown: ConstraintLines | None) -> list[Line]:
    """ " ( 1)  [weight]week = 6" above the coefficient table."""
    return [line(f" ({i:>2})  {text}") for i, text in enumerate(shown.texts, 1)] if shown is not None else []


def constraint_matrix(shown: ConstraintLines, names: tuple[str, ...]) -> Matrix:
    """e(Cns): one row each, columns as e(b) and the right-hand side."""
    k = len(shown.texts)
    values = np.zeros((k, len(names) + 1))
    values[:, : shown.values.shape[1] - 1] = shown.values[:, :-1]
    values[:, -1] = shown.values[:, -1]
    # unverified: the last column's name
    return Matrix(values, tuple(f"r{i + 1}" for i in range(k)), (*names, "_Cns:_r"))
