"""Weights and clusters as numbers: which observations they leave in the sample, their checks, their scaling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data.dataset import Dataset
from mixedcli.data.expression import Context, as_column, evaluate
from mixedcli.data.missing import is_missing
from mixedcli.data.varlist import resolve
from mixedcli.engine.design import Design, Floats, Ints
from mixedcli.engine.weights import group_total, row_totals
from mixedcli.errors import (
    DataAssumption,
    InvalidSyntax,
    NegativeWeights,
    NonintegerWeights,
    TypeMismatch,
)
from mixedcli.frozen import frozen
from mixedcli.model import groups
from mixedcli.model.spec import LevelFrame
from mixedcli.model.survey import VceSpec, WeightSpec

Rows = NDArray[np.bool_]


@frozen
class WeightColumns:
    """Weights over the whole data set: of the rows, and (level as typed, column, text) of each weighted level."""

    kind: str = ""
    rows: Floats | None = None
    levels: tuple[tuple[str, Floats, str], ...] = ()
    scale: str = ""

    @property
    def any(self) -> bool:
        return bool(self.kind)


def weight_columns(spec: WeightSpec, data: Dataset, context: Context | None) -> WeightColumns:
    """Evaluate all weight expressions.  Errors: those of expressions, r(109) for strings."""
    if not spec.kind:
        return WeightColumns()
    where = Context(data) if context is None else replace(context, data=data, rows=None)

    def column(expr: ast.Expr) -> Floats:
        values = as_column(evaluate(expr, where), data.n)
        if values.dtype.kind not in "fiub":
            raise TypeMismatch("type mismatch", expr.span)
        return np.asarray(values, dtype=np.float64)

    return WeightColumns(
        spec.kind,
        column(spec.rows) if spec.rows is not None else None,
        tuple((x.level, column(x.expr), x.text) for x in spec.levels),
        spec.scale,
    )


def restrict(weights: WeightColumns, sample: Rows) -> Rows:
    """The sample without observations whose weights are missing or zero.

    Errors: r(402) negative weights, r(401) fractional frequency weights.
    """
    for values in (*([weights.rows] if weights.rows is not None else []), *(v for _, v, _ in weights.levels)):
        sample = sample & ~is_missing(values)
        used = values[sample]
        if (used < 0).any():
            raise NegativeWeights("negative weights encountered")
        if weights.kind == "fweight" and (used != np.floor(used)).any():
            raise NonintegerWeights("may not use noninteger frequency weights")
        sample = sample & (values != 0)
    return sample


def weighted(design: Design, names: tuple[str, ...], weights: WeightColumns, rows: Rows | None) -> Design:
    """The design with its weights; ``names``: the levels as typed.

    Errors: r(459) for weights that vary within a group.
    """
    if not weights.any:
        return design

    def chosen(values: Floats) -> Floats:
        return values if rows is None else values[rows]

    own = None if weights.rows is None else chosen(weights.rows)
    levels = list(design.levels)
    for typed, values, text in weights.levels:
        if not levels:  # no random effects at all: only the product of the weights matters
            own = chosen(values) if own is None else own * chosen(values)
            continue
        at = names.index(typed)
        levels[at] = replace(levels[at], weights=_per_group(chosen(values), levels[at].codes, levels[at].groups, text))
    if weights.scale and len(levels) == 1:
        given = np.ones(design.n) if own is None else own
        own, of_groups = rescaled(weights.scale, given, levels[0].weights, levels[0].codes, levels[0].groups)
        levels[0] = replace(levels[0], weights=of_groups)
    return replace(design, weights=own, levels=tuple(levels), frequency=weights.kind == "fweight")


def counted(design: Design, frames: tuple[LevelFrame, ...]) -> tuple[LevelFrame, ...]:
    """Groups and their sizes as frequency weights repeat them.  # unverified: that Stata counts the copies"""
    if not design.frequency or not design.levels:
        return frames
    out = list(frames)
    rows = np.ones(design.n) if design.weights is None else design.weights
    for at in range(len(frames) - 1, -1, -1):
        level = design.levels[at]
        sizes = np.bincount(level.codes, rows, level.groups)
        number = group_total(design, at)
        out[at] = replace(
            frames[at],
            groups=number,
            minimum=round(float(sizes.min())),
            average=float(row_totals(design).sum()) / number,  # type: ignore[union-attr]
            maximum=round(float(sizes.max())),
        )
        if level.weights is not None:
            rows = rows * level.weights[level.codes]
    return tuple(out)


def _per_group(values: Floats, codes: Ints, count: int, text: str) -> Floats:
    out = np.empty(count)
    out[codes] = values
    if (out[codes] != values).any():
        raise DataAssumption(f"weights {text} are not constant within groups")  # unverified: words
    return out


def rescaled(
    scale: str, rows: Floats, of_groups: Floats | None, codes: Ints, count: int
) -> tuple[Floats, Floats | None]:
    """pwscale() of a two-level model: new weights of rows and groups ("Methods and formulas")."""
    sums, sizes = np.bincount(codes, rows, count), np.bincount(codes, minlength=count)
    if scale == "size":
        return rows * (sizes / sums)[codes], of_groups
    if scale == "effective":
        return rows * (sums / np.bincount(codes, rows**2, count))[codes], of_groups
    products = rows if of_groups is None else rows * of_groups[codes]
    return np.ones(len(rows)), np.bincount(codes, products, count) / sizes


def clustered(design: Design, vce: VceSpec, data: Dataset, rows: Rows | None) -> Design:
    """The design with the clusters of vce(cluster clustvar).

    Errors: r(459) when a top-level group has rows in several clusters.
    """
    if vce.kind != "cluster":
        return design
    codes, _ = groups.group_codes(data.column(cluster_variable(vce, data)), rows)
    if design.levels:
        top = design.levels[0]
        of_group = np.zeros(top.groups, dtype=np.int64)
        of_group[top.codes] = codes
        if (of_group[top.codes] != codes).any():
            # unverified: words
            raise DataAssumption(f"highest-level groups are not nested within {vce.cluster}", vce.span)
    return replace(design, clusters=codes)


def cluster_variable(vce: VceSpec, data: Dataset) -> str:
    """Full name of the clustvar.  Errors: r(111)."""
    if not vce.cluster.replace("_", "a").isalnum():
        raise InvalidSyntax("option vce() incorrectly specified", vce.span)
    return resolve(vce.cluster, data, vce.span)
