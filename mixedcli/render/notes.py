"""Notes and the output of lrtest and test."""

from __future__ import annotations

from collections.abc import Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line, LrTestTable, Note, WaldTest
from mixedcli.render.segments import WIDTH, r, row, t


def note(block: Note, linesize: int) -> Iterator[Line]:
    """``Note: ...`` wrapped at 78 with a hanging indent of 6, or the given lines as they are."""
    if block.lines:
        yield from (row(t(x)) for x in block.lines)
        return
    text = block.text if block.text[:5].lower() == "note:" else f"Note: {block.text}"
    yield from (row(t(x)) for x in wrap(text, min(WIDTH, linesize), " " * 6))


def wrap(text: str, width: int, indent: str) -> list[str]:
    """Greedy word wrap; words are never broken."""
    lines: list[str] = []
    now = ""
    for word in text.split():
        if now.strip() and len(now) + 1 + len(word) > width:
            lines.append(now)
            now = indent + word
        else:
            now = f"{now} {word}" if now else word
    return [*lines, now]


def lr_table(block: LrTestTable, linesize: int) -> Iterator[Line]:
    """Title, assumption, and the two aligned lines (stata: ex02.log, ex09.log)."""
    yield row(t("Likelihood-ratio test"))
    assumption = block.assumption
    yield row(t(assumption if assumption.startswith("Assumption") else f"Assumption: {assumption}"))
    yield row()
    label = f"LR chi2({block.df})"
    chi2 = numfmt.text(block.chi2, "%9.2f")
    p = numfmt.text(block.p, "%6.4f")
    left, right = max(11, len(label)), max(6, len(chi2))
    yield row(t(f"{label:>{left}} = "), r(chi2.rjust(right)))
    yield row(t(f"{'Prob > chi2':>{left}} = "), r(p.rjust(right)))


def wald(block: WaldTest, linesize: int) -> Iterator[Line]:
    """Numbered constraints and the statistic (stata: ex06b.log)."""
    for k, text in enumerate(block.constraints, 1):
        first, *more = _constraint(text, max(linesize, 40) - 7)
        yield row(t(f" ({k:>2})  "), r(first))
        for line in more:
            yield row(r(" " * 12 + line))
    for k in block.dropped:
        yield row(t(f"       Constraint {k} dropped"))
    yield row()
    if block.statistic == "chi2":
        label, tail, width = f"chi2({block.df:>3})", "Prob > chi2", 20
    else:
        # unverified: two decimals where the denominator is no whole number
        ddf = numfmt.text(block.ddf, "%6.0f") if block.ddf == round(block.ddf) else numfmt.text(block.ddf, "%7.2f")
        label, tail, width = f"F({block.df:>3},{ddf.rjust(6)})", "Prob > F", 20
    yield row(t(f"{label:>{width}} ="), r(numfmt.text(block.value, "%8.2f").rjust(8)))
    yield row(t(f"{tail:>{width}} ="), r(numfmt.text(block.p, "%10.4f").rjust(10)))


def _constraint(text: str, width: int) -> list[str]:
    """A long constraint breaks before + or - (unverified: Stata's own breaks)."""
    if len(text) <= width:
        return [text]
    lines: list[str] = []
    now = ""
    for word in text.replace(" + ", "\0+ ").replace(" - ", "\0- ").split("\0"):
        if now and len(now) + 1 + len(word) > width:
            lines.append(now)
            now = word
        else:
            now = f"{now} {word}" if now else word
    return [*lines, now]
