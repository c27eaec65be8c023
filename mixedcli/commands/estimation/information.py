"""Information criteria of results: the tables of estat ic and estimates stats, shared with lrtest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log, nan

import numpy as np

from mixedcli.blocks import Blank, Block, Cell, Column, Grid, Note, line
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Matrix

NAMES = {
    "AIC": "Akaike's information criterion",
    "BIC": "Bayesian information criterion",
    "AICc": "corrected Akaike's information criterion",
    "CAIC": "consistent Akaike's information criterion",
}
#: option -> the criteria it asks for
_CHOICES = {"aiccorrected": ("AICc", "BIC"), "aicconsistent": ("CAIC", "BIC"), "all": ("AIC", "BIC", "AICc", "CAIC")}
_SIZES = (("N", 10, "%10.0fc"), ("ll(null)", 10, "%9.0g"), ("ll(model)", 10, "%9.0g"), ("df", 7, "%7.0f"))


@frozen
class Asked:
    """n, df: what to use in place of e(N) and e(rank)."""

    n: float | None = None
    df: float | None = None
    criteria: tuple[str, ...] = ("AIC", "BIC")


def criteria(options: Collection[str]) -> tuple[str, ...]:
    """What the options name.  Errors: r(198) several of them."""
    chosen = [o for o in _CHOICES if o in options]
    if len(chosen) > 1:
        raise InvalidSyntax(f"options {chosen[0]} and {chosen[1]} may not be combined")
    return _CHOICES[chosen[0]] if chosen else ("AIC", "BIC")


def information(estimates: Estimates, asked: Asked) -> tuple[float, ...]:
    """N, ll(null), ll, df and the criteria; missing where there is no log likelihood."""
    scalars = estimates.stored.scalars
    n, ll = float(asked.n or scalars.get("N", nan)), scalars.get("ll", nan)
    k = float(asked.df or scalars.get("rank", nan))
    aic = -2 * ll + 2 * k
    bic = -2 * ll + log(n) * k if n > 0 else nan
    corrected = aic + 2 * k * (k + 1) / (n - k - 1) if n > k + 1 else nan
    values = {"AIC": aic, "BIC": bic, "AICc": corrected, "CAIC": bic + k}
    return n, scalars.get("ll_0", nan), ll, k, *(values[c] for c in asked.criteria)


def matrix(chosen: Sequence[tuple[str, Estimates]], asked: Asked) -> Matrix:
    """r(S)."""
    columns = ("N", "ll0", "ll", "df", *asked.criteria)
    return Matrix(np.array([information(e, asked) for _, e in chosen]), tuple(x for x, _ in chosen), columns)


def table(chosen: Sequence[tuple[str, Estimates]], asked: Asked) -> tuple[Block, ...]:
    """The table (# stata: manual example 10); all criteria stand in one of their own."""
    values = [information(e, asked) for _, e in chosen]
    heads = [*_SIZES, *((c, 10, "%9.0g") for c in asked.criteria)]

    def part(start: int, stop: int) -> Grid:
        rows = tuple(
            (Cell(name), *(Cell(v, h[2]) for v, h in zip(own[start:stop], heads[start:stop], strict=True)))
            for (name, _), own in zip(chosen, values, strict=True)
        )
        return Grid(Column(("Model",), 12), tuple(Column((h,), w) for h, w, _ in heads[start:stop]), rows)

    first, second = asked.criteria[:2]
    title, tables = f"{NAMES[first]} and {NAMES[second]}", [part(0, 6)]
    if len(asked.criteria) > 2:
        # stata: "Corrected and consistent AICs" of Stata 18; unverified: the widths of the columns
        title, tables = "information criteria", [part(0, 4), part(4, 8)]
    apart = [x for t in tables for x in (Blank(), t)][1:]
    return line(title[0].upper() + title[1:]), Blank(), *apart, Note(note(asked.n))


def note(n: float | None) -> str:
    """What N stands in BIC (unverified: the sentence with n())."""
    return (
        "BIC uses N = number of observations. See [R] IC note." if n is None else f"N = {n:g} used in calculating BIC."
    )
