"""The plain table of margins, with the names of its rows in r(b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from mixedcli.blocks import CoefRow, CoefTable
from mixedcli.commands.estimation import coefrows
from mixedcli.commands.marginal.inference import Basis, Estimates, Quantities
from mixedcli.commands.marginal.options import Shown
from mixedcli.commands.marginal.plan import Cells, Response
from mixedcli.commands.marginal.tables import estimate_row, letter
from mixedcli.data.factors import Mark, ModelTerm, Part
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key
from mixedcli.model.spec import Display

AT: Key = ("_at", ())


@frozen
class Frame:
    """Dimensions before the cells: scenarios (_at, when there are several) and combinations of over().

    unverified: that over() stands between _at and the marginlist.
    """

    scenarios: int
    over: tuple[Key, ...]
    groups: tuple[tuple[int, ...], ...]

    @property
    def parted(self) -> bool:
        return self.scenarios > 1 or bool(self.over)


@frozen
class Block:
    """The margins of one response in one term."""

    response: Response
    cells: Cells
    quantities: Quantities


def terms_of(frame: Frame, cells: Cells) -> list[ModelTerm | None]:
    """One term for each margin, in order; None is the overall margin alone."""
    out: list[ModelTerm | None] = []
    firsts = [g[0] for g in zip(*frame.groups, strict=True)] if frame.over else []
    for s, group, cell in product(range(frame.scenarios), frame.groups, cells):
        parts: list[Part] = []
        marks: list[Mark] = []
        if frame.scenarios > 1:
            parts.append(Part("_at", (), "i", s + 1))
            marks.append("bn" if s == 0 else "")
        for key, level, first in zip(frame.over, group, firsts, strict=False):
            parts.append(Part(key[0], key[1], "i", level))
            marks.append("bn" if level == first else "")
        for key, level, levels in zip(cells.keys, cell, cells.levels, strict=True):
            parts.append(Part(key[0], key[1], "i", level))
            marks.append("bn" if level == levels[0] else "")
        out.append(_term(parts, marks) if parts else None)
    return out


def _term(parts: Sequence[Part], marks: Sequence[Mark]) -> ModelTerm:
    name = "#".join(f"{p.level}{m}.{p.var}" for p, m in zip(parts, marks, strict=True))
    return ModelTerm(tuple(parts), "value", name, tuple(marks))


def names_of(blocks: Sequence[Block], frame: Frame) -> list[str]:
    """Columns of r(b)."""
    out = []
    for x in blocks:
        for term in terms_of(frame, x.cells):
            own = "_cons" if term is None else term.name
            name = x.response.name
            out.append(own if not name else name if term is None else f"{name}:{own}")
    return out


def table(
    blocks: Sequence[Block],
    tables: Sequence[Estimates],
    frame: Frame,
    labels: Mapping[str, Mapping[int, str]],
    base: Basis,
    shown: Shown,
    *,
    title: str,
    columns: tuple[str, ...],
    notes: tuple[str, ...] = (),
    adjusted: str = "",
) -> CoefTable:
    """Rows by response; where margins have cells, each response is an equation of the table."""
    display = replace(Display(), vsquish=shown.vsquish, fvlabel=shown.fvlabel)
    rows: list[CoefRow] = []
    structured = frame.parted or any(x.cells.keys for x in blocks)
    if structured:
        for name in dict.fromkeys(x.response.name for x in blocks):
            own = [k for k, x in enumerate(blocks) if x.response.name == name]
            response = blocks[own[0]].response
            if response.part is not None and response.base:
                rows.append(CoefRow("equation", name.replace("b.", ".", 1), legend="(base outcome)"))
                continue
            if name:
                rows.append(CoefRow("equation", name))
            rows += _rows([blocks[k] for k in own], [tables[k] for k in own], frame, labels, display)
    else:
        rows += _rows(blocks, tables, frame, labels, display)
    return CoefTable(
        title="", rows=tuple(rows), columns=columns, statistic="z" if letter(base) == "z" else "t", level=base.level,
        robust="Delta-method", coef_title=title, cformat=shown.cformat, pformat=shown.pformat, sformat=shown.sformat,
        lstretch=shown.lstretch, notes=notes, adjusted=adjusted,
    )  # fmt: skip


def _rows(
    blocks: Sequence[Block],
    tables: Sequence[Estimates],
    frame: Frame,
    labels: Mapping[str, Mapping[int, str]],
    display: Display,
) -> tuple[CoefRow, ...]:
    """Rows of blocks one after the other."""
    terms: list[ModelTerm | None] = []
    made: list[CoefRow] = []
    names = iter(names_of(blocks, frame))
    for x, t in zip(blocks, tables, strict=True):
        for i, term in enumerate(terms_of(frame, x.cells)):
            if term is None and x.response.part is not None:
                part = x.response.part
                status = "base" if x.response.base else "value"
                term = ModelTerm((part,), status, x.response.name, ("b" if x.response.base else "",))  # type: ignore[arg-type]
            terms.append(term)
            made.append(replace(estimate_row(t, i, "", level=False), legend=f"_b[{next(names)}]"))
    return coefrows.rows(terms, lambda i: made[i], display, labels)
