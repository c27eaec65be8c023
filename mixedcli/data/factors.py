"""Factor variables: a varlist with i. c. # ## -> the terms of a linear predictor with their names in e(b).

A product is a tuple of references (``i.a#c.x``); a term is one cell of it (``2.a#c.x``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import timeseries, varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.levels import Factor, Factors
from mixedcli.data.missing import INTEGER_TYPES, SYSMISS, is_missing
from mixedcli.errors import NotFound, TypeMismatch, VarlistNotAllowed
from mixedcli.frozen import frozen

Floats = NDArray[np.float64]
Mark = Literal["", "b", "bn", "o"]
Status = Literal["value", "base", "empty", "omitted"]


@frozen
class Part:
    """One variable of a term: continuous ("c"), or the indicator of a level ("i"); ops in canonical order."""

    var: str
    ops: tuple[ast.TimeOp, ...] = ()
    kind: Literal["c", "i"] = "c"
    level: int | None = None


@frozen
class ModelTerm:
    """One column of a linear predictor.

    status: "value" is estimated; "base" is redundant given the other terms (its name bears b and o marks);
    "empty" is a cell without observations; "omitted" was asked or found to be left out.
    name: as in e(b) ("week", "1b.site", "2.site", "c.age#c.age", "0bn.girl#c.age", "1b.a#2o.b", "o.x").
    marks: per part what stands behind the level or the c in the name.
    """

    parts: tuple[Part, ...]
    status: Status
    name: str
    marks: tuple[Mark, ...] = ()


def operator_prefix(ops: Sequence[ast.TimeOp]) -> str:
    """Time-series operators before a variable's name: "L2D." or ""."""
    text = timeseries.letters(ops)
    return f"{text}." if text else ""


def continuous(name: str, ops: Sequence[ast.TimeOp] = ()) -> ModelTerm:
    """The term of one continuous variable."""
    return _term((Part(name, timeseries.normalize(ops)),), "value", ("",))


def omitted(term: ModelTerm) -> ModelTerm:
    """The term marked as left out: "o.week", "2o.site", "2o.a#co.x"; base marks stay."""
    marks: tuple[Mark, ...] = tuple(mark if mark == "b" else "o" for mark in term.marks)
    return _term(term.parts, "omitted", marks)


def empty_notes(terms: Iterable[ModelTerm]) -> list[str]:
    """The notes on cells without observations (# stata: public logs of regress with a##b)."""
    cells = (re.sub(r"(^|#)(\d+|c)(?:bn|b|o)\.", r"\1\2.", t.name) for t in terms if t.status == "empty")
    return [f"note: {cell} identifies no observations in the sample." for cell in cells]


def _term(parts: tuple[Part, ...], status: Status, marks: tuple[Mark, ...]) -> ModelTerm:
    single = len(parts) == 1
    return ModelTerm(parts, status, "#".join(map(_part_name, parts, marks, [single] * len(parts))), marks)


def _part_name(part: Part, mark: Mark, single: bool) -> str:
    head = f"{part.level}" if part.kind == "i" else "" if single else "c"
    prefix = head + mark + timeseries.letters(part.ops)
    return f"{prefix}.{part.var}" if prefix else part.var


# --------------------------------------------------------------- references


@frozen
class _Reference:
    """``i.x``, ``c.L.x``, ``2.x``: levels None means all.  base and omitted as typed."""

    var: str
    ops: tuple[ast.TimeOp, ...]
    kind: Literal["c", "i"]
    levels: tuple[int, ...] | None = None
    base: ast.Base | None = None
    omitted: tuple[int, ...] = ()
    out: bool = False  # o.x

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two references the same regressors."""
        levels = "" if self.levels is None else " ".join(map(str, self.levels))
        return self.kind, self.var, timeseries.letters(self.ops), levels


_Product: TypeAlias = tuple[_Reference, ...]
_Key: TypeAlias = tuple[tuple[str, str, str, str], ...]


def _products(term: ast.Term, data: Dataset, crossed: bool) -> list[_Product]:
    """The products a term stands for; crossed: inside an interaction, where a bare name means i.name."""
    match term:
        case ast.VarRef() | ast.VarRange():
            return [(r,) for r in _references(term, "i" if crossed else "c", data)]
        case ast.FactorVar():
            return [(r,) for r in _factor_references(term, data)]
        case ast.Group(terms):
            return [p for inner in terms for p in _products(inner, data, crossed)]
        case ast.Interaction(left, right, full):
            a, b = _products(left, data, True), _products(right, data, True)
            both = [_joined(x, y) for x in a for y in b]
            return [*a, *b, *both] if full else both


def _joined(left: _Product, right: _Product) -> _Product:
    """A product of products: factors before continuous variables, a repeated factor once."""
    parts = [*left, *(r for r in right if r.kind == "c" or r.key not in {x.key for x in left})]
    return tuple(sorted(parts, key=lambda r: r.kind == "c"))


def _references(ref: ast.VarRef | ast.VarRange, kind: Literal["c", "i"], data: Dataset) -> list[_Reference]:
    ops = timeseries.normalize(ref.ops) if isinstance(ref, ast.VarRef) else ()
    out = []
    for name in varlist.expand_reference(ref, data):
        if data.columns[name].is_string:
            if kind == "i":
                raise TypeMismatch(f"{name}:  string variables may not be used as factor variables", ref.span)
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable", ref.span)
        out.append(_Reference(name, ops, kind))
    return out


def _factor_references(term: ast.FactorVar, data: Dataset) -> list[_Reference]:
    if term.kind == "R":
        raise VarlistNotAllowed("operator R. not allowed here", term.span)  # unverified: wording
    if term.kind == "c" or (term.kind == "o" and not term.levels and not term.omitted):
        found = _references(term.var, "c", data)
        return [_Reference(r.var, r.ops, "c", out=term.kind == "o" or bool(term.omitted)) for r in found]
    gone = term.omitted or (term.levels if term.kind == "o" else ())
    levels = tuple(dict.fromkeys((*term.levels, *gone))) if term.levels or term.kind == "o" else None
    return [_Reference(r.var, r.ops, "i", levels, term.base, gone) for r in _references(term.var, "i", data)]


def _distinct(terms: Iterable[ast.Term], data: Dataset) -> list[_Product]:
    """All products of a varlist, each once."""
    seen: dict[_Key, _Product] = {}
    for term in terms:
        for found in _products(term, data, False):
            seen.setdefault(_key(found), found)
    return list(seen.values())


def _key(references: Iterable[_Reference]) -> _Key:
    return tuple(sorted(r.key for r in references))


def term_variables(terms: ast.Varlist, data: Dataset) -> tuple[tuple[str, tuple[ast.TimeOp, ...]], ...]:
    """The variables, with their time-series operators, that must be known for an observation to be used.

    Errors: r(111) unknown names, r(109) string variables, r(101) R. operators.
    """
    found = {(r.var, r.ops): None for p in _distinct(terms.terms, data) for r in p}
    return tuple(found)


# ---------------------------------------------------------------- expansion


def expand(terms: ast.Varlist, data: Dataset, sample: NDArray[np.bool_]) -> tuple[ModelTerm, ...]:
    """The terms of a varlist in Stata's order, base, empty and omitted ones included.

    sample: bool (observations,), the rows whose levels count.
    Errors: r(111) unknown names, r(109) string variables, r(452) values that no factor may have, r(101) R. operators.
    """
    products = _distinct(terms.terms, data)
    bases = _bases(products)
    factors = Factors(data, sample)
    present = {_key(p) for p in products}
    out: dict[tuple[Part, ...], ModelTerm] = {}
    for references in products:
        for term in _cells(references, factors, bases, present):
            out.setdefault(_same(term.parts), term)
    return tuple(out.values())


def _same(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=repr))


def _bases(products: Iterable[_Product]) -> dict[tuple[str, str], ast.Base]:
    """Base asked for a variable anywhere in the varlist: it holds for all its terms (# stata: manual example 6)."""
    found: dict[tuple[str, str], ast.Base] = {}
    for reference in (r for p in products for r in p):
        if reference.base is not None:
            found.setdefault((reference.var, timeseries.letters(reference.ops)), reference.base)
    return found


def _cells(
    references: _Product, factors: Factors, bases: dict[tuple[str, str], ast.Base], present: set[_Key]
) -> Iterator[ModelTerm]:
    """The terms of one product, the last factor varying fastest."""
    choices: list[list[tuple[Part, Mark, bool]]] = []  # per reference: part, mark, left out as asked
    known: list[Factor] = []
    for r in references:
        if r.kind == "c":
            choices.append([(Part(r.var, r.ops), "o" if r.out else "", r.out)])
            continue
        factor = factors.get(r.var, r.ops)
        known.append(factor)
        base = bases.get((r.var, timeseries.letters(r.ops)))
        choices.append(_level_choices(r, factor, base))
    observed = factors.observed(known) if known else None
    for cell in product(*choices):
        parts = tuple(part for part, _, _ in cell)
        marks: tuple[Mark, ...] = tuple(mark for _, mark, _ in cell)
        levels = [part.level for part in parts if part.kind == "i" and part.level is not None]
        at_base = [k for k, mark in enumerate(marks) if mark == "b"]
        if any(out for _, _, out in cell):
            yield _term(parts, "omitted", tuple(m if m == "b" else "o" for m in marks))
        elif _redundant(references, at_base, present):
            status: Status = "base" if observed is None or observed(levels) else "empty"
            if status == "empty" and len(parts) > 1:
                status = "base"
            yield _term(parts, status, tuple(m if m == "b" else "o" for m in marks))
        elif observed is not None and not observed(levels):
            yield _term(parts, "empty", tuple(m if m == "b" else "o" for m in marks))
        else:
            yield _term(parts, "value", marks)


def _level_choices(r: _Reference, factor: Factor, base: ast.Base | None) -> list[tuple[Part, Mark, bool]]:
    if r.levels is not None:
        # chosen levels have no base, unless one is marked as such ("1b.x")
        own = r.base.value if r.base is not None and r.base.kind == "level" else None
        levels: Sequence[int] = r.levels
        marks: dict[int, Mark] = {own: "b"} if own is not None else {}
    else:
        at, mark = _base_level(r, factor, base)
        levels = sorted({*factor.levels, at}) if at is not None else factor.levels
        marks = {at: mark} if at is not None else {}
    return [
        (Part(r.var, r.ops, "i", level), "o" if level in r.omitted else marks.get(level, ""), level in r.omitted)
        for level in levels
    ]


def _base_level(r: _Reference, factor: Factor, base: ast.Base | None) -> tuple[int | None, Mark]:
    """The base level of a factor and its mark: "b", or "bn" on the first level when there is no base."""
    levels = factor.levels
    if base is not None and base.kind == "level":
        return base.value, "b"
    if not levels:
        return None, ""
    if base is None or base.kind == "first":
        return levels[0], "b"
    match base.kind:
        case "last":
            return levels[-1], "b"
        case "freq":
            return levels[int(np.argmax(factor.counts))], "b"
        case "nth":
            if not 1 <= base.value <= len(levels):
                raise NotFound(f"{r.var} has no level #{base.value}", base.span)  # unverified: wording
            return levels[base.value - 1], "b"
        case _:
            return levels[0], "bn"


def _redundant(references: _Product, at_base: list[int], present: set[_Key]) -> bool:
    """Whether a cell with these parts at their base is a combination of other columns.

    Leaving out some of the parts at base gives a term whose column is the sum of this cell and its
    neighbours: if that term is in the model (the empty term, a constant, always is), the cell is not needed.
    """
    for size in range(1, len(at_base) + 1):
        for left_out in combinations(at_base, size):
            rest = [r for k, r in enumerate(references) if k not in left_out]
            if not rest or _key(rest) in present:
                return True
    return False


# ------------------------------------------------------------------- values


def values(term: ModelTerm, data: Dataset, rows: NDArray[np.bool_] | None = None) -> Floats:
    """The term's regressor, the product of its parts: float64 (rows,) in Stata's coding, never to be written to."""
    if len(term.parts) == 1 and term.parts[0].kind == "c":
        return _part_values(term.parts[0], data, rows)
    inside: NDArray[np.bool_] | None = None
    product: Floats | None = None
    unknown: NDArray[np.bool_] | None = None
    for part in term.parts:
        if part.kind == "i":
            at_level, bad = _indicator(part, data, rows)
            inside = at_level if inside is None else inside & at_level
        else:
            x = _part_values(part, data, rows)
            bad = is_missing(x)
            with np.errstate(all="ignore"):
                product = x if product is None else product * x
        if bad.any():
            unknown = bad if unknown is None else unknown | bad
    if product is None:
        assert inside is not None
        out = inside.astype(np.float64)
    else:
        out = product if inside is None else np.where(inside, product, 0.0)
        overflow = ~(np.abs(out) < SYSMISS)
        if overflow.any():
            unknown = overflow if unknown is None else unknown | overflow
    return out if unknown is None else np.where(unknown, SYSMISS, out)


def _indicator(
    part: Part, data: Dataset, rows: NDArray[np.bool_] | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a factor is at the part's level, and where it is missing; integer columns are compared as they are."""
    column = data.column(part.var)
    if part.ops or column.type not in INTEGER_TYPES:
        x = _part_values(part, data, rows)
        return x == part.level, is_missing(x)
    native = column.values if rows is None else column.values[rows]
    largest = INTEGER_TYPES[column.type][2]
    if part.level is None or part.level > largest:
        return np.zeros(len(native), dtype=np.bool_), native > largest
    return native == part.level, native > largest


def _part_values(part: Part, data: Dataset, rows: NDArray[np.bool_] | None) -> Floats:
    if part.ops:
        x = timeseries.apply(data.numeric(part.var), part.ops, data)
        return x if rows is None else x[rows]
    column = data.column(part.var)
    return column.numeric() if rows is None else column.take(rows).numeric()
