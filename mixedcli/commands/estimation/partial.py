"""Analysis of variance by least squares: effect-coded columns per term, partial sums of squares from their removal.

Effect coding (levels sum to zero) makes the removal of a main effect beside its interactions meaningful; it is what
partial sums of squares are in designs without empty cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.data.varlist import resolve
from mixedcli.errors import InsufficientObservations, InvalidSyntax, NoObservations, NotYetAvailable, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.model.groups import group_codes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEPENDENT = 1e-9


@frozen
class AnovaTerm:
    """A term: its variables in order, the continuous ones, and its columns (n, k)."""

    name: str
    variables: tuple[str, ...]
    columns: Floats


@frozen
class AnovaDesign:
    """y (n,) and terms on the estimation sample; codes of every factor with its number of levels."""

    y: Floats
    terms: tuple[AnovaTerm, ...]
    codes: dict[str, tuple[Ints, int]]
    sample: NDArray[np.bool_]


@frozen
class Source:
    """Sum of squares with its degrees of freedom."""

    name: str
    ss: float
    df: int


@frozen
class Fit:
    """The whole table."""

    n: int
    model: Source
    terms: tuple[Source, ...]
    residual: Source

    @property
    def r2(self) -> float:
        total = self.model.ss + self.residual.ss
        return self.model.ss / total if total > 0 else math.nan

    @property
    def adjusted_r2(self) -> float:
        total = self.model.ss + self.residual.ss
        if not (total > 0 and self.residual.df):
            return math.nan
        return 1.0 - self.residual.ss / self.residual.df / (total / (self.n - 1))

    @property
    def rmse(self) -> float:
        return math.sqrt(self.residual.ss / self.residual.df) if self.residual.df else math.nan


def design(data: Dataset, depvar: str, terms: Sequence[ast.Term], rows: NDArray[np.bool_]) -> AnovaDesign:
    """Columns of every term.  Errors: r(109), r(111), r(198), r(2000), r(2001)."""
    products = [p for term in terms for p in _products(term, data)]
    products = list(dict.fromkeys(products))
    names = list(dict.fromkeys(v for p in products for v, _ in p))
    sample = rows.copy()
    for name in (depvar, *names):
        if data.column(name).is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
        sample &= ~is_missing(data.column(name).numeric())
    n = int(np.count_nonzero(sample))
    if not n:
        raise NoObservations("no observations")
    kinds = {v: kind for p in products for v, kind in p}
    codes = {v: group_codes(data.column(v), sample) for v in names if kinds[v] == "i"}
    made = []
    for p in products:
        cells, levels = np.zeros(n, dtype=np.int64), 1
        for v, kind in p:
            if kind == "i":
                cells, levels = cells * codes[v][1] + codes[v][0], levels * codes[v][1]
        if len(p) > 1 and (np.bincount(cells, minlength=levels) == 0).any():
            raise NotYetAvailable(f"anova: empty cells in {_name(p)} are not yet available")
        columns = np.ones((n, 1))
        for v, kind in p:
            own = _effects(*codes[v]) if kind == "i" else _covariate(data.column(v).numeric()[sample])
            columns = (columns[:, :, None] * own[:, None, :]).reshape(n, -1)
        made.append(AnovaTerm(_name(p), tuple(v for v, _ in p), columns))
    y = np.asarray(data.column(depvar).numeric()[sample], dtype=float)
    return AnovaDesign(y, tuple(made), codes, sample)


Product = tuple[tuple[str, str], ...]  # (variable, "i" or "c") in order


def _products(term: ast.Term, data: Dataset) -> list[Product]:
    """A term as products of variables: a##b is three.  Variables are factors unless c. says otherwise."""
    if isinstance(term, ast.Interaction):
        left, right = _products(term.left, data), _products(term.right, data)
        crossed = [a + tuple(v for v in b if v not in a) for a in left for b in right]
        return [*left, *right, *crossed] if term.full else crossed
    if isinstance(term, ast.Group):
        return [p for t in term.terms for p in _products(t, data)]
    if isinstance(term, ast.FactorVar) and term.kind in ("i", "c") and isinstance(term.var, ast.VarRef):
        if term.levels or term.base is not None or term.var.ops:
            raise InvalidSyntax("anova: levels and bases may not be chosen", term.span)  # unverified: words
        return [((resolve(term.var.pattern, data, term.span), term.kind),)]
    if isinstance(term, ast.VarRef) and not term.ops:
        return [((resolve(term.pattern, data, term.span), "i"),)]
    raise InvalidSyntax("invalid syntax", term.span)


def _name(product: Product) -> str:
    return "#".join(v if kind == "i" or len(product) == 1 else f"c.{v}" for v, kind in product)


def _effects(codes: Ints, levels: int) -> Floats:
    """Effect coding (n, levels - 1): the last level is minus the others."""
    out = (codes[:, None] == np.arange(levels - 1)).astype(float)
    out[codes == levels - 1] = -1.0
    return np.asarray(out)


def _covariate(values: Floats) -> Floats:
    return np.asarray(values, dtype=float)[:, None]


def fit(design: AnovaDesign) -> Fit:
    """Least squares with every term, and without each in turn.  Errors: r(2001)."""
    n = len(design.y)
    y = design.y - design.y.mean()
    total = float(y @ y)
    blocks = [t.columns - t.columns.mean(0) for t in design.terms]

    def rest(kept: Sequence[Floats]) -> tuple[float, int]:
        X = np.concatenate([np.zeros((n, 0)), *kept], axis=1)
        size = np.sqrt((X**2).sum(0))
        U, w, _ = np.linalg.svd(X[:, size > 0] / size[size > 0], full_matrices=False)
        rank = int((w > DEPENDENT * max(1.0, float(w.max(initial=0.0)))).sum())
        r = y - U[:, :rank] @ (U[:, :rank].T @ y)
        return float(r @ r), rank

    rss, rank = rest(blocks)
    if n - 1 - rank < 0 or n < 2:
        raise InsufficientObservations("insufficient observations")
    terms = []
    for k, t in enumerate(design.terms):
        without, fewer = rest([b for i, b in enumerate(blocks) if i != k])
        terms.append(Source(t.name, max(without - rss, 0.0), rank - fewer))
    return Fit(n, Source("Model", total - rss, rank), tuple(terms), Source("Residual", rss, n - 1 - rank))


def epsilons(design: AnovaDesign, subject: str, within: str) -> tuple[float, float, int, int]:
    """Greenhouse-Geisser and Huynh-Feldt epsilons, levels of the repeated factor, subjects.

    Box (1954); Huynh and Feldt (1976).  Errors: r(198) unless every subject has every level once.
    """
    (person, subjects), (which, levels) = design.codes[subject], design.codes[within]
    counts = np.bincount(person * levels + which, minlength=subjects * levels)
    if levels < 2 or subjects < 2 or (counts != 1).any():
        # unverified: words
        raise InvalidSyntax("repeated(): every subject must have exactly one observation at every level")
    table = np.empty((subjects, levels))
    table[person, which] = design.y
    S = np.cov(table, rowvar=False)
    S = S - S.mean(0) - S.mean(1)[:, None] + S.mean()
    k = levels - 1
    gg = float(np.trace(S) ** 2 / (k * (S**2).sum()))
    hf = (subjects * k * gg - 2.0) / (k * (subjects - 1 - k * gg))
    return gg, hf, levels, subjects
