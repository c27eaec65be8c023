"""estat recovariance: covariance or correlation matrices of the random effects, level by level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare, fitted, number_format
from mixedcli.commands.matlist import panels
from mixedcli.data.matrices.named import Named
from mixedcli.errors import NotFound, NotValid
from mixedcli.model.spec import LevelFrame, MixedFit
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("relevel", "relev", "text"),
    OptionSpec("level", "level", "text"),
    OptionSpec("correlation", "corr"),
    OptionSpec("format", "f", "text"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(111) for a level the model does not have, r(321) without random effects."""
    given = bare(command, OPTIONS)
    fit = fitted(session)
    only = given.get("relevel") or given.get("level")
    frames = fit.frame.levels
    if not any(e.labels for level in frames for e in level.equations):
        raise NotValid("model has no random effects")  # unverified: words
    if only is not None and only not in [x.name for x in frames]:
        raise NotFound(f"level {only} not found")  # unverified: words
    fmt = number_format(given["format"]) if "format" in given else "%9.0g"
    correlation = "correlation" in given
    what, key = ("correlation", "Corr") if correlation else ("covariance", "Cov")
    blocks: list[Block] = []
    matrices: dict[str, Matrix] = {}
    for i, level in enumerate(frames):
        names, values = _matrix(fit, i, level)
        if not names or (only is not None and level.name != only):
            continue
        if correlation:
            sd = np.sqrt(np.diag(values))
            values = np.divide(values, np.outer(sd, sd), out=np.full_like(values, np.nan), where=np.outer(sd, sd) > 0)
        title = f"Random-effects {what} matrix for level {level.name}"
        shown = panels(Named(values, names, names), fmt, {}, session.settings.linesize)
        blocks += [Blank(), line(title), *(x for panel in shown for x in (Blank(), panel))]
        matrices[f"{key}{len(frames) - i + 1}"] = Matrix(values, names, names)
    return Outcome(blocks=tuple(blocks), r=Stored({"relevels": len(matrices)}, {}, matrices))


def _matrix(fit: MixedFit, index: int, level: LevelFrame) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Names and Sigma of a level: its equations' matrices along the diagonal.

    The levels of R.varname have one variance; with covariance(exchangeable) two of them stand for all pairs.
    """
    blocks = [(e, s) for e, s in zip(level.equations, fit.result.sigma[index], strict=True) if e.labels]
    names = tuple(x for e, s in blocks for x in (e.labels * len(s) if e.factor else e.labels))
    out = np.zeros((len(names), len(names)))
    at = 0
    for _, block in blocks:
        out[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return names, out
