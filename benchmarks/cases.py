"""The benchmark cases: seeded data and, for the fits, the model in the words of each program."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field

import numpy as np

Columns = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class FitCase:
    """One model.  ``slope``: a random slope on x1 at the top level; ``unstructured``: correlated with the intercept.

    crossed: numbers of levels of crossed factors g, h, k in place of nested levels; rows: a size of its own.
    residual: "ar 1" (beside a random intercept) or "unstructured" (in its place) over the visits t of a group.
    """

    name: str
    what: str
    groups: int
    classes: int = 0
    slope: bool = False
    unstructured: bool = False
    reml: bool = False
    covariates: tuple[str, ...] = field(default=("x1", "x2", "x3", "x4", "x5"))
    crossed: tuple[int, ...] = ()
    rows: int | None = None
    residual: str = ""

    @property
    def stata(self) -> str:
        if self.residual:
            alone = " noconstant" if self.residual == "unstructured" else ""
            method = "reml" if self.reml else "mle"
            return f"mixed y {' '.join(self.covariates)} || g:,{alone} residuals({self.residual}, t(t)) {method}"
        if self.crossed:
            factors = " ".join(f"|| _all: R.{k}" for k in self.factors)
            return f"mixed y {' '.join(self.covariates)} {factors}, {'reml' if self.reml else 'mle'}"
        top = f"|| g: {'x1' if self.slope else ''}"
        top += ", covariance(unstructured)" if self.unstructured else ""
        below = " || c:" if self.classes else ""
        method = " reml" if self.reml else " mle"
        comma = "" if self.unstructured and not below else ","
        return f"mixed y {' '.join(self.covariates)} {top}{below}{comma}{method}"

    @property
    def factors(self) -> str:
        """Names of the crossed factors."""
        return "ghk"[: len(self.crossed)]

    @property
    def lme4(self) -> str:
        if self.crossed:
            return f"y ~ {' + '.join(self.covariates)} + {' + '.join(f'(1 | {k})' for k in self.factors)}"
        term = "1" if not self.slope else "x1"
        bar = "|" if self.unstructured or not self.slope else "||"
        below = " + (1 | c)" if self.classes else ""
        return f"y ~ {' + '.join(self.covariates)} + ({term} {bar} g){below}"


FITS = {
    c.name: c
    for c in (
        FitCase("intercept-1m", "random intercept over 100,000 groups, ML", groups=100_000),
        FitCase(
            "slope-1m",
            "unstructured random slope over 50,000 groups, REML",
            groups=50_000,
            slope=True,
            unstructured=True,
            reml=True,
        ),
        FitCase(
            "threelevel-1m",
            "slope independent of the intercept over 2,000 schools, intercepts of 40,000 classes, ML",
            groups=2_000,
            classes=40_000,
            slope=True,
        ),
        FitCase(
            "crossed-73k",
            "ratings by 2,972 students of 1,128 instructors in 14 departments, REML",
            groups=0,
            reml=True,
            covariates=("x1",),
            crossed=(2972, 1128, 14),
            rows=73_421,
        ),
        FitCase("crossed-1m", "50,000 by 5,000 crossed intercepts, ML", groups=0, crossed=(50_000, 5_000)),
        FitCase(
            "ar1-100k",
            "random intercept and AR(1) residuals, 5,000 unbalanced groups with gaps, REML",
            groups=5_000,
            reml=True,
            covariates=("x1", "x2"),
            rows=100_000,
            residual="ar 1",
        ),
        FitCase(
            "un-30k",
            "unstructured residuals, 5,000 subjects at up to 6 visits, REML",
            groups=5_000,
            reml=True,
            covariates=("x1", "x2"),
            rows=27_000,
            residual="unstructured",
        ),
    )
}


def fit_data(case: FitCase, rows: int) -> Columns:
    """y, x1 ... x5, g (top-level code) and, with three levels, c (class code, unique); rows sorted by group."""
    if case.crossed:
        return _crossed_data(case, case.rows or rows)
    if case.residual:
        return _residual_data(case)
    rng = np.random.default_rng(7)
    scale = rows / 1_000_000
    groups = max(2, round(case.groups * scale))
    if case.classes:
        classes = max(4, round(case.classes * scale))
        c = np.sort(rng.integers(0, classes, rows))
        parent = np.sort(rng.integers(0, groups, classes))
        g = parent[c]
    else:
        c = None
        g = np.sort(rng.integers(0, groups, rows))
    x = rng.normal(size=(5, rows)).round(4)
    x[1] = rng.integers(0, 2, rows)
    y = 1 + np.array([0.5, -0.3, 0.2, 0.1, 0.0]) @ x + rng.normal(0, 0.8, groups)[g] + rng.normal(size=rows)
    if case.slope:
        y += rng.normal(0, 0.4, groups)[g] * x[0]
    if c is not None:
        y += rng.normal(0, 0.6, classes)[c]
    columns = {"y": y, **{f"x{i + 1}": x[i] for i in range(5)}, "g": g.astype(float)}
    return columns if c is None else {**columns, "c": c.astype(float)}


def _crossed_data(case: FitCase, rows: int) -> Columns:
    """Every row has a level of each factor; a third factor depends on the second (departments of instructors)."""
    rng = np.random.default_rng(9)
    codes = [rng.integers(0, count, rows) for count in case.crossed]
    if len(codes) > 2:
        codes[1] = (case.crossed[1] * rng.beta(1.0, 4.0, rows)).astype(int)  # some teach far more than others
        home = rng.integers(0, case.crossed[2], case.crossed[1])[codes[1]]
        codes[2] = np.where(rng.random(rows) < 0.9, home, codes[2])
    x = rng.normal(size=(len(case.covariates), rows)).round(4)
    y = 3.0 + 0.1 * x.sum(0) + rng.normal(size=rows)
    for code, count, sd in zip(codes, case.crossed, (0.5, 0.4, 0.1), strict=False):
        y += rng.normal(0, sd, count)[code]
    named = {k: code.astype(float) for k, code in zip(case.factors, codes, strict=True)}
    return {"y": y, **dict(zip(case.covariates, x, strict=True)), **named}


def _residual_data(case: FitCase) -> Columns:
    """Visits t of every group with one in ten left out; errors AR(1) with correlation 0.6."""
    assert case.rows is not None
    rng = np.random.default_rng(11)
    visits = round(case.rows / case.groups / 0.9)
    most = visits if case.residual == "unstructured" else 2 * visits
    t, g = np.tile(np.arange(most), case.groups), np.repeat(np.arange(case.groups), most)
    errors = rng.normal(size=(case.groups, most))
    for k in range(1, most):
        errors[:, k] = 0.6 * errors[:, k - 1] + 0.8 * errors[:, k]
    length = most if case.residual == "unstructured" else rng.integers(2, most + 1, case.groups)[g]
    kept = (t < length) & (rng.random(len(t)) < 0.9)
    x = rng.normal(size=(2, len(t))).round(4)
    y = 1 + np.array([0.5, -0.3]) @ x + 0.02 * t + rng.normal(0, 0.7, case.groups)[g] + errors.ravel()
    return {k: v[kept].astype(float) for k, v in {"y": y, "x1": x[0], "x2": x[1], "g": g, "t": t}.items()}


def load_data(rows: int) -> Columns:
    """Ten columns of the kinds that occur: codes, counts, decimals."""
    rng = np.random.default_rng(8)
    whole = {f"k{i}": rng.integers(0, 10 ** (i + 1), rows).astype(float) for i in range(4)}
    return {**whole, **{f"v{i}": rng.normal(size=rows).round(4) for i in range(6)}}


def store(folder: pathlib.Path, columns: Columns) -> None:
    """One raw file of doubles per column, which every language can read."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        values.astype("<f8").tofile(folder / f"{name}.f64")


def fetch(folder: pathlib.Path) -> Columns:
    return {p.stem: np.fromfile(p, dtype="<f8") for p in sorted(folder.glob("*.f64"))}
