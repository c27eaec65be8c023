"""estat recovariance: covariance or correlation matrices of the random effects, level by level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Cell, Column, Grid, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bind
from mixedcli.errors import NotFound, NotYetAvailable
from mixedcli.model.spec import LevelFrame, MixedFit
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("relevel", "relev", "text"),
    OptionSpec("level", "level", "text"),
    OptionSpec("correlation", "corr"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(111) for a level the model does not have."""
    given = bind(command.options, OPTIONS)
    assert session.estimates is not None
    fit = session.estimates.fit
    if not isinstance(fit, MixedFit):
        raise NotYetAvailable("estat recovariance is not yet available after this command")
    only = given.get("relevel") or given.get("level")
    frames = fit.frame.levels
    if any(e.factor for level in frames for e in level.equations):
        raise NotYetAvailable("estat recovariance is not yet available with R. terms")
    if only is not None and only not in [x.name for x in frames]:
        raise NotFound(f"level {only} not found")  # unverified: words
    correlation = "correlation" in given
    what, key = ("correlation", "Corr") if correlation else ("covariance", "Cov")
    blocks: list[Block] = []
    matrices: dict[str, Matrix] = {}
    for i, level in enumerate(frames):
        names = tuple(label for e in level.equations for label in e.labels)
        if not names or (only is not None and level.name != only):
            continue
        values = _matrix(fit, i, level)
        if correlation:
            sd = np.sqrt(np.diag(values))
            values = np.divide(values, np.outer(sd, sd), out=np.full_like(values, np.nan), where=np.outer(sd, sd) > 0)
        title = f"Random-effects {what} matrix for level {level.name}"
        blocks += [Blank(), line(title), Blank(), _triangle(names, values)]
        matrices[f"{key}{len(frames) - i + 1}"] = Matrix(values, names, names)
    return Outcome(blocks=tuple(blocks), r=Stored({"relevels": len(matrices)}, {}, matrices))


def _triangle(names: tuple[str, ...], values: NDArray[np.float64]) -> Grid:
    """The lower triangle as Stata's matlist shows it (OUTPUT.md 4)."""
    columns = tuple(Column((name,), max(9, len(name)), gap=2 if k else 1) for k, name in enumerate(names))
    rows = tuple(
        (Cell(name), *(Cell(float(values[i, j])) if j <= i else Cell("") for j in range(len(names))))
        for i, name in enumerate(names)
    )
    return Grid(Column(("",), 12), columns, rows, top=False, bottom=False, tail=1)


def _matrix(fit: MixedFit, index: int, level: LevelFrame) -> NDArray[np.float64]:
    """Sigma of a level: its equations' matrices along the diagonal."""
    blocks = [s for s, e in zip(fit.result.sigma[index], level.equations, strict=True) if e.labels]
    out = np.zeros((sum(len(b) for b in blocks),) * 2)
    at = 0
    for block in blocks:
        out[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return out
