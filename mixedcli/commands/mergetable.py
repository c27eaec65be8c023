"""The table merge shows: how many observations came from where."""

from __future__ import annotations

from collections.abc import Mapping

from mixedcli.blocks import Block, Line, Segment, line

#: between column 5 and 45
_RULE = "    " + "-" * 41


def result_table(found: Mapping[int, int], marker: str, *, update: bool) -> tuple[Block, ...]:
    """Counts by code of _merge.  marker: name of the variable, "" for none.  stata: logs of release 17 and 18."""
    unmatched = found.get(1, 0) + found.get(2, 0)
    matched = sum(found.get(code, 0) for code in (3, 4, 5))
    rows: list[Block] = [
        line(f"{'    Result':<32}Number of obs"),
        line(_RULE),
        _row("    Not matched", unmatched),
    ]
    if unmatched:
        rows += [
            _row("        from master", found.get(1, 0), marker, 1),
            _row("        from using", found.get(2, 0), marker, 2),
            line(),
        ]
    if update:
        rows += [
            _row("    Matched", matched),
            _row("        not updated", found.get(3, 0), marker, 3),
            _row("        missing updated", found.get(4, 0), marker, 4),
            _row("        nonmissing conflict", found.get(5, 0), marker, 5),
        ]
    else:
        rows.append(_row("    Matched", matched, marker, 3))
    return (*rows, line(_RULE))


def _row(label: str, count: int, marker: str = "", code: int = 0) -> Line:
    number = Segment(f"{count:>{45 - len(label)},}", "result")
    if not code:
        return Line((Segment(label), number))
    return Line((Segment(label), number, Segment("  " + (f"({marker}=={code})" if marker else ""))))
