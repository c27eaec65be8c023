"""Small designs with R. terms of every kind, and their covariance matrix written down element by element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, Level
from mixedcli.engine.orthogonal import Column
from mixedcli.engine.parameters import Space
from mixedcli.engine.recov import Exchangeable, Identity, Independent, RandomCovariance, Unstructured

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Structure = type[RandomCovariance]

N = 60
INTERCEPT = Equation((0,), Identity)


def factor(parent: Ints, levels: Ints) -> Factor:
    """R.levels within the groups ``parent``."""
    pairs, codes = np.unique(np.column_stack([parent, levels]), axis=0, return_inverse=True)
    largest = max(int((pairs[:, 0] == g).sum()) for g in np.unique(parent))
    return Factor(codes.ravel().astype(np.int64), len(pairs), largest)


def variables() -> dict[str, Ints]:
    """Factors a and b, groups g and h within g."""
    rng = np.random.default_rng(1)
    a, b, g = rng.integers(0, 6, N), rng.integers(0, 9, N), rng.integers(0, 4, N)
    h = np.unique(g * 10 + rng.integers(0, 3, N), return_inverse=True)[1]
    return {"a": a, "b": b, "g": g, "h": h.astype(np.int64), "_all": np.zeros(N, dtype=np.int64)}


def level(name: str, *equations: Equation | tuple[str, Structure]) -> Level:
    """A level with ordinary equations, and R. terms as (variable, structure)."""
    v = variables()
    made = tuple(e if isinstance(e, Equation) else Equation((), e[1], factor(v[name], v[e[0]])) for e in equations)
    return Level(v[name], int(v[name].max()) + 1, made)


SLOPE = Equation((1, 0), Unstructured)
KINDS: dict[str, Callable[[], tuple[Level, ...]]] = {
    "_all: R.a": lambda: (level("_all", ("a", Identity)),),
    "_all: R.a || _all: R.b": lambda: (level("_all", ("a", Identity), ("b", Identity)),),
    "_all: R.a, exc": lambda: (level("_all", ("a", Exchangeable)),),
    "_all: R.a || _all: R.b, exc": lambda: (level("_all", ("a", Identity), ("b", Exchangeable)),),
    "_all: R.b, exc || _all: R.a": lambda: (level("_all", ("b", Exchangeable), ("a", Identity)),),
    "_all: R.a || g:": lambda: (level("_all", ("a", Identity)), level("g", INTERCEPT)),
    "_all: R.a || g: x, un": lambda: (level("_all", ("a", Identity)), level("g", SLOPE)),
    "_all: R.b || g: || h: x, un": lambda: (level("_all", ("b", Identity)), level("g", INTERCEPT), level("h", SLOPE)),
    "_all: R.a || _all: R.b || g: x, un || h:": lambda: (
        level("_all", ("a", Identity), ("b", Identity)),
        level("g", SLOPE),
        level("h", INTERCEPT),
    ),
    "g: R.a": lambda: (level("g", ("a", Identity)),),
    "g: R.a, exc": lambda: (level("g", ("a", Exchangeable)),),
    "g: R.h, exc": lambda: (level("g", ("h", Exchangeable)),),
    "g: R.a || g: R.b": lambda: (level("g", ("a", Identity), ("b", Identity)),),
    "g: R.a, exc || g: R.b, exc": lambda: (level("g", ("a", Exchangeable), ("b", Exchangeable)),),
    "g: R.a || g: x": lambda: (level("g", ("a", Identity), Equation((1, 0), Independent)),),
    "g: R.a || h: x, un": lambda: (level("g", ("a", Identity)), level("h", SLOPE)),
    "_all: x || _all: R.a": lambda: (level("_all", Equation((1,), Identity), ("a", Identity)),),
    "_all: R.a || _all: R.b || g: R.a, exc": lambda: (
        level("_all", ("a", Identity), ("b", Identity)),
        level("g", ("a", Exchangeable)),
    ),
}


def crossed_design(kind: str, by: int = 1, repeat: int = 1) -> Design:
    """A design of one kind; ``repeat`` copies of its rows with fresh residuals."""
    rng = np.random.default_rng(2)
    v = variables()
    x = rng.normal(size=N)
    y = x + rng.normal(size=N) + sum(rng.normal(size=int(v[k].max()) + 1)[v[k]] for k in "abgh")
    groups = rng.integers(0, by, N) if by > 1 else None
    y = np.tile(y, repeat) + (rng.normal(size=N * repeat) if repeat > 1 else 0.0)
    levels = tuple(_tiled(x, repeat) for x in KINDS[kind]())
    columns = (np.ones(N * repeat), np.tile(x, repeat))
    return Design(y, columns, (1, 0), levels, None if groups is None else np.tile(groups, repeat), by)


def _tiled(level: Level, repeat: int) -> Level:
    def equation(e: Equation) -> Equation:
        f = e.factor
        return e if f is None else Equation((), e.covariance, Factor(np.tile(f.codes, repeat), f.levels, f.largest))

    return Level(np.tile(level.codes, repeat), level.groups, tuple(equation(e) for e in level.equations))


def members(space: Space, share: float) -> Floats:
    """psi inside the parameter space; ``share``: correlation of exchangeable levels as a share of its lower limit."""
    rng = np.random.default_rng(3)
    psi = np.full(space.size, 1.3)
    for t in space.terms:
        s = t.structure
        if s.size == 2 and s.variances == 1:
            lowest = -1.0 / (getattr(s, "m", s.q) - 1)
            psi[t.own] = 0.7, 0.7 * share * (lowest if share > 0 else -1.0)
        else:
            z = rng.normal(size=(s.q, s.q))
            psi[t.own] = s.elements(z @ z.T + 0.2 * np.eye(s.q))
    return psi


def dense_covariance(design: Design, space: Space, effects: tuple[tuple[Column, ...], ...], psi: Floats) -> Floats:
    """V / sigma2 at psi."""
    by = np.zeros(design.n, dtype=int) if design.residual_by is None else design.residual_by
    V = np.diag(1.0 / np.append(1.0, psi[space.random :])[by])
    for t in space.terms:
        own = design.levels[t.level]
        f, kappa = own.equations[t.equation].factor, psi[t.own]
        together = own.codes[:, None] == own.codes[None, :]
        if f is None:
            columns = effects[t.depth][t.place : t.place + t.structure.q]
            Z = np.column_stack([(c.values - c.shift) * c.scale for c in columns])
            V = V + together * (Z @ t.structure.matrix(kappa) @ Z.T)
        else:
            same = f.codes[:, None] == f.codes[None, :]
            V = V + kappa[0] * same
            if len(kappa) > 1:
                V = V + kappa[1] * (together & ~same)
    return np.asarray(V)


def dense_ll(design: Design, space: Space, effects: tuple[tuple[Column, ...], ...], psi: Floats, reml: bool) -> float:
    """Profile log likelihood from the full V, factored."""
    L = np.linalg.cholesky(dense_covariance(design, space, effects, psi))
    X = np.linalg.solve(L, np.column_stack([design.columns[k] for k in design.x]))
    y = np.linalg.solve(L, design.y)
    r = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    n, p = X.shape
    N = n - p if reml else n
    log_det = 2.0 * np.log(np.diag(L)).sum() + (np.linalg.slogdet(X.T @ X)[1] if reml else 0.0)
    return float(-0.5 * (N * (np.log(2.0 * np.pi * (r @ r) / N) + 1.0) + log_det))
