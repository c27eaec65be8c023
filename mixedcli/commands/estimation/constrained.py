"""constraints() of mixed: from defined constraints to R beta = r on the fixed part, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mixedcli import ast
from mixedcli.commands.context import column_of
from mixedcli.commands.estimation.hypotheses import Linear, describe, linear
from mixedcli.commands.estimation.names import fixed_names
from mixedcli.engine.design import Design, FitOptions
from mixedcli.errors import NotFound, StataError
from mixedcli.frozen import frozen
from mixedcli.model.spec import ConstraintLines, ModelFrame
from mixedcli.results import Matrix, MixedResult, Stored
from mixedcli.session import Session

if TYPE_CHECKING:
    from mixedcli.engine.constraints import Reduced


@frozen
class Bound:
    """Constraints of one model.  notes: about constraints that could not be used."""

    reduced: Reduced
    shown: ConstraintLines
    notes: tuple[str, ...]


def bind(session: Session, numbers: Sequence[int], frame: ModelFrame) -> Bound:
    """Find the constraints and solve them.  Errors: r(111) one is not defined, r(412) contradictions."""
    names = tuple(f"{frame.depvar}:{name}" for name in fixed_names(frame))
    stub = Stored(matrices={"b": Matrix(np.zeros((1, len(names))), ("y1",), names)})
    kept = np.array(frame.kept, dtype=np.int64)
    there = np.flatnonzero(kept >= 0)
    found: list[Linear] = []
    notes: list[str] = []
    for number in numbers:
        if number not in session.constraints:
            raise NotFound(f"constraint {number} not defined")  # unverified: wording
        try:
            rows = _rows(session.constraints[number].spec, stub)
        except StataError as error:
            # stata: a Statalist thread on cnsreg
            notes.append(f"(note: constraint number {number} caused error r({error.rc}))")
            continue
        for row in rows:
            if row.coefficients[there].any():
                found.append(row)
            else:  # unverified: a constraint on omitted or base columns only
                notes.append(f"(note: constraint number {number} dropped)")
    R = np.zeros((len(found), int(kept.max(initial=-1)) + 1))
    for i, row in enumerate(found):
        R[i, kept[there]] = row.coefficients[there]
    r = np.array([-row.constant for row in found])
    from mixedcli.engine.constraints import reduce

    reduced = reduce(R, r)
    chosen = [found[i] for i in reduced.kept]
    matrix = np.array([[*row.coefficients, -row.constant] for row in chosen]).reshape(len(chosen), len(names) + 1)
    texts = tuple(describe(row, stub) for row in chosen)
    return Bound(reduced, ConstraintLines(texts, matrix), tuple(notes))


def fit(design: Design, options: FitOptions, bound: Bound) -> MixedResult:
    """Fit under the constraints."""
    from mixedcli.engine.constraints import fit_constrained

    return fit_constrained(design, options, bound.reduced)


def _rows(spec: ast.TestSpec, stub: Stored) -> list[Linear]:
    """What is to be zero, one row for each equation."""
    if spec.sides:
        sides = [linear(side, stub) for side in spec.sides]
        return [first - second for first, second in pairwise(sides)]
    names = stub.matrices["b"].colnames
    out = []
    for coef in spec.coefs:
        if coef.name is None:
            places = [i for i, name in enumerate(names) if name.startswith(f"{coef.equation}:") and "_cons" not in name]
        else:
            places = [column_of(names, coef.equation, coef.name)]
        for place in places:
            unit = np.zeros(len(names))
            unit[place] = 1.0
            out.append(Linear(unit, 0.0))
    return out
