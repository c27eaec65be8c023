"""What reshape says: its result table and why data cannot be reshaped."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.data.dataset import Dataset
from mixedcli.data.reshaping import Layout
from mixedcli.errors import AssertionFalse, InvalidSyntax, NotFound

#: the arrow's column, and where the right-hand side begins
_LEFT, _ARROW = 39, "   ->   "


def result_table(before: Dataset, after: Dataset, layout: Layout, *, wide: bool) -> tuple[Block, ...]:
    """Observations, variables, j and the reshaped variables.  stata: logs of release 17."""
    rule = line("-" * 77)
    sides = ("Long", "Wide") if wide else ("Wide", "Long")
    counted = f"j variable ({len(layout.values)} value{'' if len(layout.values) == 1 else 's'})"
    rows = [
        _row("Data", *sides),
        rule,
        _row("Number of observations", f"{before.n:,}", f"{after.n:<12,}"),
        _row("Number of variables", f"{len(before.columns):,}", f"{len(after.columns):<12,}"),
        _row(counted, layout.j, "(dropped)") if wide else _row(counted, "", layout.j),
        line("xij variables:"),
    ]
    for stub in layout.stubs:
        names = _abridged([layout.wide(stub, v) for v in layout.values])
        rows.append(_row("", layout.long(stub), names) if wide else _row("", names, layout.long(stub)))
    return (*rows, rule)


def _row(label: str, left: str, right: str) -> Line:
    gap = max(_LEFT - len(label) - len(left), 0)
    arrow = _ARROW if len(label) + len(left) <= _LEFT else " " * max(42 - len(label) - len(left), 0) + "->   "
    return Line((Segment(label + " " * gap), Segment(left, "result"), Segment(arrow), Segment(right, "result")))


def _abridged(names: list[str]) -> str:
    return " ".join(names) if len(names) <= 3 else f"{names[0]} {names[1]} ... {names[-1]}"


def no_wide(layout: Layout) -> NotFound:
    """r(111): no variable has the name a stub asks for."""
    ids = " ".join(layout.ids)
    typed = " and ".join(s.replace("@", "#") if "@" in s else f"{s}#" for s in layout.stubs)
    return NotFound(
        "no xij variables found\n"
        f"    You typed something like reshape long {' '.join(layout.stubs)}, i({ids}) j({layout.j}).\n"
        f"    reshape looked for existing variables named {typed} but could not find any."
    )


def explained(error: AssertionFalse, layout: Layout, *, wide: bool) -> AssertionFalse:
    """The error with a word on what reshape needs.  wide: the data are wide now."""
    ids = " ".join(layout.ids)
    if wide:
        more = (
            "    Your data are currently wide.  You are performing a reshape long.  You\n"
            f"    specified i({ids}) and j({layout.j}).  In the current wide form, variable {ids}\n"
            "    should uniquely identify the observations."
        )
    elif "not unique" in error.message:
        more = (
            "    Your data are currently long.  You are performing a reshape wide.  You\n"
            f"    specified i({ids}) and j({layout.j}).  There are observations within i({ids})\n"
            f"    with the same value of j({layout.j}).  In the long data, variables i() and j()\n"
            "    together must uniquely identify the observations."
        )
    elif "not constant" in error.message:
        more = (
            "    Your data are currently long.  You are performing a reshape wide.  Variables\n"
            f"    that are not reshaped must be constant within {ids}: add them to the list of\n"
            "    variables to be reshaped, or drop them."
        )
    else:
        return error
    more += "\n    Type reshape error for a list of the problem variables."
    return AssertionFalse(f"{error.message}\n{more}", error.span)


def multiple(word: ast.Word) -> InvalidSyntax:
    """r(198): a stub has room for one value."""
    return InvalidSyntax(f"{word.text} invalid: only one @ allowed", word.span)  # unverified: wording
