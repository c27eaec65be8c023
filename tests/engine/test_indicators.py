"""R. terms beside correlated residuals and weights of groups: full covariance matrices, copies, the crossed engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mixedcli.engine import indicators
from mixedcli.engine.design import Correlation, Design, Equation, Factor, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.predict import fitted_part, random_effects
from mixedcli.engine.recov import Exchangeable, Identity, RandomCovariance, Unstructured
from mixedcli.engine.residual.registry import STRUCTURES
from mixedcli.errors import NotYetAvailable
from mixedcli.results import MixedResult

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INTERCEPT = Equation((0,), Identity)
EMPTY = Equation((), Identity)
SUBJECTS, TIMES, REGIONS = 40, 6, 5


def rows() -> dict[str, Ints]:
    """40 subjects in 5 regions at some of 6 times, each visit with one of 7 raters."""
    rng = np.random.default_rng(11)
    seen = rng.random((SUBJECTS, TIMES)) < 0.85
    subject, time = np.nonzero(seen)
    region = rng.integers(0, REGIONS, SUBJECTS)
    region[:REGIONS] = np.arange(REGIONS)
    return {"id": subject, "time": time, "region": region[subject], "rater": rng.integers(0, 7, len(subject))}


def factor(parent: Ints, levels: Ints) -> Factor:
    pairs, codes = np.unique(np.column_stack([parent, levels]), axis=0, return_inverse=True)
    return Factor(codes.ravel().astype(np.int64), len(pairs), int(np.unique(pairs[:, 0], return_counts=True)[1].max()))


def crossed(v: dict[str, Ints], parent: str, name: str, structure: type[RandomCovariance] = Identity) -> Equation:
    above = v[parent] if parent != "_all" else np.zeros_like(v[name])
    return Equation((), structure, factor(above, v[name]))


def design(kind: str, keyword: str = "", order: int = 0) -> Design:
    v = rows()
    n = len(v["id"])
    rng = np.random.default_rng(12)
    x = rng.normal(size=n)
    e = rng.normal(size=n)
    for i in range(1, n):
        if v["id"][i] == v["id"][i - 1]:
            e[i] += 0.6 * e[i - 1]
    y = 1.0 + x + e + rng.normal(size=SUBJECTS)[v["id"]]
    y = y + 1.5 * rng.normal(size=TIMES)[v["time"]] + rng.normal(size=7)[v["rater"]]
    y = y + rng.normal(size=REGIONS)[v["region"]] + 0.7 * rng.normal(size=(REGIONS, 7))[v["region"], v["rater"]]
    everything = np.zeros(n, dtype=np.int64)
    top = Level(everything, 1, (crossed(v, "_all", "time"),))
    subject = Level(v["id"], SUBJECTS, (INTERCEPT,))
    levels = {
        "_all: R.time || id:": (top, subject),
        "_all: R.time || id: x, un": (top, replace(subject, equations=(Equation((1, 0), Unstructured),))),
        "_all: R.time || id:, noconstant": (top, replace(subject, equations=(EMPTY,))),
        "_all: R.time || _all: R.rater || id:, noconstant": (
            replace(top, equations=(*top.equations, crossed(v, "_all", "rater"))),
            replace(subject, equations=(EMPTY,)),
        ),
        "region: R.rater, exc || id:, noconstant": (
            Level(v["region"], REGIONS, (crossed(v, "region", "rater", Exchangeable),)),
            replace(subject, equations=(EMPTY,)),
        ),
    }[kind]
    made = Design(y, (np.ones(n), x), (1, 0), levels)
    if not keyword:
        return made
    times = v["time"].astype(float)
    structure = STRUCTURES[keyword](np.arange(float(TIMES)), order, TIMES, TIMES - 1)
    return replace(made, correlation=Correlation((structure,), v["id"], SUBJECTS, times))


def covariance(d: Design, told: MixedResult, residual: Floats) -> Floats:
    """V element by element from what the result reports; residual: covariance of two rows of a subject, by times."""
    V = np.zeros((d.n, d.n))
    for level, blocks in zip(d.levels, told.sigma, strict=True):
        together = level.codes[:, None] == level.codes[None]
        for e, block in zip(level.equations, blocks, strict=True):
            if e.factor is not None:
                same = e.factor.codes[:, None] == e.factor.codes[None]
                V = V + block[0, 0] * same + (block[0, 1] * (together & ~same) if len(block) > 1 else 0.0)
            elif e.z:
                Z = np.column_stack([d.columns[k] for k in e.z])
                V = V + together * (Z @ block @ Z.T)
    assert d.correlation is not None
    times, own = d.correlation.times.astype(int), d.correlation.codes
    return np.asarray(V + (own[:, None] == own[None]) * residual[times[:, None], times[None]])


def residual_matrix(keyword: str, told: MixedResult) -> Floats:
    """Covariance matrix of six times from the rows of the table."""
    values = {(r.kind, r.label): r.variance.estimate for r in told.rows if r.part == "residual"}
    lag = np.abs(np.subtract.outer(np.arange(TIMES), np.arange(TIMES)))
    if keyword == "unstructured":
        out = np.diag([values["var", f"e{t}"] for t in range(TIMES)])
        for a in range(TIMES):
            for b in range(a + 1, TIMES):
                out[a, b] = out[b, a] = values["cov", f"e{a},e{b}"]
        return np.asarray(out)
    if keyword == "exchangeable":
        return np.asarray(np.where(lag == 0, values["var", "e"], values["cov", "e"]))
    return np.asarray(values["var", "e"] * values["rho", ""] ** lag)


def dense_ll(d: Design, V: Floats, reml: bool) -> tuple[float, Floats, Floats]:
    X = np.column_stack([d.columns[k] for k in d.x])
    W = np.linalg.inv(V)
    information = X.T @ W @ X
    beta = np.linalg.solve(information, X.T @ W @ d.y)
    r = d.y - X @ beta
    log_det = np.linalg.slogdet(V)[1] + (np.linalg.slogdet(information)[1] if reml else 0.0)
    count = d.n - 2 if reml else d.n
    return float(-0.5 * (count * np.log(2 * np.pi) + log_det + r @ W @ r)), beta, np.linalg.inv(information)


KINDS = [
    "_all: R.time || id:",
    "_all: R.time || id: x, un",
    "_all: R.time || _all: R.rater || id:, noconstant",
    "region: R.rater, exc || id:, noconstant",
]


PAIRS = [
    *((kind, keyword) for kind in KINDS for keyword in ("ar", "exponential")),
    ("_all: R.time || id:, noconstant", "unstructured"),
    ("_all: R.time || _all: R.rater || id:, noconstant", "exchangeable"),
    ("region: R.rater, exc || id:, noconstant", "exchangeable"),
]


@pytest.mark.parametrize("reml", [False, True], ids=["ML", "REML"])
@pytest.mark.parametrize(("kind", "keyword"), PAIRS)
def test_correlated_residuals_against_the_full_covariance_matrix(kind: str, keyword: str, reml: bool) -> None:
    d = design(kind, keyword, 1 if keyword == "ar" else 0)
    told = fit(d, FitOptions(reml=reml))
    assert told.trace.converged
    V = covariance(d, told, residual_matrix(keyword, told))
    ll, beta, variance = dense_ll(d, V, reml)
    assert told.ll == pytest.approx(ll, abs=1e-8)
    np.testing.assert_allclose(told.beta, beta, rtol=1e-8)
    np.testing.assert_allclose(told.vcov_beta, variance, rtol=1e-7)
    # no direction leads uphill: variances of the random effects and the residuals, each a little more and less
    for level in range(len(told.sigma)):
        for e in range(len(told.sigma[level])):
            for factor_of in (0.98, 1.02):
                blocks = [list(x) for x in told.sigma]
                blocks[level][e] = blocks[level][e] * factor_of
                other = replace(told, sigma=tuple(tuple(x) for x in blocks))
                moved = covariance(d, other, residual_matrix(keyword, told))
                assert dense_ll(d, moved, reml)[0] <= told.ll + 1e-9
    for factor_of in (0.98, 1.02):
        moved = covariance(d, told, factor_of * residual_matrix(keyword, told))
        assert dense_ll(d, moved, reml)[0] < told.ll


def test_exchangeable_residuals_are_an_intercept_of_the_crossed_engine() -> None:
    """Two engines, one model: v(residual) = cov(e) + what is left."""
    one = fit(design("_all: R.time || id:"))
    other = fit(design("_all: R.time || id:, noconstant", "exchangeable"))
    assert other.ll == pytest.approx(one.ll, abs=1e-9)
    np.testing.assert_allclose(other.vcov_beta, one.vcov_beta, rtol=1e-6)
    assert other.sigma[0][0][0, 0] == pytest.approx(one.sigma[0][0][0, 0], rel=1e-6)
    covariance_of = next(r.variance for r in other.rows if r.kind == "cov")
    intercept = next(r.variance for r in one.rows if r.level == 1)
    assert covariance_of.estimate == pytest.approx(intercept.estimate, rel=1e-6)
    assert covariance_of.se == pytest.approx(intercept.se, rel=1e-5)


def weighted(kind: str, where: int) -> tuple[Design, Design]:
    """Groups of level ``where`` counted by weights, and the same written out as copies."""
    d = design(kind)
    rng = np.random.default_rng(13)
    level = d.levels[where]
    times = rng.integers(1, 4, level.groups)
    levels = list(d.levels)
    levels[where] = replace(level, weights=times.astype(float))
    told = replace(d, levels=tuple(levels), frequency=True)
    pairs = [(g, c, i) for g in range(level.groups) for c in range(times[g]) for i in np.flatnonzero(level.codes == g)]
    source = np.array([i for _, _, i in pairs])
    copy = np.array([c for _, c, _ in pairs])
    out = []
    for k, own in enumerate(d.levels):
        codes = own.codes[source] if k < where else own.codes[source] * 10 + copy
        codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        equations = []
        for e in own.equations:
            if e.factor is None:
                equations.append(e)
                continue
            of = e.factor.codes[source] * (1 if k < where else 10) + (0 if k < where else copy)
            of = np.unique(of, return_inverse=True)[1].astype(np.int64)
            equations.append(replace(e, factor=Factor(of, int(of.max()) + 1, e.factor.largest)))
        out.append(Level(codes, int(codes.max()) + 1, tuple(equations)))
    columns = tuple(c[source] for c in d.columns)
    return told, replace(d, y=d.y[source], columns=columns, levels=tuple(out))


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("_all: R.time || id:", 1),
        ("_all: R.time || id: x, un", 1),
        ("region: R.rater, exc || id:, noconstant", 0),
        ("region: R.rater, exc || id:, noconstant", 1),
    ],
)
def test_frequency_weights_of_groups_are_copies(kind: str, where: int) -> None:
    weights, copies = weighted(kind, where)
    told, expected = fit(weights), fit(copies)
    assert told.n == expected.n
    assert told.ll == pytest.approx(expected.ll, rel=1e-10)
    np.testing.assert_allclose(told.beta, expected.beta, rtol=1e-7)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-6)
    np.testing.assert_allclose(told.theta, expected.theta, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-4, atol=1e-7)


def test_robust_standard_errors_with_weights_of_regions() -> None:
    weights, copies = weighted("region: R.rater, exc || id:, noconstant", 0)
    options = FitOptions(robust=True)
    told, expected = fit(weights, options), fit(copies, options)
    np.testing.assert_allclose(told.vcov_beta, expected.vcov_beta, rtol=1e-5)
    np.testing.assert_allclose(told.vcov_theta, expected.vcov_theta, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("reml", [False, True], ids=["ML", "REML"])
@pytest.mark.parametrize("kind", KINDS)
def test_predictions(kind: str, reml: bool) -> None:
    """Z u = (V - R) V^-1 (y - X beta), written out."""
    d = design(kind, "ar", 1)
    told = fit(d, FitOptions(reml=reml))
    residual = residual_matrix("ar", told)
    V = covariance(d, told, residual)
    R = covariance(d, replace(told, sigma=tuple(tuple(0.0 * b for b in x) for x in told.sigma)), residual)
    X = np.column_stack([d.columns[k] for k in d.x])
    expected = (V - R) @ np.linalg.solve(V, d.y - X @ told.beta)
    np.testing.assert_allclose(fitted_part(d, random_effects(d, told)), expected, atol=1e-7)


def test_standard_errors_of_predictions() -> None:
    d = design("_all: R.time || id:", "ar", 1)
    told = fit(d)
    V = covariance(d, told, residual_matrix("ar", told))
    f = d.levels[0].equations[0].factor
    assert f is not None
    v = told.sigma[0][0][0, 0]
    Z = (f.codes[:, None] == np.arange(f.levels)).astype(float)
    expected = np.sqrt(np.diag(v * np.eye(f.levels) - v * v * Z.T @ np.linalg.solve(V, Z)))
    found = random_effects(d, told)[0]
    assert (found.level, found.equation) == (0, 0)
    np.testing.assert_allclose(found.se[:, 0], expected, rtol=1e-8)


def test_too_many_levels_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indicators, "WIDEST", 5)
    with pytest.raises(NotYetAvailable, match="more than 5 levels"):
        fit(design("_all: R.time || id:", "ar", 1))
