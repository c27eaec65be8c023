"""Tables of two variables: frequencies with percentages, means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mixedcli import numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import Options
from mixedcli.commands.tabulation import Floats, Ints, Levels, number, wrapped
from mixedcli.commands.tabulation_oneway import asked, moments

LEAST, MOST, CELL = 10, 24, 10

#: what a cell may hold, in the order shown (# unverified: the place of the contributions)
KEY = {
    "freq": "frequency", "expected": "expected frequency", "cchi2": "chi2 contribution",
    "clrchi2": "lrchi2 contribution", "row": "row percentage", "column": "column percentage", "cell": "cell percentage",
}  # fmt: skip


def two_way(x: Levels, y: Levels, counts: Floats, options: Options, linesize: int) -> tuple[Block, ...]:
    """The table with its key (# stata: public logs of tabulate with two variables)."""
    shown = (["freq"] if options.get("freq", True) else []) + [k for k in KEY if k != "freq" and options.get(k)]
    if not shown:
        return ()
    blocks: list[Block] = []
    if len(shown) > 1 and options.get("key", True):
        blocks += [Blank(), *(line(t) for t in _key(shown))]
    whole = _margins(counts)
    base = {
        "row": whole[:, -1:],
        "column": whole[-1:, :],
        "cell": whole[-1:, -1:],
    }

    under_independence = {k: _margins(v) for k, v in _independence(counts).items() if k in shown}

    def texts(i: int, j: int) -> list[str]:
        out = []
        for what in shown:
            if what == "freq":
                out.append(number(float(whole[i, j])))
            elif what in under_independence:
                out.append(f"{under_independence[what][i, j]:,.1f}")
            else:
                under = float(np.broadcast_to(base[what], whole.shape)[i, j])
                out.append(f"{100 * whole[i, j] / under:.2f}" if under else ".")
        return out

    blocks += _table(x, y, texts, len(shown), linesize, between=len(shown) > 1)
    return tuple(blocks)


def _margins(cells: Floats) -> Floats:
    """The cells with their totals in a last row and column."""
    return np.block([[cells, cells.sum(axis=1, keepdims=True)], [cells.sum(axis=0), cells.sum()]])


def _independence(counts: Floats) -> dict[str, Floats]:
    """Frequencies expected if rows and columns are independent, and what each cell adds to the two chi2."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(expected > 0, (counts - expected) ** 2 / expected, 0.0)
        ratio = np.where(counts > 0, 2 * counts * np.log(counts / expected), 0.0)
    return {"expected": expected, "cchi2": pearson, "clrchi2": ratio}


def _key(shown: list[str]) -> Iterator[str]:
    names = [KEY[s] for s in shown]
    width = max(len(n) for n in names) + 2
    yield "+" + "-" * width + "+"
    yield "| Key" + " " * (width - 4) + "|"
    yield "|" + "-" * width + "|"
    for n in names:
        left = (width - len(n)) // 2
        yield "|" + " " * left + n + " " * (width - left - len(n)) + "|"
    yield "+" + "-" * width + "+"


def _table(  # type: ignore[no-untyped-def]
    x: Levels, y: Levels, texts, depth: int, linesize: int, *, between: bool, heading: str = ""
) -> list[Block]:
    """The grid in panels that fit the line; the last column of the last panel holds the totals."""
    width = min(max(LEAST, *(len(t) for t in x.texts)), MOST)
    room = max((linesize - width - 3) // (CELL + 1), 2)
    columns = [*range(y.count), y.count]
    panels = [columns[i : i + room] for i in range(0, len(columns), room)]
    if len(panels) > 1 and panels[-1] == [y.count]:  # the totals never stand alone
        panels[-2], panels[-1] = panels[-2][:-1], [panels[-2][-1], y.count]
    blocks: list[Block] = []
    for panel in panels:
        total = panel[-1] == y.count
        inner = panel[:-1] if total else panel
        lines = _heads(x, y, inner, width, total=total)
        bar = "-" * (width + 1) + "+" + "-" * ((CELL + 1) * len(inner)) + ("+" + "-" * CELL if total else "")
        lines.append(bar)
        for i in range(x.count + 1):
            if i == x.count and not between:
                lines.append(bar)
            cells = [texts(i, j) for j in panel]
            for k in range(depth):
                stub = ("Total" if i == x.count else x.texts[i][:width]) if not k else ""
                row = " ".join(f"{c[k]:>{CELL}}" for c in (cells[:-1] if total else cells))
                tail = f" |{cells[-1][k]:>{CELL}} " if total else " "
                lines.append(f"{stub:>{width}} |{row}{tail}".rstrip() if not total else f"{stub:>{width}} |{row}{tail}")
            if between and i < x.count:
                lines.append(bar)
        blocks += [Blank(), *(line(t) for t in lines)]
    return blocks


def _heads(x: Levels, y: Levels, inner: list[int], width: int, *, total: bool) -> list[str]:
    room = (CELL + 1) * len(inner)
    rows = wrapped(x.title, width)
    title = y.title if len(y.title) <= room else y.title[: room - 1]
    left = max((room - len(title)) // 2, 0)
    values = " ".join(f"{y.texts[j][:CELL]:>{CELL}}" for j in inner)
    tail = f" |{'Total':>{CELL}}" if total else ""
    right = [" " * left + title, values + tail]
    rows = [""] * (2 - len(rows)) + rows
    right = [""] * (len(rows) - 2) + right
    return [f"{a:>{width}} |{b}" for a, b in zip(rows, right, strict=True)]


def two_way_summary(
    x: Levels, y: Levels, a: Ints, b: Ints, values: Floats, w: Floats, title: str, options: Options
) -> tuple[Block, ...]:
    """Means, standard deviations and frequencies in the cells."""
    shown = asked((("Means", "means"), ("Standard Deviations", "standard"), ("Frequencies", "freq")), options)
    words = shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]

    def texts(i: int, j: int) -> list[str]:
        inside = np.ones(len(values), dtype=bool)
        if i < x.count:
            inside &= a == i
        if j < y.count:
            inside &= b == j
        mean, sd, n = moments(values[inside], w[inside])
        cells = {"Means": numfmt.text(mean, "%9.0g"), "Standard Deviations": numfmt.text(sd, "%9.0g") if n else "."}
        cells["Frequencies"] = number(n)
        return [cells[s] for s in shown]

    heading = f"{words} of {title}"
    between = len(shown) > 1
    return (Blank(), line(heading.center(70).rstrip()), *_table(x, y, texts, len(shown), 79, between=between))
