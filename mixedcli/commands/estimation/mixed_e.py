"""Contents of e() and r(table) after mixed ("Stored results" of the manual entry)."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.estimation import smallsample, survey_e
from mixedcli.commands.estimation.names import column_names
from mixedcli.data.dataset import Dataset
from mixedcli.data.signature import signature
from mixedcli.engine import distributions, inference
from mixedcli.errors import DataAssumption, Unavailable
from mixedcli.model.spec import MixedFit, ModelFrame
from mixedcli.results import Estimates, Matrix, MixedResult, SmallSample, Stored

Floats = NDArray[np.float64]


def coefficients(frame: ModelFrame, result: MixedResult) -> tuple[Floats, Floats]:
    """e(b) as a vector and e(V): zeros for base and omitted columns, block diagonal (ENGINE.md)."""
    fixed = len(frame.fixed)
    size = fixed + len(result.theta)
    b, v = np.zeros(size), np.zeros((size, size))
    kept = np.array(frame.kept, dtype=np.int64)
    there = np.flatnonzero(kept >= 0)
    b[there] = result.beta[kept[there]]
    v[np.ix_(there, there)] = result.vcov_beta[np.ix_(kept[there], kept[there])]
    b[fixed:] = result.theta
    # parameters without standard errors (nostderr, emonly, a variance at 0) have zero rows, as in Stata
    v[fixed:, fixed:] = np.where(np.isfinite(result.vcov_theta), result.vcov_theta, 0.0)
    survey_e.between(frame, result, v)
    return b, 0.5 * (v + v.T)


def model_test(frame: ModelFrame, result: MixedResult) -> tuple[float, int, float]:
    """Wald chi2 of all coefficients but the constant, its df and p; (nan, 0, nan) without covariates."""
    tested = [k for t, k in zip(frame.fixed, frame.kept, strict=True) if t is not None and k >= 0]
    if not tested:
        return float("nan"), 0, float("nan")
    return inference.wald(result.beta, result.vcov_beta, tested)


def stored(fit: MixedFit, data: Dataset, sample: NDArray[np.bool_], command: str) -> Stored:
    """e() of a fit to the observations of ``sample``."""
    frame, result = fit.frame, fit.result
    return Stored(_scalars(fit), _macros(fit, data, sample, command), _matrices(fit, column_names(frame, result)))


def _scalars(fit: MixedFit) -> dict[str, float]:
    frame, result = fit.frame, fit.result
    kinds = [n.kind for n in result.theta_names]
    chi2, df, p = model_test(frame, result)
    small = _small_scalars(frame, result) if result.small is not None else {}
    if "F" in small:  # the model test is the F then
        p = smallsample.model_test(frame, result).p
    groups = len(result.residual_variance)
    beside = sum(k.startswith("r_") for k in kinds)  # residual parameters other than lnsig_e
    _, v = coefficients(frame, result)
    diagonal = np.flatnonzero(np.diag(v) > 0)
    rank = int(np.linalg.matrix_rank(_scaled(v[np.ix_(diagonal, diagonal)]))) if len(diagonal) else 0
    scalars: dict[str, float] = {
        "N": result.n,
        "k": result.p + len(kinds),
        "k_f": result.p,
        "k_r": len(kinds),
        "k_rs": sum(k in ("lns", "lnsig_e", "r_lns") for k in kinds),
        "k_rc": sum(k not in ("lns", "lnsig_e", "r_lns") for k in kinds),
        "k_res": 1 + beside if beside else 0,  # unverified: what Stata counts here
        "nrgroups": groups,
        **_residual_order(fit),
        **survey_e.scalars(fit),
        "df_m": df,
        "small": float(result.small is not None),
        **small,
        "ll": result.ll,
        "chi2": chi2,
        "p": p,
    }
    if result.lr is not None:
        scalars |= {"ll_c": result.lr.ll_c, "chi2_c": result.lr.chi2, "df_c": result.lr.df, "p_c": result.lr.p}
    return scalars | {
        "rank": rank,
        "ic": result.trace.iterations[-1].number if result.trace.iterations else 0,
        "rc": 0.0 if result.trace.converged else 430,
        "converged": float(result.trace.converged),
    }


def _residual_order(fit: MixedFit) -> dict[str, float]:
    """e(ar_p), e(ma_q) or e(res_order)."""
    structure, order = fit.spec.residuals.structure, fit.frame.residual.order
    name = {"ar": "ar_p", "ma": "ma_q", "banded": "res_order", "toeplitz": "res_order"}.get(structure)
    return {} if name is None else {name: order}


def _small_scalars(frame: ModelFrame, result: MixedResult) -> dict[str, float]:
    """The model's F (none where its DDF is not defined), and the range of the coefficients' degrees of freedom."""
    assert result.small is not None
    told = smallsample.model_test(frame, result)
    least, average, most = smallsample.extremes(result.small)
    scalars = {"ddf_m": told.ddf, "df_max": most, "df_avg": average, "df_min": least}
    return {"F": told.F} | scalars if not np.isnan(told.ddf) else scalars


def _scaled(v: Floats) -> Floats:
    """A covariance matrix with unit diagonal, so that units do not decide its rank."""
    scale = 1.0 / np.sqrt(np.diag(v))
    return v * np.outer(scale, scale)


def _macros(fit: MixedFit, data: Dataset, sample: NDArray[np.bool_], command: str) -> dict[str, str]:
    spec, frame = fit.spec, fit.frame
    equations = [(level.name, e) for level in frame.levels for e in level.equations]
    variables = _variables(fit, data)
    macros = {
        "cmd": command,
        "cmdline": spec.cmdline,
        "depvar": frame.depvar,
        "ivars": " ".join(level.name for level in frame.levels),
        "title": survey_e.title(fit),
        "redim": " ".join(str(len(e.labels)) for _, e in equations),
        "vartypes": " ".join(e.structure.capitalize() if e.labels else "(empty)" for _, e in equations),
        "revars": " ".join(label for _, e in equations for label in e.labels),
        "resopt": spec.residuals.text,
        "rstructure": spec.residuals.structure,
        "rstructlab": frame.residual.title,
        "timevar": frame.residual.time,
        "rbyvar": frame.residual_by,
        "rglabels": " ".join(f'`"{x}"\'' for x in frame.residual_labels),
        "dfmethod": "" if fit.result.small is None else fit.result.small.method,
        "dftitle": "" if fit.result.small is None else fit.result.small.title,
        "chi2type": "Wald",
        **survey_e.macros(fit),
        "method": "REML" if fit.result.reml else "ML",
        "opt": "em" if spec.fit.emonly else "ml",
        "optmetric": "matlog" if spec.fit.matlog else "matsqrt",
        "emonly": "emonly" if spec.fit.emonly else "",
        "ml_method": "d2",
        "technique": " ".join(name for name, _ in spec.fit.technique),
        "datasignature": datasignature(data, variables, sample),
        "datasignaturevars": " ".join(variables),
        "properties": "b V",
        "estat_cmd": "mixed_estat",
        "predict": "mixed_p",
    }
    return {name: text for name, text in macros.items() if text}


def _variables(fit: MixedFit, data: Dataset) -> tuple[str, ...]:
    """Every variable of the model once, in the order of the command."""
    frame = fit.frame
    terms = [*frame.fixed, *(t for level in frame.levels for e in level.equations for t in e.terms)]
    found = dict.fromkeys([frame.depvar.rpartition(".")[2]])
    found |= dict.fromkeys(p.var for t in terms if t is not None for p in t.parts)
    found |= dict.fromkeys(level.name for level in frame.levels if level.name != "_all")
    found |= dict.fromkeys(e.factor for level in frame.levels for e in level.equations if e.factor)
    found |= dict.fromkeys(name for name in (frame.residual_by, frame.residual.time) if name)
    weights = fit.spec.weights
    texts = [weights.text if weights.rows is not None else "", *(x.text for x in weights.levels), frame.cluster]
    found |= dict.fromkeys(word for text in texts for word in re.findall(r"[^\W\d]\w*", text) if word in data)
    return tuple(found)


def datasignature(data: Dataset, variables: tuple[str, ...], sample: NDArray[np.bool_]) -> str:
    """Observations:variables:checksum of the estimation sample, in any order of the observations.

    The checksum is this program's own, not Stata's.
    """
    return f"{int(sample.sum())}:{len(variables)}:{signature(data, variables, sample)}"


def check_data(estimates: Estimates, data: Dataset) -> NDArray[np.bool_]:
    """The estimation sample, when the data in memory are still those of the fit.  Errors: r(322), r(459)."""
    macros, sample = estimates.stored.macros, estimates.sample
    if sample is None or len(sample) != data.n or not sample.any():
        raise Unavailable("estimation sample not found in the data in memory")  # unverified: words
    names = tuple(macros.get("datasignaturevars", "").split())
    if datasignature(data, names, sample) != macros.get("datasignature"):
        raise DataAssumption("data have changed since estimation")  # unverified: words
    return sample


def _matrices(fit: MixedFit, names: tuple[str, ...]) -> dict[str, Matrix]:
    frame, result = fit.frame, fit.result
    b, v = coefficients(frame, result)
    matrices = {"b": Matrix(b[None, :], ("y1",), names), "V": Matrix(v, names, names)}
    matrices |= survey_e.matrices(fit, names)
    if fit.constraints is not None:
        matrices["Cns"] = survey_e.constraint_matrix(fit.constraints, names)
    if result.small is not None:
        matrices |= small_matrices(frame, result, result.small)
    if frame.levels:
        columns = tuple(f"c{i + 1}" for i in range(len(frame.levels)))

        def row(values: list[float]) -> Matrix:
            return Matrix(np.array([values], dtype=np.float64), ("r1",), columns)

        matrices["N_g"] = row([x.groups for x in frame.levels])
        matrices["g_min"] = row([x.minimum for x in frame.levels])
        matrices["g_avg"] = row([x.average for x in frame.levels])
        matrices["g_max"] = row([x.maximum for x in frame.levels])
    if fit.spec.residuals.structure in ("unstructured", "banded"):
        times = frame.residual.times
        columns = tuple(f"c{i + 1}" for i in range(len(times)))
        matrices["tmap"] = Matrix(np.array([times], dtype=np.float64), ("r1",), columns)  # unverified: its shape
    return matrices


def small_matrices(frame: ModelFrame, result: MixedResult, small: SmallSample) -> dict[str, Matrix]:
    """e(df): missing for base and omitted columns; e(V_df), Kenward and Roger's, with the variance part of e(V)."""
    names, fixed = column_names(frame, result), len(frame.fixed)
    matrices = {"df": Matrix(fixed_df(frame, small)[None, :], ("df",), names[:fixed])}
    if small.method == "kroger":
        _, v = coefficients(frame, replace(result, vcov_beta=small.vcov))
        matrices["V_df"] = Matrix(v, names, names)
    return matrices


def fixed_df(frame: ModelFrame, small: SmallSample) -> Floats:
    """Degrees of freedom of every column of the fixed part; nan for base and omitted ones."""
    return np.array([small.df[k] if k >= 0 else np.nan for k in frame.kept], dtype=np.float64)


def table(fit: MixedFit, level: float, *, small: bool = False) -> Stored:
    """r(table): statistics of every column of e(b), and r(level); the fixed part with t and df when small."""
    frame, result = fit.frame, fit.result
    if small and result.small is not None:
        result = replace(result, vcov_beta=result.small.vcov)
    b, v = coefficients(frame, result)
    se = np.sqrt(np.diag(v))
    missing = se == 0
    df = np.full_like(b, np.nan)
    if small and result.small is not None:
        df[: len(frame.fixed)] = fixed_df(frame, result.small)
    in_t = np.arange(len(b)) < (len(frame.fixed) if small and result.small is not None else 0)
    if fit.resampled is not None and np.isfinite(fit.resampled.df):
        in_t = np.arange(len(b)) < len(frame.fixed)
        df[in_t] = fit.resampled.df
    z = np.divide(b, se, out=np.full_like(b, np.nan), where=~missing)
    p = np.array([_p_value(x, d, t) for x, d, t in zip(z, df, in_t, strict=True)])
    crit = np.array([_critical(level, d, t) for d, t in zip(df, in_t, strict=True)])
    se = np.where(missing, np.nan, se)
    values = np.vstack([b, se, z, p, b - crit * se, b + crit * se, df, crit, np.zeros_like(b)])
    rows = ("b", "se", "t" if in_t.any() else "z", "pvalue", "ll", "ul", "df", "crit", "eform")
    return Stored({"level": level}, {}, {"table": Matrix(values, rows, column_names(frame, result))})


def _p_value(statistic: float, df: float, in_t: bool) -> float:
    if not np.isfinite(statistic):
        return float("nan")
    return distributions.t_p(statistic, df) if in_t else distributions.normal_p(statistic)


def _critical(level: float, df: float, in_t: bool) -> float:
    tail = 0.5 + level / 200
    return distributions.t_quantile(tail, df) if in_t else distributions.normal_quantile(tail)
