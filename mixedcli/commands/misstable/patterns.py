"""misstable patterns: which variables are missing together."""

from __future__ import annotations

import numpy as np

from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import Options
from mixedcli.commands.misstable.gaps import Gaps
from mixedcli.results import Stored
from mixedcli.session import Outcome


def patterns(gaps: Gaps, options: Options) -> Outcome:
    """The table, most frequent pattern first; complete observations head it."""
    n = len(gaps.missing)
    if not gaps.names:
        r = Stored({"N_complete": float(n), "N_incomplete": 0.0, "K": 0.0})
        return Outcome(blocks=(line("(no missing values)"),), r=r)  # unverified: wording
    if not options.get("asis"):
        gaps = gaps.sorted(most_first=False)
    found, counts = np.unique(~gaps.missing, axis=0, return_counts=True)
    complete = found.all(axis=1)
    whole = int(counts[complete].sum())
    order = np.argsort(-counts[~complete], kind="stable")
    rows = list(zip(found[~complete][order].tolist(), counts[~complete][order].tolist(), strict=True))
    r = Stored({"N_complete": float(whole), "N_incomplete": float(n - whole), "K": float(len(rows))},
               {"vars": " ".join(gaps.names)})  # fmt: skip
    return Outcome(blocks=_table(gaps, whole, rows, n, bool(options.get("frequency"))), r=r)


def _table(gaps: Gaps, whole: int, rows: list[tuple[list[bool], int]], n: int, frequency: bool) -> tuple[Block, ...]:
    """stata: logs in public repositories: columns in blocks of four, the title above their middle."""
    k = len(gaps.names)
    cells = _spread([str(i) for i in range(1, k + 1)])
    width = max(13, len(cells) + 1)
    pad = " " * (2 + (12 + width - 22) // 2)
    rule = f"  {'-' * 12}+{'-' * width}"
    heading = "Frequency" if frequency else "  Percent"
    out: list[Block] = [
        Blank(),
        line(f"{pad}Missing-value patterns"),
        line(f"{pad}  (1 means complete)"),
        Blank(),
        line("              |   Pattern"),
        line(f"  {heading:>11} |{cells}" if frequency else f"    Percent   |{cells}"),
        line(rule),
        _row(whole, [True] * k, n, frequency, first=True),
        line("              |"),
    ]
    out += [_row(count, known, n, frequency) for known, count in rows]
    out += [line(rule), _row(n, [], n, frequency, first=True)]
    out += [Blank(), *_legend(gaps.names)]
    return tuple(out)


def _spread(cells: list[str]) -> str:
    return "".join(("  " if i and i % 4 == 0 else "") + f"{cell:>3}" for i, cell in enumerate(cells))


def _row(count: int, known: list[bool], n: int, frequency: bool, *, first: bool = False) -> Line:
    if frequency:
        stub = f"{count:>13,} |"
    else:
        percent = 100 * count / n if n else 0.0
        shown = "<1" if 0 < percent < 0.5 else f"{percent:.0f}"
        stub = f"{shown:>9}{'%' if first else ' '}    |"
    return Line((Segment(stub), Segment(_spread([str(int(x)) for x in known]), "result")))


def _legend(names: tuple[str, ...]) -> list[Block]:
    """``Variables are  (1) x  (2) y``, lines broken between entries."""
    lines, current = [], "  Variables are"
    for i, name in enumerate(names, 1):
        entry = f"  ({i}) {name}"
        if len(current) + len(entry) > 77:
            lines.append(current)
            current = " " * 14
        current += entry
    return [line(text) for text in (*lines, current)]
