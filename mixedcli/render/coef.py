"""The coefficient table: 78 wide, wider when the line size lets long names stretch it (OUTPUT.md 2.4)."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import CoefRow, CoefTable, Line, Segment
from mixedcli.numfmt import abbreviate
from mixedcli.render.notes import wrap
from mixedcli.render.segments import r, row, rule, t

#: width of each column behind the bar, and where its header ends within it
_WIDTHS = {"coef": 11, "se": 11, "stat": 9, "p": 8, "ci": 25, "df": 14, "legend": 53, "beta": 25, "groups": 13}
_WITH_NUMBERS = ("value", "parameter", "bare")
_NOTES = {
    "omitted": "(omitted)",
    "base": "(base)",
    "empty": "(empty)",
    "constrained": "(constrained)",
    "inestimable": "(not estimable)",
}


def coefficient_table(block: CoefTable, linesize: int) -> Iterator[Line]:
    """Title row, rules and one line per row."""
    # stata: ex13e.log and margins, nopvalues: without p-values before it the lower limit is one wider
    extra = 1 if "ci" in block.columns and "p" not in block.columns else 0
    rest = sum(_WIDTHS[c] for c in block.columns) + extra
    width = _name_width(block, linesize, rest)
    yield row(t("-" * (width + 2 + rest)))
    if block.robust or block.adjusted or block.above:
        yield row(t((" " * (width + 1) + "|" + _top(block, rest)).rstrip()))
    yield row(t(f"{abbreviate(block.title, width):>{width}} |{_heads(block, rest)}"))
    yield rule(width + 1, rest)
    for k, line in enumerate(block.rows):
        yield from _row(line, block, width, rest, extra, first=k == 0)
    yield row(t("-" * (width + 2 + rest)))
    for note in block.notes:
        yield from (row(t(x)) for x in wrap(f"Note: {note}", width + 2 + rest, " " * 6))


def _top(block: CoefTable, rest: int) -> str:
    """ "Robust" or "Delta-method" above "std. err.", the method of adjustment above p-values, intervals and groups."""
    out = block.above.rjust(11)
    if block.robust:
        out = out.ljust(18 - len(block.robust) // 2) + block.robust
    if block.observed:
        # stata: many logs of bootstrap
        return over_interval("Observed".rjust(11) + out[11:], rest, ci="ci" in block.columns)
    if not block.adjusted:
        return out
    stops = 0
    for column in block.columns:
        stops += _WIDTHS[column]
        if column == "ci":
            stops = rest
        if column == "groups":
            out = out + block.adjusted.rjust(stops - len(out))
        elif column in ("p", "ci"):
            # stata: centred above "z    P>|z|" and "[95% conf. interval]"
            middle = stops - (6 if column == "p" else 10)
            out = out.ljust(middle - (len(block.adjusted) + 1) // 2) + block.adjusted
    return out


def over_interval(head: str, rest: int, *, ci: bool) -> str:
    """A line above the heads with "Normal-based" over the interval."""
    return head + ("Normal-based".rjust(rest - 4 - len(head)) if ci else "")


def _name_width(block: CoefTable, linesize: int, rest: int) -> int:
    # a level stands one column to the left, a bare name one to the right
    longest = max(
        (len(x.name) + int(x.level) - int(x.kind == "bare") for x in block.rows if x.kind != "equation"), default=0
    )
    longest = max(longest, len(block.title), 12)
    limit = max(12, linesize - 3 - rest) if block.lstretch else 12  # unverified: tables stay below the line size
    return min(longest, limit)


def _heads(block: CoefTable, rest: int) -> str:
    out = ""
    stops = 0
    for column in block.columns:
        stops += _WIDTHS[column]
        match column:
            case "coef":
                if block.observed:
                    out = block.coef_title.lower().rjust(12)
                else:
                    out = block.coef_title.rjust(12 if block.coef_title == "Coefficient" else 11)
            case "se":
                out = out.ljust(14) + ("std. err." if block.robust else "Std. err.")
            case "groups":
                out = out + "Groups".rjust(stops - len(out))
            case "stat":
                out = out + block.statistic.rjust(stops - 1 - len(out))
            case "p":
                out = out + f"P>|{block.statistic}|".rjust(stops - len(out))
            case "df":
                out = out + "df".rjust(stops - len(out))
            case "ci":
                out = out + f"[{_level(block.level)}% conf. interval]".rjust(rest - len(out))
            case "legend":
                out = out + "  Legend"
            case "beta":
                out = out + "Beta".rjust(rest - len(out))
    return out


def _level(level: float) -> str:
    return numfmt.general(level, 9)


def _row(x: CoefRow, block: CoefTable, width: int, rest: int, extra: int, *, first: bool) -> Iterator[Line]:
    if x.kind == "equation":
        if not first and block.ruled:
            yield rule(width + 1, rest)
        yield row(t(abbreviate(x.name, width).ljust(width + 1) + "|" + (f"  {x.legend}" if x.legend else "")))
        return
    if x.kind == "rule":
        yield rule(width + 1, rest)
        return
    if x.kind == "ancillary":
        note = f"   {x.legend}" if x.legend else ""
        yield row(t(f"{x.name:>{width}} |"), r(numfmt.text(x.coef, "%10.0g").rjust(11)), t(note))
        return
    if x.kind == "blank":
        yield row(t(" " * (width + 1) + "|"))
        return
    *above, stub = stub_lines(x.name, width, level=x.level)
    yield from (row(t(part)) for part in above)
    if x.kind == "bare":
        stub = f"{split_name(x.name, width)[-1]:>{width + 1}}|"
    if x.kind == "factor":
        yield row(t(stub))
        return
    coef = x.coef if x.kind in (*_WITH_NUMBERS, "constrained", "inestimable") else 0.0
    cells = [r(numfmt.text(coef, block.cformat).rjust(11))]
    if x.kind in _WITH_NUMBERS:
        cells += _cells(x, block, extra)
    else:
        cells.append(t("  " + _NOTES[x.kind]))
    yield row(t(stub), *cells)


def _cells(x: CoefRow, block: CoefTable, extra: int) -> list[Segment]:
    out = []
    for column in block.columns[1:]:
        match column:
            case "se":
                out.append(numfmt.text(x.se, block.cformat).rjust(11))
            case "stat":
                out.append(_unless(x.kind in ("parameter", "bare"), numfmt.text(x.statistic, block.sformat)).rjust(9))
            case "p":
                out.append(_unless(x.kind in ("parameter", "bare"), numfmt.text(x.p, block.pformat)).rjust(8))
            case "df":
                out.append(numfmt.text(x.df, "%9.1f").rjust(14))
            case "ci":
                out.append(numfmt.text(x.lo, block.cformat).rjust(13 + extra))
                out.append(numfmt.text(x.hi, block.cformat).rjust(12))
            case "legend":
                out.append("  " + x.legend)
            case "beta":
                out.append(numfmt.text(x.beta, block.cformat).rjust(25))
            case "groups":
                out.append(x.groups.rjust(13))
    return [r(c) for c in out]


def _unless(left_out: bool, text: str) -> str:
    return "" if left_out else text


def stub_lines(name: str, width: int, *, level: bool) -> list[str]:
    """What stands left of the bar, the bar included; the numbers go behind the last line."""
    *above, last = _level_lines(name, width - 1) if level else split_name(name, width)
    # a line that breaks at a blank ends where its last one ends
    lines = [f"{part:>{width + 1}}|" if part.endswith("#") else f"{part:>{width - 1}}  |" for part in above]
    # a level stands one column further left, with two blanks before the bar (stata: ex13.log)
    return [*lines, f"{last:>{width - 1}}  |" if level else f"{last:>{width}} |"]


def _cut_label(label: str, width: int) -> str:
    """A value label that is too long ends in two periods (unverified: how many of its characters stay)."""
    return label if len(label) <= width else label[: width - 2] + ".."


def _level_lines(label: str, width: int) -> list[str]:
    """A level as the lines it takes: comparisons break around "vs" (stata: a published log: "(Mining ..)", "vs",
    "No mining)"), contrasts of several factors between them, interactions behind # (unverified: the latter two).
    """
    if len(label) <= width:
        return [label]
    end = _closed(label)
    if end and not label[end:].startswith(" vs "):
        return [*_level_lines(label[:end], width), *_level_lines(label[end + 1 :], width)]
    first, versus, second = label.partition(" vs ")
    if versus:
        return [_cut_side(first, width), "vs", _cut_side(second, width)]
    if "#" not in label:
        return [_cut_label(label, width)]
    lines = [""]
    for piece in [p + "#" for p in label.split("#")[:-1]] + [label.split("#")[-1]]:
        if lines[-1] and len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return [_cut_label(x, width) for x in lines]


def _closed(label: str) -> int:
    """Where the bracket that a label begins with closes before a blank: "(2 vs 1) male", else 0."""
    depth = 0
    for k, letter in enumerate(label):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return k + 1 if k and label[k + 1 : k + 2] == " " else 0
    return 0


def _cut_side(text: str, width: int) -> str:
    """One side of a comparison; a bracket stays around what is cut."""
    if len(text) <= width or text[:1] + text[-1:] not in ("(" + text[-1:], text[:1] + ")"):
        return _cut_label(text, width)
    return text.rstrip(")")[: width - 3] + "..)"


def split_name(name: str, width: int) -> list[str]:
    """A name as the lines it takes: an interaction breaks behind a # (stata: "c.weight#" above "c.weight")."""
    if len(name) <= width:
        return [name]
    if "#" not in name:
        return [abbreviate(name, width)]
    parts = name.split("#")
    lines = [""]
    for k, part in enumerate(parts):
        piece = abbreviate(part, width) + ("#" if k < len(parts) - 1 else "")
        room = width + 1 if piece.endswith("#") else width
        if lines[-1] and len(lines[-1] + piece) > room:
            lines.append("")
        lines[-1] += piece
    return lines
