"""Every table of the worked examples, taken apart into a block and laid out again, must come back unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixedcli.blocks import (
    CoefRow,
    CoefTable,
    EstimationHeader,
    GroupInfo,
    HeaderItem,
    HeaderRow,
    LrTestLine,
    ParamBlock,
    ParamRow,
    ParamTable,
)
from mixedcli.render.text import render

MANUAL = Path(__file__).resolve().parents[3] / "shared" / "manual"
LOGS = sorted(MANUAL.glob("ex*.log"))
needs_manual = pytest.mark.skipif(not LOGS, reason="worked examples (../shared/manual) are not there")


def shown(block: object) -> list[str]:
    return [line.text.rstrip() for line in render(block, 79)]  # type: ignore[arg-type]


def paragraphs(path: Path) -> Iterator[list[str]]:
    part: list[str] = []
    for row in path.read_text(encoding="utf-8").splitlines():
        if row.strip():
            part.append(row.rstrip())
        elif part:
            yield part
            part = []
    yield part


def coef_rows(lines: list[str], columns: tuple[str, ...]) -> Iterator[CoefRow]:
    for text in lines:
        name, _, rest = text.partition("|")
        numbers = [float(x) for x in rest.split()]
        level = name.endswith("  ")
        if not name.strip():
            yield CoefRow("blank")
        elif not numbers:
            yield CoefRow("factor", name.strip())
        else:
            fields = (
                ("coef", "se", "df", "statistic", "p")
                if "p" in columns and "df" in columns
                else (
                    ("coef", "se", "df", "lo", "hi")
                    if "df" in columns
                    else ("coef", "se", "statistic", "p", "lo", "hi")
                )
            )
            yield CoefRow("value", name.strip(), level, **dict(zip(fields, numbers, strict=True)))


@needs_manual
@pytest.mark.parametrize("log", LOGS, ids=lambda p: p.stem)
def test_coefficient_tables(log: Path) -> None:
    for part in paragraphs(log):
        heads = [k for k, x in enumerate(part) if " Coefficient " in x]
        if not heads:
            continue
        k = heads[0]
        start = next(i for i in range(k, -1, -1) if part[i].startswith("---"))
        end = next(i for i in range(k + 2, len(part)) if part[i].startswith("---"))
        head = part[k]
        columns = ("coef", "se", *(("df",) if " df " in head else ()), *(("stat", "p") if "P>" in head else ()))
        columns += ("ci",) if "conf." in head else ()
        block = CoefTable(
            title=head.partition("|")[0].strip(),
            rows=tuple(coef_rows(part[k + 2 : end], columns)),
            columns=columns,
            statistic="t" if "|t|" in head else "z",
            robust="Robust" if "Robust" in part[k - 1] else "",
        )
        assert shown(block) == part[start : end + 1]


@needs_manual
@pytest.mark.parametrize("log", LOGS, ids=lambda p: p.stem)
def test_random_effects_tables_and_lr_lines(log: Path) -> None:
    for part in paragraphs(log):
        heads = [k for k, x in enumerate(part) if "Random-effects parameters" in x]
        if not heads:
            continue
        k = heads[0]
        blocks: list[ParamBlock] = []
        heading: list[str] = []
        rows: list[ParamRow] = []
        end = next(i for i in range(k + 1, len(part)) if part[i].startswith("---") and "+" not in part[i])
        for text in [*part[k + 2 : end], part[k + 1]]:
            if text.startswith("---"):
                blocks.append(ParamBlock(tuple(heading), tuple(rows)))
                heading, rows = [], []
                continue
            left, _, right = text.partition("|")
            if right.strip():
                rows.append(ParamRow(left.strip(), *(float(x) for x in right.split())))
            else:
                heading.append(re.sub(r":\s+\(", ": (", left.rstrip()))
        table = ParamTable(tuple(blocks), robust="Robust" if "Robust" in part[k - 1] else "")
        start = k - (2 if table.robust else 1)
        assert shown(table) == part[start : end + 1]
        if len(part) > end + 1:
            last = part[end + 1]
            found = re.search(r"model: (\S+) = (\S+) +Prob (\S+) \S+ = (\S+)", last)
            assert found is not None
            chibar = found[3] == ">="
            assert shown(LrTestLine(found[1], float(found[2]), float(found[4]), chibar)) == [last]


def header_row(text: str, start: int) -> HeaderRow:
    left, right = text[:start].rstrip(), text[start:]
    if not right.strip():
        return HeaderRow(left)
    if "=" not in right:
        return HeaderRow(left, HeaderItem(right.strip()))
    label, _, value = right.partition("=")
    if label.startswith("DF:"):
        return HeaderRow(left, HeaderItem("DF:", value.strip(), sublabel=label[3:].strip()))
    return HeaderRow(left, HeaderItem(label.strip(), value.strip(), indent=label.startswith(" ")))


@needs_manual
@pytest.mark.parametrize("log", LOGS, ids=lambda p: p.stem)
def test_headers(log: Path) -> None:
    lines = log.read_text(encoding="utf-8").splitlines()
    for k, first in enumerate(lines):
        if not first.startswith("Mixed-effects"):
            continue
        start = first.index("Number of obs")
        rows: list[HeaderRow] = []
        groups: list[GroupInfo] = []
        split = 0
        end = next(i for i in range(k, len(lines)) if "Prob >" in lines[i])
        i = k
        while i <= end:
            if "Grouping information" in lines[i]:
                split = len(rows)
                i += 5
                while not lines[i].strip().startswith("---"):
                    name, _, numbers = lines[i].partition("|")
                    n, low, mean, high = numbers.split()
                    groups.append(GroupInfo(name.strip(), int(n), int(low), float(mean), int(high)))
                    i += 1
            elif lines[i].strip():
                rows.append(header_row(lines[i], start))
            i += 1
        before = tuple(rows[:split] if groups else rows)
        after = tuple(rows[split:] if groups else ())
        expected = [x.rstrip() for x in lines[k : end + 1]]
        assert shown(EstimationHeader(before, tuple(groups), after)) == expected
