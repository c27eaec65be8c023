"""MixedSpec and data -> Design: estimation sample, columns of X and Z, nested group codes, and all their names."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.data import factors
from mixedcli.data.dataset import Dataset
from mixedcli.data.expression import Context
from mixedcli.data.factors import ModelTerm
from mixedcli.data.missing import is_missing
from mixedcli.data.timeseries import apply as apply_operators
from mixedcli.data.varlist import resolve
from mixedcli.engine.collinear import independent_columns
from mixedcli.engine.design import Design, Equation, Factor, Floats, Ints, Level
from mixedcli.engine.recov import STRUCTURES
from mixedcli.errors import InvalidSyntax, NoObservations, TypeMismatch
from mixedcli.model import groups
from mixedcli.model.spec import (
    Assembled,
    EquationFrame,
    EquationSpec,
    LevelFrame,
    MixedSpec,
    ModelFrame,
    ResidualFrame,
    ResidualSpec,
)

Rows = NDArray[np.bool_]


@dataclass(slots=True)
class _Columns:
    """The distinct regressor columns met so far, by name; "_cons" is the constant."""

    data: Dataset
    rows: Rows | None
    n: int
    arrays: list[Floats] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)

    def add(self, term: ModelTerm | None) -> int:
        """Position of a term's column (None: the constant), made on first use.

        The key is what the column holds, not its name in e(b): "1b.x" and "1bn.x" are one column.
        """
        key = "_cons" if term is None else "#".join(sorted(str(p) for p in term.parts))
        if key not in self.index:
            self.index[key] = len(self.arrays)
            self.arrays.append(np.ones(self.n) if term is None else factors.values(term, self.data, self.rows))
        return self.index[key]


class _Survey:
    """Weights and clusters of a model, by ``model.weights``, which only such models load."""

    def __init__(self, spec: MixedSpec, data: Dataset, context: Context | None) -> None:
        from mixedcli.model import weights

        self._of, self._spec, self._data = weights, spec, data
        self._columns = weights.weight_columns(spec.weights, data, context)
        self.cluster = weights.cluster_variable(spec.vce, data) if spec.vce.cluster else ""

    def restricted(self, sample: Rows) -> Rows:
        return self._of.restrict(self._columns, sample)

    def applied(
        self, design: Design, frames: tuple[LevelFrame, ...], rows: Rows | None
    ) -> tuple[Design, tuple[LevelFrame, ...]]:
        """The design with weights and clusters, and the levels with their counts."""
        typed = tuple(dict.fromkeys(e.level for e in self._spec.equations)) if design.levels else ()
        weighted = self._of.weighted(design, typed, self._columns, rows)
        return self._of.clustered(weighted, self._spec.vce, self._data, rows), self._of.counted(weighted, frames)


def assemble(spec: MixedSpec, data: Dataset, selected: Rows, context: Context | None = None) -> Assembled:
    """The design of a model on the rows selected by if and in.

    selected: bool (observations,).  context: what weight expressions may refer to beside the data.
    Errors: r(109) string variables, r(111) unknown names, r(2000) nothing left, those of weights and clusters.
    """
    depvar = _depvar(spec, data)
    level_names = _level_names(spec, data)
    by = resolve(spec.residuals.by, data) if spec.residuals.by else ""
    time = _time_variable(spec.residuals, data)
    survey = _Survey(spec, data, context) if spec.weights.kind or spec.vce.cluster else None
    cluster = survey.cluster if survey is not None else ""
    sample = _sample(spec, data, selected, [name for name in (*level_names.values(), by, time, cluster) if name])
    if survey is not None:
        sample = survey.restricted(sample)
    if not sample.any():
        raise NoObservations("no observations")
    rows = None if sample.all() else sample
    n = data.n if rows is None else int(np.count_nonzero(rows))
    columns = _Columns(data, rows, n)
    y = factors.values(depvar, data, rows)
    notes: list[str] = []
    if spec.residuals.time is not None and not time:
        notes.append("Note: t() not required for this residual structure; ignored")  # stata: a public course log
    fixed, kept, x = _fixed_part(spec, data, sample, columns, notes)
    levels, level_frames = _levels(spec, data, sample, rows, columns, level_names, notes)
    residual_by, labels = _residual_groups(by, data, rows)
    design = Design(
        y=y,
        columns=tuple(columns.arrays),
        x=x,
        levels=levels,
        residual_by=residual_by,
        residual_groups=max(len(labels), 1),
    )
    if survey is not None:
        design, level_frames = survey.applied(design, level_frames, rows)
    design, residual = _correlated(design, spec.residuals, data, rows, time, by)
    frame = ModelFrame(
        depvar=depvar.name,
        fixed=fixed,
        kept=kept,
        levels=level_frames,
        residual_by=by,
        residual_labels=labels,
        notes=tuple(notes),
        cluster=cluster or (level_frames[0].name if level_frames and spec.vce.kind != "oim" else ""),
        residual=residual,
    )
    return Assembled(design, frame, sample)


def _time_variable(spec: ResidualSpec, data: Dataset) -> str:
    """The variable of t() where the residual structure uses it, else ""."""
    if spec.structure == "independent":
        return ""
    from mixedcli.model.correlation import time_variable

    return time_variable(spec, data)


def _correlated(
    design: Design, spec: ResidualSpec, data: Dataset, rows: Rows | None, time: str, by: str
) -> tuple[Design, ResidualFrame]:
    """The design with correlated residuals, if there are any."""
    if spec.structure == "independent":
        return design, ResidualFrame()
    from mixedcli.model.correlation import correlated

    return correlated(design, spec, data, rows, time, by)


def _depvar(spec: MixedSpec, data: Dataset) -> ModelTerm:
    assert isinstance(spec.depvar, ast.VarRef)
    name = resolve(spec.depvar.pattern, data, spec.depvar.span)
    if data.column(name).is_string:
        raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable", spec.depvar.span)
    return factors.continuous(name, spec.depvar.ops)


def _level_names(spec: MixedSpec, data: Dataset) -> dict[str, str]:
    """Level as typed -> variable, top first; _all has none."""
    found: dict[str, str] = {}
    for equation in spec.equations:
        if equation.level != "_all":
            found.setdefault(equation.level, resolve(equation.level, data, equation.span))
    return found


def _sample(spec: MixedSpec, data: Dataset, selected: Rows, grouping: list[str]) -> Rows:
    """Listwise deletion over every variable named in the command."""
    sample = selected.copy()
    assert isinstance(spec.depvar, ast.VarRef)
    needed = {(resolve(spec.depvar.pattern, data, spec.depvar.span), spec.depvar.ops)}
    for terms in (spec.terms, *(e.terms for e in spec.equations if e.crossed is None)):
        needed.update(factors.term_variables(terms, data))
    for name, ops in sorted(needed, key=str):
        column = data.column(name)
        values = apply_operators(column.numeric(), ops, data) if ops else column.numeric()
        sample &= ~is_missing(values)
    factor_variables = [_factor_variable(e, data) for e in spec.equations if e.crossed is not None]
    for name in (*grouping, *factor_variables):
        sample &= ~groups.missing_groups(data.column(name))
    return sample


def _fixed_part(
    spec: MixedSpec, data: Dataset, sample: Rows, columns: _Columns, notes: list[str]
) -> tuple[tuple[ModelTerm | None, ...], tuple[int, ...], tuple[int, ...]]:
    """Terms of X with the constant last, their positions in beta (-1: base, empty, omitted), and X itself."""
    terms: list[ModelTerm] = list(factors.expand(spec.terms, data, sample))
    active = [i for i, t in enumerate(terms) if t.status == "value"]
    notes += factors.empty_notes(terms)
    positions = [columns.add(terms[i]) for i in active]
    constant = [] if spec.noconstant else [columns.add(None)]
    # the constant comes first: a variable that is constant is the one to go
    keep = independent_columns([columns.arrays[p] for p in (*constant, *positions)])[len(constant) :]
    for i, kept in zip(active, keep, strict=True):
        if not kept:
            notes.append(f"note: {terms[i].name} omitted because of collinearity.")
            terms[i] = factors.omitted(terms[i])
    x = tuple(p for p, kept in zip(positions, keep, strict=True) if kept)
    place = iter(range(len(x)))
    kept_at = [next(place) if t.status == "value" else -1 for t in terms]
    if spec.noconstant:
        return tuple(terms), tuple(kept_at), x
    return (*terms, None), (*kept_at, len(x)), (*x, *constant)


def _levels(
    spec: MixedSpec,
    data: Dataset,
    sample: Rows,
    rows: Rows | None,
    columns: _Columns,
    names: dict[str, str],
    notes: list[str],
) -> tuple[tuple[Level, ...], tuple[LevelFrame, ...]]:
    levels: list[Level] = []
    frames: list[LevelFrame] = []
    codes: Ints = np.zeros(columns.n, dtype=np.int64)
    count = 1
    for typed in dict.fromkeys(e.level for e in spec.equations):
        if typed != "_all":
            own, number = groups.group_codes(data.column(names[typed]), rows)
            codes, count = groups.nest(codes, count, own, number)
        made = [
            _equation(e, data, sample, columns, notes) if e.crossed is None else _crossed(e, data, rows, codes, count)
            for e in spec.equations
            if e.level == typed
        ]
        levels.append(Level(codes, count, tuple(m[0] for m in made)))
        smallest, average, largest = groups.sizes(codes, count)
        name = names.get(typed, "_all")
        frames.append(LevelFrame(name, count, smallest, average, largest, tuple(m[1] for m in made)))
    if levels and all(e.is_empty for level in levels for e in level.equations) and _plain(spec.residuals):
        # stata: a public course log; such a model has neither group counts nor an iteration log
        notes.append("Note: all random-effects equations are empty; model is linear regression")
        return (), ()
    return tuple(levels), tuple(frames)


def _equation(
    spec: EquationSpec, data: Dataset, sample: Rows, columns: _Columns, notes: list[str]
) -> tuple[Equation, EquationFrame]:
    terms = [t for t in factors.expand(spec.terms, data, sample) if t.status == "value"]
    positions = [columns.add(t) for t in terms]
    constant = [] if spec.noconstant else [columns.add(None)]
    if not spec.collinear and len(terms) + len(constant) > 1:
        keep = independent_columns([columns.arrays[p] for p in (*constant, *positions)])[len(constant) :]
        for term, kept in zip(terms, keep, strict=True):
            if not kept:
                notes.append(f"note: {random_label(term)} omitted from {spec.level} because of collinearity.")
        positions = [p for p, kept in zip(positions, keep, strict=True) if kept]
        terms = [t for t, kept in zip(terms, keep, strict=True) if kept]
    labels = [random_label(t) for t in terms] + (["_cons"] if constant else [])
    z = (*positions, *constant)
    # a single effect has one variance whatever was asked for: Stata calls it Identity
    structure = "identity" if len(z) == 1 else spec.covariance or "independent"
    frame = EquationFrame(tuple(labels), structure, (*terms, *([None] if constant else [])))
    return Equation(z, STRUCTURES[structure]), frame


def _plain(residuals: ResidualSpec) -> bool:
    """Whether residuals are independent with one variance."""
    return residuals.structure == "independent" and residuals.by is None


def _factor_variable(spec: EquationSpec, data: Dataset) -> str:
    """The variable of R.varname.  Errors: r(198) for anything but one variable."""
    assert spec.crossed is not None
    if not isinstance(spec.crossed.var, ast.VarRef) or spec.crossed.var.ops:
        raise InvalidSyntax(f"{spec.level}: invalid level specification", spec.span)
    return resolve(spec.crossed.var.pattern, data, spec.span)


def _crossed(
    spec: EquationSpec, data: Dataset, rows: Rows | None, parent: Ints, parents: int
) -> tuple[Equation, EquationFrame]:
    """R.varname: its levels within every group of its own level."""
    name = _factor_variable(spec, data)
    codes, count = groups.nest(parent, parents, *groups.group_codes(data.column(name), rows))
    owner = np.zeros(count, dtype=np.int64)
    owner[codes] = parent
    largest = int(np.bincount(owner).max())
    # one level in every group leaves no covariance to estimate
    structure = "exchangeable" if spec.covariance == "exchangeable" and largest > 1 else "identity"
    frame = EquationFrame((f"R.{name}",), structure, factor=name)
    return Equation((), STRUCTURES[structure], Factor(codes, count, largest)), frame


def random_label(term: ModelTerm) -> str:
    """A term as the random-effects table names it: "0.girl#age", "week" (no c., no b; # stata: manual example 6)."""
    words = []
    for part in term.parts:
        name = factors.operator_prefix(part.ops) + part.var
        words.append(f"{part.level}.{name}" if part.kind == "i" else name)
    return "#".join(words)


def _residual_groups(by: str, data: Dataset, rows: Rows | None) -> tuple[Ints | None, tuple[str, ...]]:
    """Codes of residuals(, by()) groups and their labels."""
    if not by:
        return None, ()
    column = data.column(by)
    codes, count = groups.group_codes(column, rows)
    values = column.values if rows is None else column.values[rows]
    first = np.zeros(count, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    if column.is_string:
        return codes, tuple(str(values[i]) for i in first)
    texts = data.value_labels.get(column.value_label, {})
    numbers = [float(values[i]) for i in first]
    return codes, tuple(texts.get(v, f"{v:g}") for v in numbers)
