"""The cells of factors as texts: numbers side by side, or joined by # where a level has a label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from mixedcli.commands.marginal.contrasting import Texts, level_text
from mixedcli.model.linearmodel import Key


def cell_texts(factors: Sequence[tuple[Key, Sequence[int]]], texts: Texts) -> list[str]:
    """One text for each combination of levels, the last factor varying fastest."""
    shown = [[level_text(key, v, texts) for v in levels] for key, levels in factors]
    labelled = any(texts.get(key, {}).get(v) is not None for key, levels in factors for v in levels)
    if labelled:
        return ["#".join(cell) for cell in product(*shown)]
    widths = [max(map(len, words), default=0) for words in shown]
    return [" ".join(w.rjust(n) for w, n in zip(cell, widths, strict=True)) for cell in product(*shown)]
