"""estat summarize: the variables of the model over the estimation sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estat.options import bind
from mixedcli.commands.estimation import coefrows, comparelayout
from mixedcli.data import factors
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.matrices.named import parted
from mixedcli.data.missing import is_missing
from mixedcli.data.stripes import term_of
from mixedcli.errors import NotFound, Unavailable
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]
OPTIONS = (
    OptionSpec("equation", "eq"),
    OptionSpec("labels", "lab"),
    OptionSpec("noheader", "nohea"),
    OptionSpec("noweights", "nowei"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(111), r(198), r(322) without an estimation sample in the data."""
    body, estimates = command.body, session.estimates
    assert isinstance(body, ast.WordsBody)
    assert estimates is not None
    given = bind(command.options, OPTIONS)
    sample = estimates.sample
    if sample is None or len(sample) != session.data.n or not sample.any():
        raise Unavailable("e(sample) information not available")  # unverified: words
    typed = [w.text for w in body.words[1:]]
    names = typed or _names(estimates, by_equation="equation" in given)
    weights = None if "noweights" in given else _weights(session, estimates, sample)
    counts = estimates.stored.macros.get("wtype") == "fweight"
    rows: list[tuple[Cell, ...] | None] = []
    table: list[tuple[float, ...]] = []
    labels = "labels" in given
    room = max(10, min(30, session.settings.linesize - 66))  # what the other columns leave of the line
    blank = (Cell(""),) * (5 if labels else 4)
    shown = comparelayout.rows(names, coefrows.labels_of(estimates), {})
    for row in shown:
        if row.name is None:
            rows += [None] if rows and row.equation else []
            rows.append((Cell(row.stub, align="left" if row.equation else "right"), *blank))
            continue
        name = parted(row.name)[1]
        facts = _facts(_column(session, name)[sample], weights, counts=counts)
        table.append(facts)
        text = (Cell(_label(session, name, room), align="left"),) if labels else ()
        rows.append((Cell(row.stub), *(Cell(v, "%9.0g") for v in facts), *text))
    heads = ("Mean", "Std. dev.", "Min", "Max")
    columns = tuple(Column((h,), 12, gap=0) for h in heads)
    if labels:
        columns += (Column(("Label",), room, "left", 2),)
    blocks: list[Block] = [Blank()]
    command_name = estimates.stored.macros.get("cmd", "")
    if "noheader" not in given:
        size = f"Number of obs = {estimates.stored.scalars.get('N', float(sample.sum())):>10,.0f}"
        blocks += [line(f"  {f'Estimation sample {command_name}':<38}{size}"), Blank()]
    # unverified: layout
    blocks.append(Grid(Column(("Variable",), 12), columns, tuple(rows), indent=2))
    r = Stored(matrices={"stats": Matrix(np.array(table), tuple(names), ("mean", "sd", "min", "max"))})
    return Outcome(blocks=tuple(blocks), r=r)


#: estimators whose e(b) holds means, not effects
MEANS = ("mean", "total", "proportion", "ratio")


def _names(estimates: Estimates, *, by_equation: bool) -> list[str]:
    """The outcome, then every variable of e(b) that is estimated, once."""
    macros = estimates.stored.macros
    # after mean, total, proportion e(depvar) is the word above the table, no variable
    found = [f"depvar:{macros['depvar']}"] if "depvar" in macros and macros.get("cmd") not in MEANS else []
    for full in estimates.stored.matrices["b"].colnames:
        equation, name = parted(full)
        try:
            status = term_of(name).status
        except NotFound:  # not a variable: var(_cons)
            continue
        if equation != "/" and name != "_cons" and status == "value":
            found.append(f"{equation}:{name}")
    return found if by_equation else list(dict.fromkeys(parted(n)[1] for n in found))


def _column(session: Session, name: str) -> Floats:
    """Values over all observations.  Errors: r(111)."""
    term = term_of(name)
    for part in term.parts:
        if part.var not in session.data:
            raise NotFound(f"variable {part.var} not found")
    return factors.values(term, session.data, None)


def _label(session: Session, name: str, room: int) -> str:
    label = session.data.column(name).label if name in session.data else ""
    return label if len(label) <= room else f"{label[: room - 2]}.."


def _weights(session: Session, estimates: Estimates, sample: NDArray[np.bool_]) -> Floats | None:
    """e(wexp) over the sample."""
    text = estimates.stored.macros.get("wexp", "").lstrip("= ")
    if not text or session.language is None:
        return None
    values = as_column(evaluate(session.language.expr(text), expression_context(session)), session.data.n)
    return np.asarray(values, dtype=np.float64)[sample]


def _facts(values: Floats, weights: Floats | None, *, counts: bool) -> tuple[float, ...]:
    """Mean, standard deviation (weights are analytic ones unless they count), minimum, maximum."""
    good = ~is_missing(values)
    values = values[good]
    if not len(values):
        return (float("nan"),) * 4
    w = np.ones(len(values)) if weights is None else weights[good]
    n = float(w.sum()) if counts else float(len(values))
    mean = float(w @ values / w.sum())
    variance = float(w @ (values - mean) ** 2 / w.sum()) * n / (n - 1) if n > 1 else float("nan")
    return mean, variance**0.5, float(values.min()), float(values.max())
