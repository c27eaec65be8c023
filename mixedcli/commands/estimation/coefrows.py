"""Coefficients with their terms -> rows of a coefficient table: factor headings, level labels, separators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mixedcli.blocks import CoefRow
from mixedcli.data.dataset import Dataset
from mixedcli.data.factors import ModelTerm, operator_prefix
from mixedcli.frozen import frozen
from mixedcli.model.spec import Display
from mixedcli.results import Estimates

Labels = Mapping[str, Mapping[int, str]]
"""Variable -> {level: value label}."""

RowMaker = Callable[[int], CoefRow]
"""Index in the list of terms -> the row with its numbers (name still empty)."""


@frozen
class _Item:
    index: int
    term: ModelTerm | None


def rows(terms: Sequence[ModelTerm | None], make: RowMaker, display: Display, labels: Labels) -> tuple[CoefRow, ...]:
    """Rows in order, with separators around factor and interaction blocks (OUTPUT.md 2.4).

    terms: None is _cons.  Base, empty and omitted terms are shown as the display options say.
    """
    blocks: list[tuple[bool, bool, list[CoefRow]]] = []  # (a separator before, one behind, rows)
    for items in _blocks(_shown(terms, display)):
        first = items[0].term
        if first is None:
            blocks.append((False, False, [named(make(items[0].index), "_cons")]))
        elif _lagged(items):
            blocks.append((True, True, _lag_rows(items, make)))
        elif not any(p.kind == "i" for p in first.parts):
            apart = len(first.parts) > 1
            blocks.append((apart, apart, [_plain(make(items[0].index), first)]))
        else:
            # stata: nothing behind a factor with one level shown ("2.block", then _cons)
            behind = len(items) > 1 or len(first.parts) > 1
            blocks.append((True, behind, _factor_rows(items, make, display, labels)))
    out: list[CoefRow] = []
    parted = False
    for before, behind, made in blocks:
        if out and (before or parted) and not display.vsquish:
            out.append(CoefRow("blank"))
        out.extend(made)
        parted = behind
    return tuple(out)


def _shown(terms: Sequence[ModelTerm | None], display: Display) -> Iterable[_Item]:
    for i, term in enumerate(terms):
        if term is not None:
            if term.status == "base" and not _base_shown(term, display):
                continue
            if term.status == "omitted" and not display.omitted:
                continue
            if term.status == "empty" and not display.emptycells:
                continue
        yield _Item(i, term)


def _base_shown(term: ModelTerm, display: Display) -> bool:
    """baselevels shows bases of main effects only, allbaselevels those of interactions too."""
    return display.allbaselevels or (display.baselevels and len(term.parts) == 1)


def _stem(term: ModelTerm) -> str:
    """The block a term belongs to: its variables without levels ("girl#c.age")."""
    return "#".join(_variable(p.kind, operator_prefix(p.ops) + p.var, len(term.parts)) for p in term.parts)


def _variable(kind: str, name: str, parts: int) -> str:
    if kind == "i" or parts == 1:
        return name
    return f"c{name}" if name[:1] in "LFDS" and "." in name else f"c.{name}"


def _blocks(items: Iterable[_Item]) -> list[list[_Item]]:
    """Consecutive terms of one stem; every continuous term and _cons stand alone."""
    out: list[list[_Item]] = []
    for item in items:
        term = item.term
        if out and term is not None and any(p.kind == "i" for p in term.parts):
            last = out[-1][0].term
            if last is not None and _stem(last) == _stem(term):
                out[-1].append(item)
                continue
        if out and _single(item) and _single(out[-1][0]) and _lagged([*out[-1], item]):
            out[-1].append(item)
            continue
        out.append([item])
    return out


def _single(item: _Item) -> bool:
    """A continuous variable, with time-series operators or without."""
    return item.term is not None and len(item.term.parts) == 1 and item.term.parts[0].kind != "i"


def _lagged(items: Sequence[_Item]) -> bool:
    """One variable with its lags, leads and differences: they stand under its name."""
    parts = [i.term.parts[0] for i in items if i.term is not None and _single(i)]
    return len(parts) == len(items) and len({p.var for p in parts}) == 1 and any(p.ops for p in parts)


def _lag_rows(items: Sequence[_Item], make: RowMaker) -> list[CoefRow]:
    """A heading, then "--." for the variable itself, "L1.", "LD." (stata: many logs of regress and var)."""
    out: list[CoefRow] = []
    for item in items:
        assert item.term is not None
        part = item.term.parts[0]
        if not out:
            out.append(CoefRow("factor", name=part.var))
        prefix = operator_prefix(part.ops) or "--."
        out.append(named(make(item.index), f"{prefix[0]}1." if len(prefix) == 2 else prefix))
    return out


def _factor_rows(items: Sequence[_Item], make: RowMaker, display: Display, labels: Labels) -> list[CoefRow]:
    first = items[0].term
    assert first is not None
    texts = [_levels(i.term, display, labels) for i in items if i.term is not None]
    labelled = any(flag for _, flag in texts)
    if len(items) == 1 and not labelled:
        # one level needs no heading: "2.program"
        return [named(make(items[0].index), _one_row_name(first))]
    widths = [max(len(t[k]) for t, _ in texts) for k in range(len(texts[0][0]))]
    out = [CoefRow("factor", name=_stem(first))]
    for item, (words, flag) in zip(items, texts, strict=True):
        padded = " ".join(w.rjust(width) for w, width in zip(words, widths, strict=True))
        name = "#".join(words) if flag else padded
        out.append(named(make(item.index), name, level=True))
    return out


def _levels(term: ModelTerm, display: Display, labels: Labels) -> tuple[tuple[str, ...], bool]:
    """Level texts of a term's factors and whether any has a value label."""
    words: list[str] = []
    flag = False
    for part in term.parts:
        if part.kind != "i" or part.level is None:
            continue
        text = labels.get(part.var, {}).get(part.level) if display.fvlabel else None
        flag = flag or text is not None
        words.append(str(part.level) if text is None else text)
    return tuple(words), flag


def _one_row_name(term: ModelTerm) -> str:
    words = []
    for part in term.parts:
        name = operator_prefix(part.ops) + part.var
        words.append(f"{part.level}.{name}" if part.kind == "i" else _variable("c", name, len(term.parts)))
    return "#".join(words)


def _plain(row: CoefRow, term: ModelTerm) -> CoefRow:
    return named(row, _stem(term))


def named(row: CoefRow, name: str, *, level: bool = False) -> CoefRow:
    return replace(row, name=name, level=level)


def factor_labels(terms: tuple[ModelTerm | None, ...], data: Dataset) -> dict[str, dict[int, str]]:
    """Value labels of the factor variables among the terms."""
    found: dict[str, dict[int, str]] = {}
    for part in (p for t in terms if t is not None for p in t.parts if p.kind == "i"):
        texts = data.value_labels.get(data.column(part.var).value_label)
        if texts and part.var not in found:
            found[part.var] = {int(v): text for v, text in texts.items() if v == int(v)}
    return found


def labels_of(estimates: Estimates | None) -> Labels:
    """The value labels of the factors at the time of the fit."""
    fit = estimates.fit if estimates is not None else None
    found = getattr(fit, "factor_labels", None) or getattr(fit, "labels", None)
    return found if isinstance(found, Mapping) else {}  # those of mean and proportion are no value labels
