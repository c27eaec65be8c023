"""Predictions where R. terms were written out as indicator columns: one entry per equation, as for crossed designs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli.engine.design import Design, Equation, Floats
from mixedcli.engine.indicators import place_in_group, written_out
from mixedcli.engine.predict import LevelEffects, random_effects
from mixedcli.results import MixedResult


def indicator_effects(design: Design, result: MixedResult) -> tuple[LevelEffects, ...]:
    """BLUPs and standard errors of a design with R. terms that are narrow; these have (levels, 1)."""
    plain = written_out(design)
    whole = tuple(
        tuple(_whole(e, w, block) for e, w, block in zip(level.equations, wide.equations, blocks, strict=True))
        for level, wide, blocks in zip(design.levels, plain.levels, result.sigma, strict=True)
    )
    out = []
    for found in random_effects(plain, replace(result, sigma=whole)):
        level, at = design.levels[found.level], 0
        for j, (e, wide) in enumerate(zip(level.equations, plain.levels[found.level].equations, strict=True)):
            q = len(wide.z)
            blup, se = found.blup[:, at : at + q], found.se[:, at : at + q]
            at += q
            if e.factor is not None:
                owner, place = place_in_group(e.factor, level.codes)
                blup, se = blup[owner, place][:, None], se[owner, place][:, None]
            if q:
                out.append(LevelEffects(found.level, blup, se, j))
    return tuple(out)


def _whole(equation: Equation, wide: Equation, block: Floats) -> Floats:
    """Covariance matrix of all columns of an equation from the reported one."""
    if equation.factor is None:
        return block
    q = len(wide.z)
    shared = float(block[0, 1]) if len(block) > 1 else 0.0
    return np.asarray(shared + (float(block[0, 0]) - shared) * np.eye(q))
