"""A contrast term over its cells: which combinations of margins, how they are called, which are tested together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mixedcli.commands.marginal.termlist import ContrastTerm, Element
from mixedcli.engine import contrasts
from mixedcli.engine.contrasts import Contrast, Levels
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, text_of

Floats = NDArray[np.float64]
Texts = Mapping[Key, Mapping[int, str]]
"""Value labels by factor; a level without one goes by its number."""


@frozen
class FactorFacts:
    """A factor of the term: levels, how often each occurs, base."""

    levels: tuple[int, ...]
    counts: tuple[float, ...]
    base: int


@frozen
class Group:
    """Contrasts that are tested together: its label ("" for the term's own row) and rows of the matrix."""

    label: str
    rows: tuple[int, ...]


@frozen
class Contrasts:
    """matrix (c, cells), the last factor of the term varying fastest; labels (c,); groups: rows of the Wald table.

    joint: whether a row "Joint" for all of them follows.
    """

    label: str
    matrix: Floats
    labels: tuple[str, ...]
    groups: tuple[Group, ...]
    joint: bool


def contrasts_of(term: ContrastTerm, facts: Mapping[Key, FactorFacts], texts: Texts) -> Contrasts:
    """The contrasts of a term.  Errors: r(198)."""
    custom = bool(term.main) and bool(term.main[0].weights)
    if custom:  # one contrast over the cells of all its factors
        main = [[Contrast(np.array(term.main[0].weights[0]), "custom", 0)]]
        elements, named = (term.main[0], *term.within), [True]
    else:
        main = [_contrasts(e, facts[e.key]) for e in term.main]
        elements, named = (*term.main, *term.within), [e.named for e in term.main]
    inside = [contrasts.cells(_levels(e, facts[e.key])) for e in term.within]
    rows: list[Floats] = []
    labels: list[str] = []
    groups: dict[tuple[int, ...], list[int]] = {}
    heads: dict[tuple[int, ...], str] = {}
    m = len(main)
    for chosen in product(*(range(len(c)) for c in (*main, *inside))):
        parts = [c[k] for c, k in zip((*main, *inside), chosen, strict=True)]
        rows.append(_crossed([p.row for p in parts]))
        words = [_word(p, e, facts[e.key], texts) for p, e in zip(parts, elements, strict=True)]
        labels.append(" ".join(words))
        # contrasts of factors without an operator are tested together
        key = tuple(k if i >= m or named[i] else -1 for i, k in enumerate(chosen))
        head = [w if n else "(joint)" for w, n in zip(words[:m], named, strict=True)] if any(named) else []
        heads[key] = " ".join([*head, *words[m:]])
        groups.setdefault(key, []).append(len(rows) - 1)
    made = tuple(Group(heads[k], tuple(v)) for k, v in groups.items())
    if len(made) == 1 and not inside:
        made = (Group("", made[0].rows),)
    return Contrasts(term.label, np.array(rows), tuple(labels), made, len(made) > 1)


def _crossed(rows: Sequence[Floats]) -> Floats:
    """The Kronecker product."""
    out: Floats = np.ones(1)
    for row in rows:
        out = np.asarray(np.kron(out, row), dtype=np.float64)
    return out


def _levels(element: Element, facts: FactorFacts) -> Levels:
    base = facts.base if element.base is None else element.base
    return Levels(np.array(facts.levels, dtype=float), np.array(facts.counts, dtype=float), facts.levels.index(base))


def _contrasts(element: Element, facts: FactorFacts) -> list[Contrast]:
    made = contrasts.chosen(element.operator, _levels(element, facts), element.only)
    # a factor of one level has no contrasts: its only cell is the term
    return made or contrasts.cells(_levels(element, facts))


_DEGREES = ("linear", "quadratic", "cubic", "quartic", "quintic", "sextic", "septic", "octic", "nonic")


def level_text(key: Key, level: int, texts: Texts) -> str:
    """The value label of a level, or its number."""
    return texts.get(key, {}).get(level, str(level))


def _word(x: Contrast, element: Element, facts: FactorFacts, texts: Texts) -> str:
    """ "(2 vs 1)", "(300 vs > 300)", "(quadratic)", "Winter" (stata: published logs of margins and contrast)."""
    key = element.key

    def name(at: int) -> str:
        return level_text(key, facts.levels[at], texts)

    if x.kind == "power":
        return f"({_DEGREES[x.first - 1] if x.first <= len(_DEGREES) else f'order {x.first}'})"
    if x.kind == "level":
        return name(x.first)
    if x.kind == "custom":
        return "(1)"
    if x.kind == "base":
        return f"({name(x.first)} vs base)"
    if x.kind == "mean":
        return f"({name(x.first)} vs mean)"
    if x.kind == "pair":
        return f"({name(x.first)} vs {name(x.second)})"
    # the last (first) level has one partner only, which goes by its name; numbers line up
    k = len(facts.levels)
    if x.kind == "after":
        own, sign, alone = range(k - 1), ">", x.first == k - 2
        partner = k - 1
    else:
        own, sign, alone = range(1, k), "<", x.first == 1
        partner = 0
    shown = {i: name(i) for i in own}
    lone = name(partner)
    several = not element.only and not texts.get(key)  # unverified: that labels do not line up
    width = max(map(len, [*shown.values(), lone])) if several else 0
    if alone:
        return f"({name(x.first)} vs {' ' if several else ''}{lone.rjust(width)})"
    return f"({name(x.first)} vs {sign}{name(x.first).rjust(width)})"


def described(keys: Sequence[Key]) -> str:
    """ "a#b"."""
    return "#".join(text_of(k) for k in keys)
