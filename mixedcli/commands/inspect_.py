"""inspect - signs and whole numbers among the values of numeric variables

    inspect [varlist] [if] [in]

Counts the negative, zero and positive values, whole and not, and the missing ones, beside a small histogram.
r(N), r(N_neg), r(N_0), r(N_pos), r(N_negint), r(N_posint), r(N_unique), r(N_undoc) are about the last variable.

Example: inspect weight
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import missing, sample, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("inspect", allows=frozenset({"if", "in"}), by="each")

#: bars of the histogram, and how high they are
_BARS, _HEIGHT = 5, 6
#: so many different values are counted
_UNIQUE = 99

Floats = NDArray[np.float64]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Look at each variable.  Errors: r(111)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    blocks: list[Block] = []
    scalars: dict[str, float] = {}
    for name in names:
        column = data.columns[name]
        values = np.full(int(rows.sum()), missing.SYSMISS) if column.is_string else column.numeric()[rows]
        scalars = _counts(values[~missing.is_missing(values)], column, data)
        blocks += _page(column, values, scalars)
    return Outcome(blocks=tuple(blocks), r=Stored(scalars=scalars), settings=settings_after(session, context))


def _counts(x: Floats, column: Column, data: Dataset) -> dict[str, float]:
    whole = x == np.rint(x)
    labels = data.value_labels.get(column.value_label)
    bare = np.isin(x, list(labels), invert=True) if labels else np.zeros(len(x), dtype=np.bool_)
    unique = len(np.unique(x))
    return {
        "N": float(len(x)),
        "N_neg": float((x < 0).sum()),
        "N_0": float((x == 0).sum()),
        "N_pos": float((x > 0).sum()),
        "N_negint": float(((x < 0) & whole).sum()),
        "N_posint": float(((x > 0) & whole).sum()),
        "N_unique": float(unique) if unique <= _UNIQUE else float("nan"),
        "N_undoc": float(bare.sum()),
    }


def _page(column: Column, values: Floats, c: dict[str, float]) -> Iterator[Block]:
    """stata: inspect api99; the counts end in columns 50, 64 and 78."""
    x = values[~missing.is_missing(values)]
    title = f"{column.name}:  {column.label}"
    bars = _picture(x)
    whole = c["N_negint"] + c["N_0"] + c["N_posint"]
    yield Blank()
    yield line(f"{title.rstrip():<48}Number of observations")
    yield line(f"{'-' * len(title):<39}{'-' * 39}")
    yield line(_row("", "", "Total", "Integers", "Nonintegers"))
    yield line(_row(bars[0], "Negative", *map(_count, (c["N_neg"], c["N_negint"], c["N_neg"] - c["N_negint"]))))
    yield line(_row(bars[1], "Zero", *map(_count, (c["N_0"], c["N_0"], 0))))
    yield line(_row(bars[2], "Positive", *map(_count, (c["N_pos"], c["N_posint"], c["N_pos"] - c["N_posint"]))))
    yield line(_row(bars[3], "", *["-" * 11] * 3))
    yield line(_row(bars[4], "Total", *map(_count, (c["N"], whole, c["N"] - whole))))
    yield line(_row(bars[5], "Missing", _count(len(values) - c["N"])))
    yield line(_row("+" + "-" * 22, "", "-" * 11))
    low, high = (_number(x.min()), _number(x.max())) if len(x) else (".", "-9.0e+307")
    yield line(f"{low}{high:>{23 - len(low)}}{_count(len(values)):>27}")
    many = c["N_unique"] != c["N_unique"]
    text = "More than 99 unique values" if many else f"{c['N_unique']:.0f} unique value{'s' * (c['N_unique'] > 1)}"
    yield line(" " * max((23 - len(text) - 2) // 2, 0) + f"({text})")
    if column.value_label:
        undocumented = c["N_undoc"]
        yield Blank()
        if undocumented:
            # unverified: wording
            yield line(
                f"      {column.name} is labeled but {undocumented:,.0f} values are NOT documented in the label."
            )
        else:
            yield line(f"      {column.name} is labeled and all values are documented in the label.")


def _row(picture: str, name: str, *cells: str) -> str:
    first, *rest = cells
    return f"{picture:<29}{name:<10}{first:>11}{''.join(f'{cell:>14}' for cell in rest)}".rstrip()


def _count(n: float) -> str:
    return f"{n:,.0f}" if n else "-"


def _number(value: float) -> str:
    return numfmt.text(float(value), "%9.0g").strip()


def _picture(x: Floats) -> list[str]:
    """Bars of equal width, or one for each value when there are few; a dot is less than one step."""
    if not len(x):
        return ["|"] * _HEIGHT
    unique, counts = np.unique(x, return_counts=True)
    if len(unique) > _BARS:
        counts, _ = np.histogram(x, bins=_BARS)
    steps = counts * _HEIGHT // counts.max()  # stata: 22 beside 52 is two steps high

    def cell(step: int, count: int, level: int) -> str:
        return "#" if step >= level else "." if count and not step and level == 1 else " "

    pairs = list(zip(steps.tolist(), counts.tolist(), strict=True))
    return [
        "|  " + "   ".join(cell(step, count, level) for step, count in pairs).rstrip()
        for level in range(_HEIGHT, 0, -1)
    ]
