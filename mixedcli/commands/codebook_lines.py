"""The lines of codebook: facts in two columns, tabulations, the compact table.

# stata: codebook of the car data, release 17 and later: labels end in column 23, those on
# the right begin in column 51 (Missing) or 55 (Units)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mixedcli import numfmt
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.data.dataset import Column, Dataset
from mixedcli.frozen import frozen

_LEFT = 22
_UNITS, _MISSING = 54, 50
_DATES = {
    "d": ("daily date", "days"), "c": ("clock date", "ms"), "C": ("clock date", "ms"), "w": ("weekly date", "weeks"),
    "m": ("monthly date", "months"), "q": ("quarterly date", "quarters"), "h": ("half-yearly date", "halves"),
    "y": ("yearly date", "years"),
}  # fmt: skip

Fact = tuple[str, str, str, str]


@frozen
class Short:
    """A variable's line of the compact table."""

    name: str
    n: int
    unique: int
    mean: float
    low: float
    high: float
    label: str


def number(value: float) -> str:
    return numfmt.text(value, "%9.0g").strip()


def header(data: Dataset, variables: int, rows: int) -> Iterator[Block]:
    """What the whole data set is."""
    # unverified: layout
    for name, fact in (
        ("Dataset", data.source or "(unsaved)"),
        ("Last saved", data.timestamp),
        ("Label", data.label or "[none]"),
        ("Number of variables", f"{variables:,}"),
        ("Number of observations", f"{rows:,}"),
    ):
        yield Line((Segment(f"{name:>{_LEFT}}: "), Segment(fact, "result")))
    yield Blank()


def title(name: str, label: str, width: int) -> Iterator[Block]:
    """Name and label between rules."""
    shown = label or "(unlabeled)"
    yield line("-" * width)
    yield Line((Segment(name, "result"), Segment(" " * max(width - len(name) - len(shown), 2)), Segment(shown)))
    yield line("-" * width)
    yield Blank()


def facts(rows: Sequence[Fact]) -> Iterator[Block]:
    """``                 Range: [0,1]                         Units: 1``"""
    for name, fact, more, value in rows:
        left = f"{name:>{_LEFT}}: "
        if not more:
            yield Line((Segment(left), Segment(fact, "result")))
            continue
        start = _UNITS if more == "Units" else _MISSING
        between = " " * max(start - len(left) - len(fact), 1)
        yield Line((Segment(left), Segment(fact, "result"), Segment(f"{between}{more}: "), Segment(value, "result")))


def numeric_type(column: Column) -> str:
    form = numfmt.parse(column.format)
    kind = f"{_DATES[form.unit][0]} " if form.kind == "t" and form.unit in _DATES else ""
    return f"Numeric {kind}({column.type})"


def ranges(column: Column, low: float, high: float, units: float) -> list[Fact]:
    """Smallest and largest value; of dates in words too."""
    out: list[Fact] = [("Range", f"[{number(low)},{number(high)}]", "Units", number(units))]
    form = numfmt.parse(column.format)
    if form.kind == "t" and form.unit in _DATES:
        texts = [numfmt.text(value, column.format).strip() for value in (low, high)]
        out.append(("Or equivalently", f"[{texts[0]},{texts[1]}]", "Units", _DATES[form.unit][1]))
    return out


def tabulation(rows: Sequence[tuple[int, str]]) -> Iterator[Block]:
    yield Line((Segment(f"{'Tabulation':>{_LEFT}}: Freq.  Value"),))
    for count, value in rows:
        yield line(f"{count:>29,}  {value}", "result")


def labelled(rows: Sequence[tuple[int, str, str]]) -> Iterator[Block]:
    yield Line((Segment(f"{'Tabulation':>{_LEFT}}: Freq.   Numeric  Label"),))
    for count, value, label in rows:
        yield line(f"{count:>29,}{value:>10}  {label}".rstrip(), "result")


def listed(name: str, texts: Sequence[str]) -> Iterator[Block]:
    """A name, and texts below one another."""
    for k, text in enumerate(texts):
        lead = f"{name:>{_LEFT}}: " if k == 0 else " " * (_LEFT + 2)
        yield Line((Segment(lead), Segment(text, "result")))


def moments(mean: float, sd: float, quantiles: Sequence[float], percents: Sequence[int]) -> Iterator[Block]:
    for name, value in (("Mean", mean), ("Std. dev.", sd)):
        yield Line((Segment(f"{name:>{_LEFT}}: "), Segment(numfmt.text(value, "%8.0g").strip(), "result")))
    yield Blank()
    heads = "".join(f"{f'{percent}%':>10}" for percent in percents)[2:]
    yield line(f"{'Percentiles':>{_LEFT}}:{heads}")
    values = "".join(f"{numfmt.text(value, '%8.0g').strip():>10}" for value in quantiles)[2:]
    yield line(" " * (_LEFT + 1) + values, "result")


def patterns(name: str, texts: Sequence[str]) -> Iterator[Block]:
    if texts:
        yield from listed("Missing values", texts)
        yield Blank()


def notes(texts: Sequence[str]) -> Iterator[Block]:
    for k, text in enumerate(texts, 1):
        yield line(f"{k}.  {text}")
    if texts:
        yield Blank()


def compact(rows: Sequence[Short], width: int) -> Iterator[Block]:
    """One line each; a column is as wide as its longest cell."""
    heads = ["Variable", "Obs", "Unique", "Mean", "Min", "Max"]
    cells = [[r.name, str(r.n), str(r.unique), *(_cell(v) for v in (r.mean, r.low, r.high))] for r in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]

    def joined(row: Sequence[str], label: str) -> str:
        name, *rest = (text.rjust(size) for text, size in zip(row, widths, strict=True))
        gaps = ("  ", " ", "  ", "  ", "  ")
        numbers = "".join(gap + text for gap, text in zip(gaps, rest, strict=True))
        return f"{name.strip():<{widths[0]}}{numbers}  {label}"[:width]

    yield line(joined(heads, "Label"))
    yield line("-" * width)
    for row, cell in zip(rows, cells, strict=True):
        yield line(joined(cell, row.label).rstrip(), "result")
    yield line("-" * width)


def _cell(value: float) -> str:
    return "." if value != value else number(value)
