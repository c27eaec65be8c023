"""Header, legends, Wald tests and counts of margins, contrast and pwcompare.

stata: columns as in published logs of Stata 17 and 18 (margins, contrast, pwcompare after mixed and regress).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line
from mixedcli.blocks.margins import AtRow, ContrastRow, ContrastTable, CountTable, MarginsHeader
from mixedcli.numfmt import abbreviate
from mixedcli.render.coef import stub_lines
from mixedcli.render.notes import wrap
from mixedcli.render.segments import WIDTH, r, row, rule, t

#: where the text of a legend starts
_TEXT = 12


def header(block: MarginsHeader, linesize: int) -> Iterator[Line]:
    """``Predictive margins      Number of obs = 3,000``, Expression, legends of at()."""
    if block.n is None:
        yield row(t(block.title))
    else:
        n = f"{block.n:,.0f}"
        right = f"Number of obs = {n}"
        gap = max(WIDTH - len(block.title) - len(right), 1)
        yield row(t(block.title + " " * gap + right[: -len(n)]), r(n))
    if block.vce:
        yield row(t("Model VCE: "), r(block.vce))
    if block.legends or block.scenarios:
        yield row()
    for name, text in block.legends:
        yield from _legend(name, text, linesize)
    yield from _scenarios(block.scenarios)


def _legend(name: str, text: str, linesize: int) -> Iterator[Line]:
    """A legend, its text wrapped at the line size behind its own start."""
    room = max(linesize - _TEXT, 20)
    now, first = "", True
    for word in [*text.split(" "), None]:
        if word is not None and (not now or len(now) + 1 + len(word) <= room):
            now = f"{now} {word}" if now else word
            continue
        yield row(t(f"{name + ':':<{_TEXT}}" if first else " " * _TEXT), r(now))
        now, first = word or "", False


def _scenarios(scenarios: tuple[tuple[AtRow, ...], ...]) -> Iterator[Line]:
    """``1._at: warmth = 1``; names and numbers of all scenarios share their widths."""
    rows = [x for scenario in scenarios for x in scenario]
    names = max((len(x.name) for x in rows), default=0)
    values = [_value(x) for x in rows]
    width = max(map(len, values), default=0)
    several = len(scenarios) > 1
    heads = [f"{k}._at: " if several else "At: " for k in range(1, len(scenarios) + 1)]
    indent = max(map(len, heads), default=0)  # stata: "9._at:  x = 1" above "10._at: x = 2"
    k = 0
    for head, scenario in zip(heads, scenarios, strict=True):
        for i, x in enumerate(scenario):
            start = head.ljust(indent) if i == 0 else " " * indent
            if math.isnan(x.value):
                yield row(t(f"{start}{x.name:<{names}}"), r(f" ({x.note})"))
            else:
                note = f" ({x.note})" if x.note else ""
                yield row(t(f"{start}{x.name:<{names}} = "), r(f"{values[k]:>{width}}"), t(note))
            k += 1
        if not scenario:
            yield row(t(head.ljust(indent)), t("(asobserved)"))


def _value(x: AtRow) -> str:
    return "" if math.isnan(x.value) else numfmt.text(x.value, "%9.0g")


def contrast_table(block: ContrastTable, linesize: int) -> Iterator[Line]:
    """The table of Wald tests."""
    heads = [("df", 11), *([("ddf", 11)] if block.ddf else []), (block.statistic, 12), (f"P>{block.statistic}", 11)]
    if block.method:
        heads.append((heads[-1][0], 11))
    rest = sum(w for _, w in heads)
    width = _widest(((x.kind, x.name) for x in block.rows), linesize - 3 - rest)
    full = row(t("-" * (width + 2 + rest)))
    yield full
    if block.method:
        yield row(t(f"{'':>{width}} |{block.method:>{rest}}"))
    yield row(t(f"{'':>{width}} |" + "".join(h.rjust(w) for h, w in heads)))
    yield rule(width + 1, rest)
    for x in block.rows:
        yield from _lines(x.kind, x.name, width, _cells(x, block))
    yield full
    for note in block.notes:
        yield from (row(t(x)) for x in wrap(f"Note: {note}", width + 2 + rest, " " * 6))


def _cells(x: ContrastRow, block: ContrastTable) -> str:
    if x.kind in ("equation", "head", "blank"):
        return ""
    if x.kind == "denominator":
        return numfmt.text(x.ddf, "%9.0f").rjust(11)
    if not x.df:
        return "  (not testable)"
    out = f"{x.df:>11}"
    if block.ddf:
        out += numfmt.text(x.ddf, "%11.2f").rjust(11)
    out += numfmt.text(x.value, "%12.2f").rjust(12) + numfmt.text(x.p, "%6.4f").rjust(11)
    if block.method and not math.isnan(x.adjusted):
        out += numfmt.text(x.adjusted, "%6.4f").rjust(11)
    return out


def _widest(rows: Iterator[tuple[str, str]], room: int) -> int:
    """Columns of the names; tables stay below the line size as those of coefficients do."""
    longest = max(12, *(len(name) + (1 if kind == "level" else 0) for kind, name in rows if kind != "equation"))
    return min(longest, max(room, 12))


def _lines(kind: str, name: str, width: int, cells: str) -> Iterator[Line]:
    """A row, its name above the numbers in several lines where it is long."""
    if kind == "equation":
        yield row(t(f"{abbreviate(name, width):<{width}} |"))
        return
    *above, last = stub_lines(name, width, level=kind == "level")
    yield from (row(t(part)) for part in above)
    yield row(t(last), r(cells))


def count_table(block: CountTable, linesize: int) -> Iterator[Line]:
    """How many comparisons each term has."""
    width = _widest(((kind, name) for kind, name, _ in block.rows), linesize - 3 - 13)
    full = row(t("-" * (width + 15)))
    yield full
    for head in ("Number of", "comparisons"):
        yield row(t(f"{'':>{width}} |{head:>13}"))
    yield rule(width + 1, 13)
    for kind, name, count in block.rows:
        cells = "" if kind in ("equation", "head", "blank") else f"{count:>13}"
        yield from _lines(kind, name, width, cells)
    yield full
