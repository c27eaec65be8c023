"""residuals() other than independent: the rules on t(), by() and the order, and the structures for the data at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.dataset import Dataset
from mixedcli.data.varlist import resolve
from mixedcli.engine.design import Correlation, Design, Floats, Ints
from mixedcli.engine.orthogonal import is_ones
from mixedcli.engine.residual.registry import STRUCTURES
from mixedcli.engine.residual.structure import Structure
from mixedcli.errors import (
    DataAssumption,
    InsufficientObservations,
    InvalidSyntax,
    OutOfMemory,
    RepeatedTimes,
    TypeMismatch,
)
from mixedcli.model.spec import ResidualFrame, ResidualSpec

Rows = NDArray[np.bool_]

LARGEST = 200_000_000  # numbers in the second derivatives of a structure's elements


def time_variable(spec: ResidualSpec, data: Dataset) -> str:
    """The variable of t(), "" where the structure needs none.  Errors: r(198), r(109), r(111)."""
    if spec.structure == "independent" or STRUCTURES[spec.structure].time == "none":
        return ""
    if spec.time is None:
        raise InvalidSyntax(f"t() required for residual structure {spec.structure}")  # unverified: Stata's words
    name = resolve(spec.time, data)
    if data.column(name).is_string:
        raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
    return name


def correlated(
    design: Design, spec: ResidualSpec, data: Dataset, rows: Rows | None, time: str, by_name: str
) -> tuple[Design, ResidualFrame]:
    """The design with the structures of its residuals, and what tables and e() say about them.

    time, by_name: variables of t() and by(), or "".
    Errors: r(198) order, r(451) repeated times, r(459) times or by() groups that the structure does not allow.
    """
    kind = STRUCTURES[spec.structure]
    if not design.levels:
        # unverified: what Stata says
        raise InvalidSyntax(f"residuals({spec.structure}) requires a level of groups")
    if design.weights is not None and (design.weights != 1).any():
        # a row that counts twice is seen twice at one time, and half a row has no place in a correlation structure
        if design.frequency and time:
            raise RepeatedTimes("repeated time values within panel")
        # unverified: what Stata makes of it
        raise InvalidSyntax("weights of observations are allowed only with independent residuals")
    by, by_groups = design.residual_by, design.residual_groups
    codes, groups = design.levels[-1].codes, design.levels[-1].groups
    times = np.zeros(len(codes))
    if time:
        times = data.column(time).numeric()
        times = times if rows is None else times[rows]
        _check_times(kind, times, time)
    owner = np.zeros(groups, dtype=np.int64)
    if by is not None:
        owner[codes] = by
        if (owner[codes] != by).any():
            # unverified: Stata's words
            raise DataAssumption(f"residuals(): by() variable {by_name} is not constant within lowest-level groups")
    order = np.lexsort((times, codes))
    sorted_codes, sorted_times = codes[order], times[order]
    if time and ((np.diff(sorted_codes) == 0) & (np.diff(sorted_times) == 0)).any():
        raise RepeatedTimes("repeated time values within panel")
    whole = _span(sorted_codes, sorted_times) if kind.time == "integer" else 0
    number = kind.check_order(spec.order, len(np.unique(times)), whole)
    structures: list[Structure] = []
    for b in range(by_groups):
        mine = slice(None) if by is None else owner[sorted_codes] == b
        own_codes, own_times = sorted_codes[mine], sorted_times[mine]
        span = _span(own_codes, own_times) if kind.time == "integer" else 0
        lags = _lags(own_codes, own_times) if kind.by_lag else None
        levels = np.unique(own_times) if time else np.zeros(0)
        constant = any(is_ones(design.columns[k]) for k in design.x)
        if spec.structure == "unstructured" and len(np.unique(own_codes)) < len(levels) + constant:
            # residuals of fewer groups than times: the likelihood has no maximum (unverified: what Stata says)
            raise InsufficientObservations("insufficient observations")
        largest = int(np.bincount(own_codes).max())
        # a by() group may have fewer times than all data: no parameter can be more than it shows
        own = number if spec.structure != "banded" else min(number, len(levels) - 1)
        structures.append(kind(levels, own, largest, span, lags))
        if sum(s.size for s in structures) + len(design.x) >= design.n:
            raise InsufficientObservations("insufficient observations")  # unverified: what Stata says
        _check_size(structures[-1])
    frame = ResidualFrame(kind(np.zeros(0), number).title, number, time, tuple(np.unique(times).tolist()))
    return replace(design, correlation=Correlation(tuple(structures), codes, groups, times)), frame


def _check_size(structure: Structure) -> None:
    """Errors: r(198) a structure without a parameter in these data, r(909) derivatives beyond any memory."""
    if structure.by_lag and not structure.size:
        # unverified: what Stata says
        raise InvalidSyntax(
            f"invalid residuals() specification: no two observations of a group are within {structure.order} time units"
        )
    elements = structure.span + 2 if structure.shifts else len(structure.times) ** 2
    if structure.layout == "patterns" and structure.size**2 * elements > LARGEST:
        raise OutOfMemory("op. sys. refuses to provide memory")


def _check_times(kind: type[Structure], times: Floats, name: str) -> None:
    """Errors: r(459)."""
    if kind.time == "real":
        return
    if (times != np.rint(times)).any():
        raise DataAssumption(f"time variable {name} must be integer valued")  # unverified: Stata's words
    if kind.time == "nonnegative" and (times < 0).any():
        raise DataAssumption(f"time variable {name} must be nonnegative integer valued")  # unverified


def _span(codes: Ints, times: Floats) -> int:
    """Largest distance in time within a group; rows sorted by group and time."""
    first = np.flatnonzero(np.append(True, np.diff(codes) != 0))
    last = np.append(first[1:], len(codes)) - 1
    return int(np.rint(times[last] - times[first]).max())


def _lags(codes: Ints, times: Floats) -> tuple[int, ...]:
    """Distinct distances in time of two rows of one group, increasing; rows sorted by group and time."""
    found: set[int] = set()
    whole = np.rint(times).astype(np.int64)
    for step in range(1, len(codes)):
        same = codes[step:] == codes[:-step]
        if not same.any():
            break
        found.update(np.unique((whole[step:] - whole[:-step])[same]).tolist())
    return tuple(sorted(found))
