"""Analysis of variance by least squares: effect-coded columns per term, sums of squares from their removal.

Effect coding (levels sum to zero) makes the removal of a main effect beside its interactions meaningful; it is what
partial sums of squares are in designs without empty cells.  Where cells of a crossed interaction are empty, the
partial sums of squares of the terms within it depend on conventions and are not given; all others are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import is_missing
from mixedcli.data.varlist import resolve
from mixedcli.errors import InsufficientObservations, InvalidSyntax, NoObservations, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.model.groups import group_codes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Product = tuple[tuple[str, str], ...]
"""(variable, "i" or "c") in order."""

DEPENDENT = 1e-9


@frozen
class Listed:
    """A term as listed: its variables, its name, the place in the list of its error term (-1: the residual)."""

    product: Product
    name: str
    error: int = -1


@frozen
class AnovaTerm:
    """A term: its variables in order, its columns (n, k), its error term; whether empty cells make it ambiguous."""

    name: str
    variables: tuple[str, ...]
    columns: Floats
    error: int
    ambiguous: bool


@frozen
class AnovaDesign:
    """y (n,) and terms on the estimation sample; codes of every factor with its number of levels; w (n,) weights.

    n: observations, frequency weights counted.
    """

    y: Floats
    terms: tuple[AnovaTerm, ...]
    codes: dict[str, tuple[Ints, int]]
    sample: NDArray[np.bool_]
    w: Floats
    n: float


@frozen
class Source:
    """Sum of squares with its degrees of freedom."""

    name: str
    ss: float
    df: int


@frozen
class Fit:
    """The whole table; errors: for every term the source it is tested against."""

    n: float
    model: Source
    terms: tuple[Source, ...]
    residual: Source
    errors: tuple[Source, ...]

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


def products(term: ast.Term, data: Dataset) -> list[Product]:
    """A term as products of variables: a##b is three.  Variables are factors unless c. says otherwise."""
    if isinstance(term, ast.Interaction):
        left, right = products(term.left, data), products(term.right, data)
        crossed = [a + tuple(v for v in b if v not in a or v[1] == "c") for a in left for b in right]
        return [*left, *right, *crossed] if term.full else crossed
    if isinstance(term, ast.Group):
        return [p for t in term.terms for p in products(t, data)]
    if isinstance(term, ast.FactorVar) and term.kind in ("i", "c") and isinstance(term.var, ast.VarRef):
        if term.levels or term.base is not None or term.var.ops:
            raise InvalidSyntax("anova: levels and bases may not be chosen", term.span)  # unverified: words
        return [((resolve(term.var.pattern, data, term.span), term.kind),)]
    if isinstance(term, ast.VarRef) and not term.ops:
        return [((resolve(term.pattern, data, term.span), "i"),)]
    raise InvalidSyntax("invalid syntax", term.span)


def name_of(product: Product) -> str:
    """ "a#b", "a#c.x"."""
    return "#".join(v if kind == "i" or len(product) == 1 else f"c.{v}" for v, kind in product)


def design(
    data: Dataset,
    depvar: str,
    listed: Sequence[Listed],
    rows: NDArray[np.bool_],
    weight: str = "",
    w: Floats | None = None,
) -> AnovaDesign:
    """Columns of every term.  Errors: r(109), r(111), r(198), r(2000), r(2001)."""
    names = list(dict.fromkeys(v for x in listed for v, _ in x.product))
    sample = rows.copy()
    for name in (depvar, *names):
        if data.column(name).is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
        sample &= ~is_missing(data.column(name).numeric())
    n = int(np.count_nonzero(sample))
    if not n:
        raise NoObservations("no observations")
    kinds = {v: kind for x in listed for v, kind in x.product}
    codes = {v: group_codes(data.column(v), sample) for v in names if kinds[v] == "i"}
    numbers = {v: np.asarray(data.column(v).numeric()[sample], float) for v in names if kinds[v] == "c"}
    sets = [_split(x.product) for x in listed]
    empty = [_crossed_with_gaps(s, sets, codes) for s in sets]
    made = []
    for x, (factors, continuous) in zip(listed, sets, strict=True):
        columns = _columns(factors, continuous, sets, codes, n)
        for v in continuous:
            columns = columns * numbers[v][:, None]
        held = [set(factors) < set(o) and continuous == c for (o, c), gap in zip(sets, empty, strict=True) if gap]
        variables = tuple(dict.fromkeys(v for v, _ in x.product))
        made.append(AnovaTerm(x.name, variables, columns, x.error, any(held)))
    y = np.asarray(data.column(depvar).numeric()[sample], dtype=float)
    own = np.ones(n) if w is None else w[sample]
    if weight == "aweight":
        own = own * (n / own.sum())
    return AnovaDesign(y, tuple(made), codes, sample, own, float(own.sum()))


Split = tuple[tuple[str, ...], tuple[str, ...]]


def _split(product: Product) -> Split:
    factors = tuple(dict.fromkeys(v for v, kind in product if kind == "i"))
    return factors, tuple(sorted(v for v, kind in product if kind == "c"))


def _within(factors: Sequence[str], continuous: tuple[str, ...], sets: Sequence[Split]) -> list[frozenset[str]]:
    """The factor sets of the model's terms strictly inside this one (the constant among them)."""
    inside = [frozenset(f) for f, c in sets if c == continuous and set(f) < set(factors)]
    return [*inside, *([] if continuous else [frozenset[str]()])]


def _nested(factors: Sequence[str], inside: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """The factors that occur in no term inside: their levels belong to the cells of the others."""
    return tuple(v for v in factors if not any(v in s for s in inside))


def cells_of(factors: Sequence[str], codes: dict[str, tuple[Ints, int]], n: int) -> tuple[Ints, int]:
    cells, count = np.zeros(n, dtype=np.int64), 1
    for v in factors:
        cells, count = cells * codes[v][1] + codes[v][0], count * codes[v][1]
    return cells, count


def _crossed_with_gaps(one: Split, sets: Sequence[Split], codes: dict[str, tuple[Ints, int]]) -> bool:
    factors, continuous = one
    if len(factors) < 2 or _nested(factors, _within(factors, continuous, sets)):
        return False
    cells, count = cells_of(factors, codes, len(codes[factors[0]][0]))
    return bool((np.bincount(cells, minlength=count) == 0).any())


def _columns(
    factors: tuple[str, ...],
    continuous: tuple[str, ...],
    sets: Sequence[Split],
    codes: dict[str, tuple[Ints, int]],
    n: int,
) -> Floats:
    """What the term adds to the terms inside it: products of effects, or contrasts within the cells it is nested in."""
    inside = _within(factors, continuous, sets)
    nested = _nested(factors, inside)
    parents = tuple(v for v in factors if v not in nested)
    pool = parents if nested else factors
    own = [s for k in range(len(pool) + 1) for s in combinations(pool, k) if frozenset(s) not in inside]
    pieces = [_effects_of(s, codes, n) for s in own]
    if nested:
        pieces.append(_nested_effects(cells_of(parents, codes, n)[0], cells_of(nested, codes, n)[0]))
    return np.concatenate([np.zeros((n, 0)), *pieces], axis=1)


def _effects_of(factors: Sequence[str], codes: dict[str, tuple[Ints, int]], n: int) -> Floats:
    columns = np.ones((n, 1))
    for v in factors:
        columns = (columns[:, :, None] * _effects(*codes[v])[:, None, :]).reshape(n, -1)
    return columns


def _effects(codes: Ints, levels: int) -> Floats:
    """Effect coding (n, levels - 1): the last level is minus the others."""
    out = (codes[:, None] == np.arange(levels - 1)).astype(float)
    out[codes == levels - 1] = -1.0
    return np.asarray(out)


def _nested_effects(parent: Ints, child: Ints) -> Floats:
    """Effect coding of the children that occur within each parent."""
    pairs, codes = np.unique(np.column_stack([parent, child]), axis=0, return_inverse=True)
    owner = pairs[:, 0]
    last = np.append(owner[1:] != owner[:-1], True)
    ends = np.flatnonzero(last)[np.cumsum(last) - last]  # the last child of every pair's parent
    free = np.flatnonzero(~last)
    table = np.zeros((len(pairs), len(free)))
    table[free, np.arange(len(free))] = 1.0
    table[ends[free], np.arange(len(free))] = -1.0
    return np.asarray(table[codes.reshape(-1)])


def fit(design: AnovaDesign, *, sequential: bool = False) -> Fit:
    """Least squares with every term, and without each in turn or with one more after the other.  Errors: r(2001)."""
    w = design.w
    root = np.sqrt(w)
    y = (design.y - w @ design.y / w.sum()) * root
    total = float(y @ y)
    blocks = [(t.columns - w @ t.columns / w.sum()) * root[:, None] for t in design.terms]

    def rest(kept: Sequence[Floats]) -> tuple[float, int]:
        X = np.concatenate([np.zeros((len(y), 0)), *kept], axis=1)
        size = np.sqrt((X**2).sum(0))
        use = size > 1e-12 * max(1.0, float(size.max(initial=0.0)))
        U, s, _ = np.linalg.svd(X[:, use] / size[use], full_matrices=False)
        rank = int((s > DEPENDENT * max(1.0, float(s.max(initial=0.0)))).sum())
        r = y - U[:, :rank] @ (U[:, :rank].T @ y)
        return float(r @ r), rank

    rss, rank = rest(blocks)
    df = round(design.n - 1 - rank)
    if df < 0 or design.n < 2:
        raise InsufficientObservations("insufficient observations")
    terms = []
    for k, t in enumerate(design.terms):
        if not sequential and t.ambiguous:
            terms.append(Source(t.name, math.nan, 0))
            continue
        without, fewer = rest(blocks[:k] if sequential else [b for i, b in enumerate(blocks) if i != k])
        left, more = rest(blocks[: k + 1]) if sequential else (rss, rank)
        terms.append(Source(t.name, max(without - left, 0.0), more - fewer))
    residual = Source("Residual", rss, df)
    errors = tuple(residual if t.error < 0 else terms[t.error] for t in design.terms)
    return Fit(design.n, Source("Model", total - rss, rank), tuple(terms), residual, errors)
