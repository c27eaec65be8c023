"""estat ic: information criteria of the last estimates."""

from __future__ import annotations

from math import log, nan

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Cell, Column, Grid, Note, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare
from mixedcli.commands.estimation import information
from mixedcli.errors import InvalidSyntax, NotValid
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("n", "n", "text"),
    OptionSpec("df", "df", "text"),
    OptionSpec("aiccorrected", "aiccor"),
    OptionSpec("aicconsistent", "aiccon"),
    OptionSpec("all", "all"),
)
_NAMES = {
    "AIC": "Akaike's information criterion",
    "BIC": "Bayesian information criterion",
    "AICc": "corrected Akaike's information criterion",
    "CAIC": "consistent Akaike's information criterion",
}


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321) after estimators without a log likelihood."""
    given = bare(command, OPTIONS)
    chosen = [o for o in ("aiccorrected", "aicconsistent", "all") if o in given]
    if len(chosen) > 1:
        raise InvalidSyntax(f"options {chosen[0]} and {chosen[1]} may not be combined")
    scalars = session.e.scalars
    if "ll" not in scalars:
        raise NotValid("likelihood information not found in last estimation results")
    n = _count(given, "n") or scalars.get("N", nan)
    k = _count(given, "df") or scalars.get("rank", nan)
    ll = scalars["ll"]
    values = {
        "AIC": -2 * ll + 2 * k,
        "BIC": -2 * ll + log(n) * k,
        "AICc": -2 * ll + 2 * k + 2 * k * (k + 1) / (n - k - 1) if n > k + 1 else nan,
        "CAIC": -2 * ll + (log(n) + 1) * k,
    }
    shown = {"aiccorrected": ("AICc", "BIC"), "aicconsistent": ("CAIC", "BIC"), "all": ("AIC", "BIC", "AICc", "CAIC")}
    criteria = shown[chosen[0]] if chosen else ("AIC", "BIC")
    ll0 = scalars.get("ll_0", nan)
    row = (
        Cell("."),
        Cell(n, "%10.0fc"),
        *(Cell(x, "%9.0g") for x in (ll0, ll)),
        Cell(k, "%7.0f"),
        *(Cell(values[c], "%9.0g") for c in criteria),
    )
    heads = [("N", 10), ("ll(null)", 10), ("ll(model)", 10), ("df", 7), *((c, 10) for c in criteria)]
    # unverified: the title with more than two criteria
    title = f"{_NAMES[criteria[0]]} and {_NAMES[criteria[1]]}" if len(criteria) == 2 else "information criteria"
    grid = Grid(Column(("Model",), 12), tuple(Column((h,), w) for h, w in heads), (row,))
    note = Note(information.note(n if "n" in given else None))
    matrix = Matrix(
        np.array([[n, ll0, ll, k, *(values[c] for c in criteria)]]), (".",), ("N", "ll0", "ll", "df", *criteria)
    )
    blocks = (Blank(), line(title[0].upper() + title[1:]), Blank(), grid, note)
    return Outcome(blocks=blocks, r=Stored(matrices={"S": matrix}))


def _count(given: dict[str, str | None], name: str) -> float | None:
    """A whole number from 1.  Errors: r(198)."""
    if name not in given:
        return None
    typed = (given[name] or "").strip()
    if not typed.isdigit() or int(typed) < 1:
        raise InvalidSyntax(f"option {name}() incorrectly specified")
    return float(typed)
