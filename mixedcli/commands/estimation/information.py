"""Log likelihoods and information criteria of results: the table of estimates stats, shared with lrtest."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, nan

import numpy as np

from mixedcli.blocks import Blank, Block, Cell, Column, Grid, Note, line
from mixedcli.results import Estimates, Matrix

COLUMNS = ("N", "ll0", "ll", "df", "AIC", "BIC")


def information(estimates: Estimates, n: int | None) -> tuple[float, ...]:
    """N, ll(null), ll, df, AIC, BIC; missing where there is no log likelihood."""
    scalars = estimates.stored.scalars
    size, ll = float(n or scalars.get("N", nan)), scalars.get("ll", nan)
    df = scalars.get("rank", nan)
    bic = -2 * ll + log(size) * df if size > 0 else nan
    return size, scalars.get("ll_0", nan), ll, df, -2 * ll + 2 * df, bic


def matrix(chosen: Sequence[tuple[str, Estimates]], n: int | None) -> Matrix:
    """r(S)."""
    return Matrix(np.array([information(e, n) for _, e in chosen]), tuple(x for x, _ in chosen), COLUMNS)


def table(chosen: Sequence[tuple[str, Estimates]], n: int | None) -> tuple[Block, ...]:
    """The table (# stata: manual example 10)."""
    formats = ("%10.0fc", "%9.0g", "%9.0g", "%7.0f", "%9.0g", "%9.0g")
    rows = tuple(
        (Cell(name), *(Cell(v, f) for v, f in zip(information(e, n), formats, strict=True))) for name, e in chosen
    )
    heads = (("N", 10), ("ll(null)", 10), ("ll(model)", 10), ("df", 7), ("AIC", 10), ("BIC", 10))
    return (
        line("Akaike's information criterion and Bayesian information criterion"),
        Blank(),
        Grid(Column(("Model",), 12), tuple(Column((h,), w) for h, w in heads), rows),
        Note(note(n)),
    )


def note(n: float | None) -> str:
    """What N stands in BIC (unverified: the sentence with n())."""
    return (
        "BIC uses N = number of observations. See [R] IC note." if n is None else f"N = {n:g} used in calculating BIC."
    )
