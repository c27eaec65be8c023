"""Contrasts and pairwise comparisons of margins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands.marginal import margintable, pairing, tables
from mixedcli.commands.marginal.asked import Asked, Scope, with_conditions
from mixedcli.commands.marginal.contrasted import contrast_blocks, contrast_results
from mixedcli.commands.marginal.contrasting import FactorFacts, contrasts_of
from mixedcli.commands.marginal.inference import Basis, stacked, wald
from mixedcli.commands.marginal.margintable import AT, Frame
from mixedcli.commands.marginal.options import Shown, allowed
from mixedcli.commands.marginal.paired import comparison_blocks, pair_results
from mixedcli.commands.marginal.plan import Cells
from mixedcli.commands.marginal.scenarios import Population
from mixedcli.commands.marginal.tables import Tested
from mixedcli.data.factors import Part
from mixedcli.errors import NotYetAvailable
from mixedcli.model.linearmodel import Key
from mixedcli.results import Stored
from mixedcli.session import Session


def compared(
    session: Session,
    command: ast.Command,
    base: Basis,
    want: Asked,
    area: Scope,
    blocks: Sequence[margintable.Block],
    labels: Mapping[str, Mapping[int, str]],
    shown: Shown,
    title: str,
    notes: tuple[str, ...],
) -> tuple[list[Block], Stored]:
    """The tables below the header, and r().  Errors: r(198)."""
    kept = [b for b in blocks if not b.response.base]
    texts = {k: dict(labels.get(k[0], {})) for b in kept for k in (*b.cells.keys, *area.frame.over)}
    if want.mode == "contrast":
        return _contrasts(command, base, want, area, kept, texts, shown, title, notes)
    allowed(want.how, base)
    made = []
    for b in kept:
        terms = margintable.terms_of(area.frame, b.cells)
        names = _texts(terms, texts)
        label = "#".join(p.var for p in terms[0].parts) if terms[0] is not None else "_cons"
        made.append(pairing.pairs_of(_equation(b), label, b.quantities, names, want.how))
    found = pairing.compared(made, base, want.how)
    out = comparison_blocks(made, found, want.suboptions, base, want.how, shown, delta=True, title=title, notes=notes)
    return out, pair_results(made, found, base, want.how, command)


def _equation(b: margintable.Block) -> str:
    return b.response.name


def _texts(terms: Sequence[object], texts: Mapping[Key, Mapping[int, str]]) -> list[str]:
    """What the cells are called: labels joined by #, numbers side by side."""
    words = []
    labelled = False
    for t in terms:
        own = []
        for p in t.parts if t is not None else ():  # type: ignore[attr-defined]
            text = texts.get((p.var, p.ops), {}).get(p.level)
            labelled = labelled or text is not None
            own.append(str(p.level) if text is None else text)
        words.append(own)
    if labelled:
        return ["#".join(w) for w in words]
    widths = [max(len(w[k]) for w in words) for k in range(len(words[0]))]
    return [" ".join(x.rjust(n) for x, n in zip(w, widths, strict=True)) for w in words]


def _contrasts(
    command: ast.Command,
    base: Basis,
    want: Asked,
    area: Scope,
    blocks: Sequence[margintable.Block],
    texts: Mapping[Key, Mapping[int, str]],
    shown: Shown,
    title: str,
    notes: tuple[str, ...],
) -> tuple[list[Block], Stored]:
    made: list[Tested] = []
    terms = []
    for b in blocks:
        term = with_conditions(b.cells.term, want, area.frame)
        facts = _facts(term.keys, base, area.population, area.frame)
        order = _order(term.keys, b.cells, area.frame)
        made.append(tables.tested(_equation(b), contrasts_of(term, facts, texts), b.quantities.some(order), base))
        terms.append(term)
    overall = wald(stacked([t.quantities for t in made]), base) if want.suboptions.get("overall") else None
    sub = dict(want.suboptions)
    if sub.pop("nowald", False):
        sub["wald"] = False
    derivative = bool(want.kind)
    out = contrast_blocks(
        made, terms, sub, base, want.how, shown, overall, delta=True,
        title=title if derivative else "Contrast", above="Contrast" if derivative else "", notes=notes,
    )  # fmt: skip
    return out, contrast_results(made, base, want.how, overall, command)


def _facts(keys: Sequence[Key], base: Basis, population: Population, frame: Frame) -> dict[Key, FactorFacts]:
    """Levels of factors, scenarios and groups; counts from the sample of the margins."""
    out = {}
    for key in keys:
        if key == AT:
            levels: tuple[int, ...] = tuple(range(1, frame.scenarios + 1))
            out[key] = FactorFacts(levels, (1.0,) * len(levels), levels[0])
            continue
        if key in frame.over:
            at = frame.over.index(key)
            levels = tuple(sorted({g[at] for g in frame.groups}))
            if len(frame.groups) != math.prod(len({g[i] for g in frame.groups}) for i in range(len(frame.over))):
                raise NotYetAvailable("margins: contrasts over groups with empty cells are not yet available")
            counts = population.averages.totals
            share = tuple(
                float(sum(c for c, g in zip(counts, frame.groups, strict=True) if g[at] == v)) for v in levels
            )
            out[key] = FactorFacts(levels, share, levels[0])
            continue
        levels = base.model.factors[key]
        totals = population.averages.totals
        weights = tuple(float(population.averages.of([(Part(key[0], key[1], "i", v), None)]) @ totals) for v in levels)
        out[key] = FactorFacts(levels, weights, base.model.bases[key])
    return out


def _order(keys: Sequence[Key], cells: Cells, frame: Frame) -> list[int]:
    """Positions of a term's margins (scenarios, groups, cells) in the order of ``keys``."""
    axes: list[Key] = [AT] if frame.scenarios > 1 else []
    sizes = [frame.scenarios] if frame.scenarios > 1 else []
    for i, key in enumerate(frame.over):
        axes.append(key)
        sizes.append(len({g[i] for g in frame.groups}))
    axes += cells.keys
    sizes += [len(x) for x in cells.levels]
    index = np.arange(math.prod(sizes)).reshape(sizes or [1])
    if not axes:
        return [0]
    return [int(v) for v in np.transpose(index, [axes.index(k) for k in keys]).ravel()]
