"""estat icc: intraclass correlations of every level, with delta-method standard errors and logit intervals."""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Note, ParamBlock, ParamRow, ParamTable, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare, fitted, level_of
from mixedcli.engine import inference
from mixedcli.errors import NotValid
from mixedcli.model.spec import MixedFit
from mixedcli.results import Matrix, Quantity, Stored
from mixedcli.session import Outcome, Session


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(321) after models without a single residual variance, without random intercepts or with R. terms."""
    given = bare(command, (OptionSpec("level", "l", "text"),))
    fit = fitted(session)
    level = session.settings.level if "level" not in given else level_of(given["level"])
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
    kind = "Conditional intraclass" if conditional else "Residual intraclass" if covariates else "Intraclass"
    table = ParamTable((ParamBlock((), tuple(rows)),), level=level, stub="Level", estimate="ICC")
    blocks: list[Block] = [Blank(), line(f"{kind} correlation"), Blank(), table]
    if conditional:
        blocks.append(Note("ICC is conditional on zero values of random-effects covariates."))  # unverified: words
    return Outcome(blocks=tuple(blocks), r=Stored({**scalars, "level": level}, macros, matrices))


def _check(fit: MixedFit) -> None:
    """ICCs are shares of one total variance: one residual variance, nested levels, a random intercept at each."""
    frame = fit.frame
    what = ""
    if frame.residual_by or frame.residual.title != "Independent":
        what = "with heteroskedastic or correlated residuals"
    elif any(e.factor for level in frame.levels for e in level.equations):
        what = "with crossed effects"
    elif not frame.levels:
        what = "without random effects"
    elif any("_cons" not in [x for e in level.equations for x in e.labels] for level in frame.levels):
        what = "with a level that has no random intercept"
    if what:
        raise NotValid(f"estat icc not allowed after models {what}")  # unverified: words


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
    names_at = [result.theta_names[k] for k in places if result.theta_names[k].kind == "lns"]
    for i, level in enumerate(frame.levels):
        path = level.name if not path else f"{level.name}|{path}"
        if not (at == i).any():
            continue
        above = float(v[at <= i].sum())
        slope = np.where(at <= i, 2 * v * (total - above), -2 * v * above) / total**2
        variance = float(slope @ V @ slope)
        names.append(path)
        # all variances above the cut are estimated as 0: no interval
        lost = all((x.level, x.equation, x.terms[0]) in result.singular for x in names_at if x.level <= i)
        se = variance**0.5 if variance >= 0 and not lost else float("nan")
        out.append(Quantity(above / total, se, "logit"))
    return names, out
