"""Rows of the coefficient table: headings, separators, labels. Layouts are those of the manual's logs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import CoefRow
from mixedcli.commands.estimation.coefrows import rows
from mixedcli.data import factors
from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.model.spec import Display
from mixedcli.parse import parse_varlist

DATA = Dataset().with_columns(
    [
        Column("day", "byte", np.array([0, 4, 6, 8, 12, 0, 4, 6, 8, 12], dtype=np.int8)),
        Column("program", "byte", np.array([1, 1, 1, 1, 1, 2, 2, 2, 2, 2], dtype=np.int8)),
        Column("age", "double", np.linspace(1.0, 3.0, 10)),
        Column("week", "double", np.linspace(-1.0, 5.0, 10) ** 2),
    ]
)


def shown(
    varlist: str,
    labels: dict[str, dict[int, str]] | None = None,
    sample: NDArray[np.bool_] | None = None,
    **display: bool,
) -> list[str]:
    """Rows as text: level rows end in two blanks, separators are "-", notes stand in parentheses."""
    terms = (
        *factors.expand(parse_varlist(varlist), DATA, np.ones(DATA.n, dtype=bool) if sample is None else sample),
        None,
    )

    def make(i: int) -> CoefRow:
        term = terms[i]
        status = "value" if term is None else term.status
        return CoefRow(status)

    out = []
    for row in rows(terms, make, replace(Display(), **display), labels or {}):
        text = {"blank": "-"}.get(row.kind, row.name + ("  " if row.level else ""))
        out.append(text + (f" ({row.kind})" if row.kind in ("base", "omitted", "empty") else ""))
    return out


def test_full_factorial_as_in_example_9() -> None:
    assert shown("i.program##i.day") == [
        "2.program", "-", "day", " 4  ", " 6  ", " 8  ", "12  ", "-",
        "program#day", "2  4  ", "2  6  ", "2  8  ", "2 12  ", "-", "_cons",
    ]  # fmt: skip


def test_continuous_interaction_stands_apart_as_in_example_6() -> None:
    assert shown("age c.age#c.age") == ["age", "-", "c.age#c.age", "-", "_cons"]


def test_plain_covariates_stand_together() -> None:
    assert shown("age week") == ["age", "week", "_cons"]


def test_factor_by_continuous_as_in_example_6() -> None:
    assert shown("ibn.program i.program#c.age c.age#c.age")[:8] == [
        "program", "1  ", "2  ", "-", "program#c.age", "1  ", "2  ", "-",
    ]  # fmt: skip


def test_vsquish_drops_separators() -> None:
    assert "-" not in shown("i.program##i.day", vsquish=True)


def test_baselevels_show_main_effects_and_allbaselevels_interactions_too() -> None:
    assert shown("i.program", baselevels=True) == ["program", "1   (base)", "2  ", "-", "_cons"]
    assert not any("(base)" in r for r in shown("i.program"))
    crossed = shown("i.program##i.day", baselevels=True)
    assert sum("(base)" in r for r in crossed) == 2
    assert sum("(base)" in r for r in shown("i.program##i.day", allbaselevels=True)) == 2 + 6


def test_value_labels_and_nofvlabel() -> None:
    labels = {"program": {1: "reps", 2: "weights"}}
    # stata: published logs: no separator behind a factor with one level shown ("hc", "college", then lwg)
    assert shown("i.program", labels) == ["program", "weights  ", "_cons"]
    assert shown("i.program", labels, fvlabel=False) == ["2.program", "_cons"]


def test_empty_cells_are_shown_unless_noemptycells() -> None:
    seen = ~((DATA.numeric("program") == 2) & (DATA.numeric("day") == 6))
    assert shown("i.program##i.day", sample=seen)[8:13] == [
        "program#day",
        "2  4  ",
        "2  6   (empty)",
        "2  8  ",
        "2 12  ",
    ]
    assert not any("(empty)" in r for r in shown("i.program##i.day", sample=seen, emptycells=False))


def test_lags_stand_under_their_variable() -> None:
    """# stata: logs of regress y L(0/3).x, of vars and of a panel regression with L.y and then x."""
    data = DATA.with_columns([Column("t", "int", np.arange(10, dtype=np.int16))])
    data = replace(data, settings=TimeSettings(time="t"))
    terms = (*factors.expand(parse_varlist("L.week L(0/2).age LD.age week"), data, np.ones(10, dtype=bool)), None)
    made = rows(terms, lambda i: CoefRow("value"), Display(), {})
    assert [(r.kind, r.name) for r in made] == [
        ("factor", "week"),
        ("value", "L1."),
        ("blank", ""),
        ("factor", "age"),
        ("value", "--."),
        ("value", "L1."),
        ("value", "L2."),
        ("value", "LD."),
        ("blank", ""),
        ("value", "week"),
        ("value", "_cons"),
    ]
    assert not any(r.level for r in made)
