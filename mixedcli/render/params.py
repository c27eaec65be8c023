"""The random-effects table and the test line below it (OUTPUT.md 2.5 and 2.7): always 78 wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line, LrTestLine, ParamRow, ParamTable
from mixedcli.numfmt import abbreviate
from mixedcli.render.coef import over_interval
from mixedcli.render.segments import WIDTH, r, row, rule, t

_STUB = 28


def parameter_table(block: ParamTable, linesize: int) -> Iterator[Line]:
    """One block of rows per equation, rules between them."""
    yield row(t("-" * WIDTH))
    if block.robust:
        yield row(t(" " * (_STUB + 1) + "|" + _above(block)))
    se = "" if not block.se else ("   std. err." if block.robust else "   Std. err.")
    ci = f"[{numfmt.general(block.level, 9)}% conf. interval]" if block.ci else ""
    # unverified: lower case below "Observed", as in the table of coefficients
    head = f"{block.estimate.lower() if block.observed else block.estimate:>11}{se}"
    stub = f"{block.stub:>{_STUB}} " if block.stub else "  Random-effects parameters  "
    yield row(t(f"{stub}|{head}{ci:>{48 - len(head)}}".rstrip()))
    for part in block.blocks:
        yield rule(_STUB + 1, WIDTH - _STUB - 2)
        for k, heading in enumerate(part.heading):
            yield row(t(_heading(heading) if k == 0 else heading.ljust(_STUB + 1)[: _STUB + 1]), t("|"))
        for line in part.rows:
            yield row(t(f"{shorten(line.label, _STUB):>{_STUB}} |"), *_cells(line, block))
    yield row(t("-" * WIDTH))


def _above(block: ParamTable) -> str:
    centred = " " * (18 - len(block.robust) // 2) + block.robust
    if not block.observed:
        return centred.ljust(32)
    return over_interval("   Observed" + centred[11:], WIDTH - _STUB - 2, ci=block.ci)


def _heading(text: str) -> str:
    """ "id: (empty)" has its second half on the right; a long level name is cut (unverified: how)."""
    name, colon, rest = text.partition(":")
    if rest.strip() == "(empty)":
        return f"{abbreviate(name, 19)}:".ljust(20) + " (empty)".rjust(8) + " "
    if len(text) > _STUB + 1 and colon:
        name = abbreviate(name, _STUB + 1 - len(colon + rest))
    return (name + colon + rest).ljust(_STUB + 1)


def _cells(x: ParamRow, block: ParamTable) -> list:  # type: ignore[type-arg]
    cells = [numfmt.text(x.estimate, block.cformat).rjust(11)]
    if block.se:
        cells.append(numfmt.text(x.se, block.cformat).rjust(11))
    if block.ci:
        cells.append(numfmt.text(x.lo, block.cformat).rjust(14))
        cells.append(numfmt.text(x.hi, block.cformat).rjust(12))
    return [r(c) for c in cells]


def shorten(label: str, width: int) -> str:
    """A label such as cov(first,second) with its names cut evenly until it fits (unverified: Stata's own cut)."""
    if len(label) <= width:
        return label
    for size in range(31, 4, -1):
        shorter = re.sub(r"[^\W\d][\w.~]*(?![\w.(~])", lambda m, n=size: abbreviate(m[0], n), label)  # type: ignore[misc]
        if len(shorter) <= width:
            return shorter
    return abbreviate(label, width)


def lr_line(block: LrTestLine, linesize: int) -> Iterator[Line]:
    """``LR test vs. linear model: chibar2(01) = 472.65        Prob >= chibar2 = 0.0000``, flush right at 78."""
    # stata: a tiny statistic is shown as 1.4e-14, not as 0.00 (OUTPUT.md 2.9)
    fmt = "%8.2e" if 0 < block.chi2 < 0.005 else "%8.2f"
    left = f"LR test vs. linear model: {block.statistic} = "
    value = numfmt.text(block.chi2, fmt)
    right = "Prob >= chibar2 = " if block.chibar else "Prob > chi2 = "
    p = numfmt.text(block.p, "%6.4f")
    yield row(t(left), r(value), t(right.rjust(WIDTH - len(left) - len(value) - len(p))), r(p))
