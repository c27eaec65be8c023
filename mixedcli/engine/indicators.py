"""R. terms written out as ordinary random effects: one indicator column per level of the factor.

Crossed designs have an elimination of their own (``crossed``), for independent residuals and groups that count once.
With correlated residuals or weights of groups the nested elimination takes over: to it, R.a within a level is
an equation of that level with as many effects as any of its groups has levels of a, all with one variance.

A group with fewer levels leaves the last columns empty: its effects still have the structure's covariance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.design import Design, Equation, Factor, Floats, Ints, Level
from mixedcli.engine.recov import Exchangeable, Identity, ParamRow
from mixedcli.errors import NotYetAvailable

WIDEST = 400  # columns of one level: the elimination's matrices are dense


class IndicatorIdentity(Identity):
    """Independent levels with one variance; shown as the single effect R.varname."""

    __slots__ = ()

    def rows(self) -> tuple[ParamRow, ...]:
        return (ParamRow("var", (0,)),)

    def reported(self, kappa: Floats) -> Floats:
        return np.array([[float(kappa[0])]])


class IndicatorExchangeable(Exchangeable):
    """Levels with one variance and one covariance; shown as those of the single effect R.varname."""

    __slots__ = ()

    def rows(self) -> tuple[ParamRow, ...]:
        return ParamRow("var", (0,)), ParamRow("cov", (0,))

    def reported(self, kappa: Floats) -> Floats:
        v, c = kappa.tolist()
        return np.array([[v, c], [c, v]])


def narrow(design: Design) -> bool:
    """Whether the factors have few enough levels to be written out."""
    return all(sum(e.factor.largest if e.factor else len(e.z) for e in x.equations) <= WIDEST for x in design.levels)


def needs_indicators(design: Design) -> bool:
    """Whether the design has R. terms beside something that only the nested elimination knows."""
    weighted = any(level.weights is not None for level in design.levels)
    return design.crossed and (weighted or design.correlation is not None)


def with_indicators(design: Design) -> Design:
    """The design without factors, where ``needs_indicators``; else the design itself.

    Raises NotYetAvailable (r(198)) for factors of very many levels.
    """
    return written_out(design) if needs_indicators(design) else design


def written_out(design: Design) -> Design:
    """The design without factors.  Errors: as ``with_indicators``."""
    columns = list(design.columns)
    levels = []
    for level in design.levels:
        equations = tuple(e if e.factor is None else _written(e, e.factor, level, columns) for e in level.equations)
        if sum(len(e.z) for e in equations) > WIDEST:
            raise NotYetAvailable(
                f"R.varname with more than {WIDEST} levels is not yet available together with correlated residuals "
                "or weights of groups"
            )
        levels.append(replace(level, equations=equations))
    return replace(design, columns=tuple(columns), levels=tuple(levels))


def place_in_group(factor: Factor, codes: Ints) -> tuple[Ints, Ints]:
    """Group of every level of the factor, and its place among that group's levels, both (levels,)."""
    owner = np.zeros(factor.levels, dtype=np.int64)
    owner[factor.codes] = codes
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner)
    place = np.empty(factor.levels, dtype=np.int64)
    place[order] = np.arange(factor.levels) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, place


def _written(equation: Equation, factor: Factor, level: Level, columns: list[NDArray[np.float64]]) -> Equation:
    """The equation with columns of its own, which are appended to ``columns``."""
    if factor.largest > WIDEST:
        return replace(equation, z=tuple(range(factor.largest)), factor=None)  # refused by the caller
    exchangeable = equation.covariance is Exchangeable
    _, place = place_in_group(factor, level.codes)
    of_row = place[factor.codes]
    width = max(factor.largest, 2) if exchangeable else factor.largest
    z = tuple(range(len(columns), len(columns) + width))
    columns.extend((of_row == k).astype(float) for k in range(width))
    return Equation(z, IndicatorExchangeable if exchangeable else IndicatorIdentity)
