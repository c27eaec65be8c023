"""r() of margins: what stays for plots, tables and later commands."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mixedcli import ast
from mixedcli.commands.marginal import margintable, tables
from mixedcli.commands.marginal.asked import Asked, Scope
from mixedcli.commands.marginal.atspec import Wishes
from mixedcli.commands.marginal.inference import Basis, Estimates, covariance, stacked
from mixedcli.model.linearmodel import Key, LinearModel, text_of
from mixedcli.model.marginrows import At, Shares
from mixedcli.results import Floats, Matrix, Stored
from mixedcli.session import Session


def plain(
    session: Session,
    command: ast.Command,
    base: Basis,
    want: Asked,
    area: Scope,
    blocks: Sequence[margintable.Block],
    estimates: Sequence[Estimates],
    title: str,
) -> Stored:
    """r(b), r(V), r(table), r(at), r(_N), r(Jacobian) and what describes them."""
    frame, population = area.frame, area.population
    names = tuple(margintable.names_of(blocks, frame))
    whole = stacked([b.quantities for b in blocks])
    V = covariance(whole, base)
    b = np.where(whole.estimable, whole.estimate, 0.0)
    V[~whole.estimable, :] = 0.0
    V[:, ~whole.estimable] = 0.0
    letter = tables.letter(base)
    columns = base.stored.matrices["b"].colnames
    counts = np.concatenate([_counts(x, area) for x in blocks])
    status = np.concatenate([
        np.where(x.quantities.estimable, 6.0 if x.response.base else 0.0, 8.0) for x in blocks
    ])  # fmt: skip
    matrices = {
        "b": Matrix(b[None, :], ("r1",), names),
        "V": Matrix(V, names, names),
        "Jacobian": Matrix(np.where(np.isfinite(whole.gradient), whole.gradient, 0.0), names, columns),
        "_N": Matrix(counts[None, :], ("r1",), names),
        "error": Matrix(status[None, :], ("r1",), names),
        "table": tables.r_table(tables.joined(list(estimates)), names, letter),
    }
    macros = {
        "cmd": "margins",
        "cmdline": command.cmdline,
        "est_cmd": base.stored.macros.get("cmd", ""),
        "est_cmdline": base.stored.macros.get("cmdline", ""),
        "title": title,
        "expression": want.label if want.expression is not None else "predict()",
        "predict_label": want.label.split(", predict(")[0],
        "model_vce": base.stored.macros.get("vce", ""),
        "model_vcetype": base.stored.macros.get("vcetype", ""),
        "vce": "delta",
        "derivatives": {"dydx": "dy/dx", "eyex": "ey/ex", "dyex": "dy/ex", "eydx": "ey/dx"}.get(want.kind, ""),
        "xvars": " ".join(dict.fromkeys(x.response.name for x in blocks if x.response.name)),
        "margins": want.typed,
        "over": " ".join(text_of(k) for k in frame.over),
        "mcmethod": want.how.method,
        "emptycells": "strict",
    }
    matrices |= _at(want, area, base.model)
    if any(want.scenarios):
        columns_at = _columns(base.model)
        macros |= {f"atstats{k}": " ".join(_words(w, columns_at)) for k, w in enumerate(want.scenarios, 1)}
    scalars = {
        "N": population.size,
        "k_by": float(len(frame.groups)),
        "k_at": float(len(want.scenarios) if any(want.scenarios) else 0),
        "k_margins": float(len(names)),
        "level": base.level,
    }
    if letter == "t":
        scalars["df_r"] = base.df_r
    return Stored(scalars, {k: v for k, v in macros.items() if v}, matrices)


def _counts(x: margintable.Block, area: Scope) -> Floats:
    """Observations each margin is averaged over."""
    groups = np.bincount(area.population.codes, minlength=area.population.groups).astype(float)
    own = np.repeat(groups, x.cells.count)
    return np.tile(own, area.frame.scenarios)


def _columns(model: LinearModel) -> list[tuple[Key, int | None, str]]:
    """Columns of r(at): a covariate, or a level of a factor."""
    out: list[tuple[Key, int | None, str]] = []
    for key in model.covariates:
        if key not in model.factors:
            out.append((key, None, text_of(key)))
            continue
        base = model.bases[key]
        out += [(key, v, f"{v}{'b' if v == base else ''}.{text_of(key)}") for v in model.factors[key]]
    return out


def _at(want: Asked, area: Scope, model: LinearModel) -> dict[str, Matrix]:
    """r(at): what each covariate was held at in each scenario and group; missing is as observed."""
    if not any(want.scenarios):
        return {}
    columns = _columns(model)
    rows, names = [], []
    for k, wishes in enumerate(want.scenarios, 1):
        groups = range(area.population.groups) if area.population.varies(wishes) else range(1)
        for g in groups:
            settings = area.population.scenario(wishes, g)
            row = []
            for key, level, _ in columns:
                s = settings.get(key)
                if isinstance(s, At):
                    row.append(s.value if level is None else float(s.value == level))
                elif isinstance(s, Shares) and level is not None:
                    row.append(s.shares.get(level, 0.0))
                else:
                    row.append(math.nan)
            rows.append(row)
            names.append(f"{k}._at" if len(want.scenarios) > 1 else f"r{g + 1}")
    return {"at": Matrix(np.array(rows), tuple(names), tuple(c for _, _, c in columns))}


def _words(wishes: Wishes, columns: list[tuple[Key, int | None, str]]) -> list[str]:
    """How each column of r(at) came about."""
    out = []
    for key, _, _ in columns:
        wish = wishes.get(key)
        if wish is None:
            out.append("asobserved")
        elif wish.kind == "statistic":
            out.append(wish.word)
        else:
            out.append({"value": "value", "generate": "generate", "shares": "values"}[wish.kind])
    return out


def merged(first: Stored, second: Stored) -> Stored:
    """Margins with what compares them: matrices of the comparison stand first where both have one."""
    matrices = {**first.matrices, **second.matrices}
    if "b" in second.matrices and "b_vs" not in second.matrices:
        matrices["margins"] = first.matrices["b"]
    macros = {**first.macros, **{k: v for k, v in second.macros.items() if k.startswith("mc")}}
    return Stored({**first.scalars, **second.scalars}, macros, matrices)
