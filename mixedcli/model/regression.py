"""Estimators with one linear equation (regress, xtreg, mean): command and data -> y, X, weights, clusters, names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import factors
from mixedcli.data.dataset import Dataset
from mixedcli.data.expression import Context, as_column, evaluate
from mixedcli.data.factors import ModelTerm
from mixedcli.data.missing import is_missing
from mixedcli.data.timeseries import apply as apply_operators
from mixedcli.data.varlist import resolve
from mixedcli.engine.collinear import independent_columns
from mixedcli.errors import (
    InvalidSyntax,
    NegativeWeights,
    NonintegerWeights,
    NoObservations,
    TypeMismatch,
    VarlistNotAllowed,
    VarlistRequired,
)
from mixedcli.frozen import frozen
from mixedcli.model import groups

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]


@frozen
class Vce:
    """kind: "ols" (the estimator's own), "robust", "hc2", "hc3" or "cluster"; cluster: its variable as typed."""

    kind: str = "ols"
    cluster: str = ""


OLS = Vce()


@frozen
class Regression:
    """y (n,), X (n, p) with the constant last; terms: every term, None for _cons; kept: their columns in X or -1.

    w: weights (n,) of the kind in weight, whose expression is weight_text; codes, clusters: cluster of every row.
    sample: bool (observations,), the rows used.
    panel, panels: codes and number of the groups of a panel, if asked for.
    """

    depvar: str
    y: Floats
    X: Floats
    terms: tuple[ModelTerm | None, ...]
    kept: tuple[int, ...]
    sample: Rows
    notes: tuple[str, ...]
    weight: str = ""
    w: Floats | None = None
    codes: Ints | None = None
    clusters: int = 0
    cluster: str = ""
    panel: Ints | None = None
    panels: int = 0
    weight_text: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of e(b)."""
        return tuple("_cons" if t is None else t.name for t in self.terms)


def vce_of(options: dict[str, str | None]) -> Vce:
    """The kind of standard errors from vce(), robust and cluster().  Errors: r(198)."""
    if "cluster" in options:
        return Vce("cluster", (options["cluster"] or "").strip())
    if "robust" in options:
        return Vce("robust")
    if "vce" not in options:
        return Vce()
    text = (options["vce"] or "").strip()
    words = text.split()
    first = words[0] if words else ""
    if len(words) == 1:
        if first in ("ols", "conventional", "oim"):
            return Vce()
        if first and "robust".startswith(first):
            return Vce("robust")
        if first in ("hc2", "hc3"):
            return Vce(first)
    if len(words) == 2 and len(first) > 1 and "cluster".startswith(first):
        return Vce("cluster", words[1])
    raise InvalidSyntax(f"vcetype '{text}' not allowed")


def bind(
    command: ast.Command,
    data: Dataset,
    selected: Rows,
    context: Context,
    *,
    constant: bool = True,
    vce: Vce = OLS,
    panel: str = "",
    weights: tuple[str, ...] = ("aweight", "fweight", "pweight", "iweight"),
) -> Regression:
    """The regression of a command's varlist on the rows selected by if and in.

    Errors: r(100) no varlist, r(101) weights that are not allowed, r(109), r(111), r(2000), those of weights.
    """
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    if not body.varlist.terms:
        raise VarlistRequired("varlist required", command.span)
    first = body.varlist.terms[0]
    if not isinstance(first, ast.VarRef):
        raise InvalidSyntax("depvar may not be a factor variable", getattr(first, "span", None))
    name = resolve(first.pattern, data, first.span)
    if data.column(name).is_string:
        raise NoObservations("no observations", first.span)  # stata: its word for a string variable
    depvar = factors.continuous(name, first.ops)
    terms = ast.Varlist(body.varlist.terms[1:])
    kind, w = weight_values(command, data, context, weights)
    cluster = resolve(vce.cluster, data) if vce.cluster else ""
    sample = selected.copy()
    for variable, ops in ((name, first.ops), *factors.term_variables(terms, data)):
        values = data.numeric(variable)
        sample &= ~is_missing(apply_operators(values, ops, data) if ops else values)
    for variable in (v for v in (cluster, panel) if v):
        sample &= ~groups.missing_groups(data.column(variable))
    if w is not None:
        sample = weighted_rows(sample, w, kind)
    if not sample.any():
        raise NoObservations("no observations")
    rows = None if sample.all() else sample
    y = factors.values(depvar, data, rows)
    X, found, kept, notes = _columns(terms, data, sample, rows, len(y), constant=constant)
    notes = (*assumed(command.weight, kind), *notes)
    span = command.weight.expr.span if command.weight is not None else None
    made = Regression(
        depvar.name,
        y,
        X,
        found,
        kept,
        sample,
        notes,
        kind,
        None if w is None else w[sample],
        cluster=cluster,
        weight_text=command.text[span.start : span.end].strip() if span is not None else "",
    )
    return _grouped(made, data, rows, cluster, panel)


def _grouped(made: Regression, data: Dataset, rows: Rows | None, cluster: str, panel: str) -> Regression:
    if cluster:
        codes, count = groups.group_codes(data.column(cluster), rows)
        made = replace(made, codes=codes, clusters=count)
    if panel:
        codes, count = groups.group_codes(data.column(panel), rows)
        made = replace(made, panel=codes, panels=count)
    return made


def weight_values(
    command: ast.Command, data: Dataset, context: Context, allowed: tuple[str, ...]
) -> tuple[str, Floats | None]:
    """The kind of the weights and their values in every row; ("", None) without.  Errors: r(101), r(109).

    Without a word for the kind it is the first of those allowed; ``assumed`` says so.
    """
    weight = command.weight
    if weight is None:
        return "", None
    kind = weight.kind or allowed[0]
    if kind not in allowed:
        raise VarlistNotAllowed(f"{kind}s not allowed", weight.span)
    values = as_column(evaluate(weight.expr, context), data.n)
    if values.dtype.kind not in "fiub":
        raise TypeMismatch("type mismatch", weight.expr.span)
    return kind, np.asarray(values, dtype=np.float64)


def assumed(weight: ast.Weight | None, kind: str) -> tuple[str, ...]:
    """The note of [weight=exp] on the kind of weights that it is taken for."""
    if weight is None or weight.kind:
        return ()
    word = {"aweight": "analytic", "fweight": "frequency", "pweight": "sampling", "iweight": "importance"}[kind]
    return (f"({word} weights assumed)",)


def weighted_rows(sample: Rows, w: Floats, kind: str) -> Rows:
    """The rows of a sample with weights that count.  Errors: r(401), r(402)."""
    sample = sample & ~is_missing(w)
    if (w[sample] < 0).any() and kind != "iweight":
        raise NegativeWeights("negative weights encountered")
    if kind == "fweight" and (w[sample] != np.floor(w[sample])).any():
        raise NonintegerWeights("may not use noninteger frequency weights")
    kept: Rows = sample & (w != 0)
    return kept


def _columns(
    terms: ast.Varlist, data: Dataset, sample: Rows, rows: Rows | None, n: int, *, constant: bool
) -> tuple[Floats, tuple[ModelTerm | None, ...], tuple[int, ...], tuple[str, ...]]:
    """X, all terms, their columns, and the notes on collinear ones."""
    expanded: list[ModelTerm] = list(factors.expand(terms, data, sample))
    active = [i for i, t in enumerate(expanded) if t.status == "value"]
    columns = [factors.values(expanded[i], data, rows) for i in active]
    ones = [np.ones(n)] if constant else []
    keep = independent_columns([*ones, *columns])[len(ones) :]
    notes = list(factors.empty_notes(expanded))
    kept_at = [-1] * len(expanded)
    place = 0
    for i, kept in zip(active, keep, strict=True):
        if kept:
            kept_at[i] = place
            place += 1
        else:
            notes.append(f"note: {expanded[i].name} omitted because of collinearity.")
            expanded[i] = factors.omitted(expanded[i])
    chosen = [c for c, kept in zip(columns, keep, strict=True) if kept] + ones
    X = np.column_stack(chosen) if chosen else np.zeros((n, 0))
    if not constant:
        return X, tuple(expanded), tuple(kept_at), tuple(notes)
    return X, (*expanded, None), (*kept_at, place), tuple(notes)
