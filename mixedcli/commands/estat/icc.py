"""estat icc: intraclass correlations of every level, with delta-method standard errors and logit intervals."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Note, ParamBlock, ParamRow, ParamTable, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bind
from mixedcli.engine import inference
from mixedcli.errors import InvalidSyntax, NotYetAvailable, Unavailable
from mixedcli.model.spec import MixedFit
from mixedcli.results import Matrix, Quantity, Stored
from mixedcli.session import Outcome, Session


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(322) after models without a single residual variance or with R. terms."""
    given = bind(command.options, (OptionSpec("level", "l", "text"),))
    assert session.estimates is not None
    fit = session.estimates.fit
    if not isinstance(fit, MixedFit):
        raise NotYetAvailable("estat icc is not yet available after this command")
    level = session.settings.level if "level" not in given else _level(given["level"])
    _check(fit)
    names, values = _correlations(fit)
    rows: list[ParamRow] = []
    scalars: dict[str, float] = {}
    macros: dict[str, str] = {}
    matrices: dict[str, Matrix] = {}
    count = len(names)
    for k, (name, quantity) in enumerate(zip(names, values, strict=True)):
        lo, hi = inference.interval(quantity, level)
        rows.append(ParamRow(name, quantity.estimate, quantity.se, lo, hi))
        number = count - k + 1  # 2 is the lowest level
        scalars |= {f"icc{number}": quantity.estimate, f"se{number}": quantity.se}
        macros[f"label{number}"] = name
        matrices[f"ci{number}"] = Matrix(np.array([[lo, hi]]), ("r1",), ("ll", "ul"))
    covariates = any(t is not None and j >= 0 for t, j in zip(fit.frame.fixed, fit.frame.kept, strict=True))
    equations = [e for x in fit.frame.levels for e in x.equations if e.labels]
    conditional = any(e.labels != ("_cons",) for e in equations)
    title = "Residual intraclass correlation" if covariates else "Intraclass correlation"
    table = ParamTable((ParamBlock((), tuple(rows)),), level=level, stub="Level", estimate="ICC")
    blocks: list[Block] = [Blank(), line(title), Blank(), table]
    if conditional:  # unverified: wording of title and note with random coefficients
        blocks[1] = line(f"Conditional {title[0].lower()}{title[1:]}")
        blocks.append(Note("ICC is conditional on zero values of random-effects covariates."))
    return Outcome(blocks=tuple(blocks), r=Stored({**scalars, "level": level}, macros, matrices))


def _level(text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        raise InvalidSyntax("option level() incorrectly specified") from None
    if not 10 <= value <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    return value


def _check(fit: MixedFit) -> None:
    frame = fit.frame
    if frame.residual_by or frame.residual.title != "Independent":
        raise Unavailable("estat icc is not available with this residual structure")  # unverified: words
    if any(e.factor for level in frame.levels for e in level.equations):
        raise Unavailable("estat icc is not available with crossed effects")  # unverified: words
    if not any("_cons" in e.labels for level in frame.levels for e in level.equations):
        raise Unavailable("estat icc requires a random intercept")  # unverified: words


def _correlations(fit: MixedFit) -> tuple[list[str], list[Quantity]]:
    """ICC of every level, top first: intercept variances down to the level over the total.

    With v = exp(2 theta) for every log SD involved, the gradient of A / (A + B) is 2 v B / (A + B)^2 above the cut
    and -2 v A / (A + B)^2 below it.
    """
    result, frame = fit.result, fit.frame
    places, levels = [], []
    for k, name in enumerate(result.theta_names):
        if name.kind == "lnsig_e":
            places.append(k)
            levels.append(len(frame.levels))
        elif name.kind == "lns":
            labels = frame.levels[name.level].equations[name.equation].labels
            if "_cons" in [labels[t] for t in name.terms]:
                places.append(k)
                levels.append(name.level)
    v = np.exp(2 * result.theta[places])
    at = np.array(levels)
    V = result.vcov_theta[np.ix_(places, places)]
    total = float(v.sum())
    names, out, path = [], [], ""
    for i, level in enumerate(frame.levels):
        path = level.name if not path else f"{level.name}|{path}"
        if not (at == i).any():
            continue
        above = float(v[at <= i].sum())
        slope = np.where(at <= i, 2 * v * (total - above), -2 * v * above) / total**2
        variance = float(slope @ V @ slope)
        names.append(path)
        out.append(Quantity(above / total, variance**0.5 if variance >= 0 else float("nan"), "logit"))
    return names, out
