"""saving(): margins as a data set, one observation each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mixedcli.blocks import Block, line
from mixedcli.commands.marginal import margintable
from mixedcli.commands.marginal.asked import Asked, Scope
from mixedcli.commands.marginal.inference import Basis, Estimates
from mixedcli.commands.marginal.labels import variable_labels
from mixedcli.commands.marginal.margintable import AT
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_write import write_dta
from mixedcli.data.files import located, opening, with_suffix
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import FileExists, InvalidSyntax
from mixedcli.model.linearmodel import Key, text_of
from mixedcli.model.marginrows import At
from mixedcli.results import Floats
from mixedcli.session import Session


def saved(
    session: Session,
    text: str,
    base: Basis,
    want: Asked,
    area: Scope,
    blocks: Sequence[margintable.Block],
    estimates: Sequence[Estimates],
) -> list[Block]:
    """Write the file.  Errors: r(198), r(602), r(603)."""
    name, _, rest = text.partition(",")
    words = rest.split()
    if not name.strip() or any(w not in ("replace", "double") for w in words):
        raise InvalidSyntax("option saving() incorrectly specified")
    file = with_suffix(name.strip().strip('"'), ".dta")
    path: Path = located(file, session.settings.cwd)
    with opening(file):
        exists = path.exists()
    if exists and "replace" not in words:
        raise FileExists(f"file {file} already exists")
    data = _data(session, base, want, area, blocks, estimates)
    write_dta(data, path, file, session.progress)
    return [line(f"file {file} saved")] if not exists or "replace" in words else []


def _data(
    session: Session,
    base: Basis,
    want: Asked,
    area: Scope,
    blocks: Sequence[margintable.Block],
    estimates: Sequence[Estimates],
) -> Dataset:
    columns: dict[str, tuple[list[float], str, dict[int, str]]] = {}
    count = sum(len(t.b) for t in estimates)

    def column(name: str, label: str, texts: dict[int, str] | None = None) -> list[float]:
        return columns.setdefault(name, ([SYSMISS] * count, label, texts or {}))[0]

    keys: list[Key] = list(dict.fromkeys(k for b in blocks for k in b.cells.keys))
    effects = list(dict.fromkeys(b.response.name for b in blocks))
    at_row = 0
    for b, t in zip(blocks, estimates, strict=True):
        term = "_cons" if b.cells.term is None else b.cells.term.label
        terms = list(dict.fromkeys("_cons" if x.cells.term is None else x.cells.term.label for x in blocks))
        made = margintable.terms_of(area.frame, b.cells)
        for i, cell in enumerate(made):
            row = at_row + i
            if want.kind:
                column("_deriv", "Derivatives", dict(enumerate(effects, 1)))[row] = effects.index(b.response.name) + 1.0
            column("_term", "Margins term", dict(enumerate(terms, 1)))[row] = terms.index(term) + 1.0
            column("_predict", "Predict option")[row] = 1.0
            parts = {(p.var, p.ops): float(p.level or 0) for p in cell.parts} if cell is not None else {}
            scenario = int(parts.get(AT, 1.0))
            if any(want.scenarios):
                column("_at", "at() specification")[row] = float(scenario)
            for name, values in (("_margin", t.b), ("_se_margin", t.se), ("_statistic", t.statistic),
                                 ("_pvalue", t.p), ("_ci_lb", t.lo), ("_ci_ub", t.hi)):  # fmt: skip
                column(name, _LABELS[name])[row] = _number(values, i)
            for k, key in enumerate(keys, 1):
                if key in parts:
                    column(f"_m{k}", text_of(key), variable_labels(session, key[0]))[row] = parts[key]
            for k, key in enumerate(area.frame.over, 1):
                column(f"_by{k}", text_of(key), variable_labels(session, key[0]))[row] = parts[key]
            settings = area.population.scenario(want.scenarios[scenario - 1], 0)
            for k, key in enumerate(base.model.covariates, 1):
                setting = settings.get(key)
                if isinstance(setting, At):
                    texts = variable_labels(session, key[0]) if key in base.model.factors else {}
                    column(f"_at{k}", text_of(key), texts)[row] = setting.value
        at_row += len(made)
    order = [n for n in ("_deriv", "_term", "_predict", "_at", *_LABELS) if n in columns]
    order += [n for n in columns if n not in order]
    labels = {n: {float(v): t for v, t in columns[n][2].items()} for n in order if columns[n][2]}
    return _labelled(columns, order, labels)


def _labelled(
    columns: dict[str, tuple[list[float], str, dict[int, str]]], order: list[str], labels: dict[str, dict[float, str]]
) -> Dataset:
    made = Dataset().with_columns(
        Column(n, "double", np.array(columns[n][0]), "%10.0g", columns[n][1], n if n in labels else "") for n in order
    )
    for name, texts in labels.items():
        made = made.with_value_label(name, texts)
    return made


_LABELS = {
    "_margin": "Margins",
    "_se_margin": "Margins Std. err.",
    "_statistic": "Margins Statistics",
    "_pvalue": "Margins Pr > stat",
    "_ci_lb": "Margins CI lower bound",
    "_ci_ub": "Margins CI upper bound",
}


def _number(values: Floats, i: int) -> float:
    return float(values[i]) if np.isfinite(values[i]) else SYSMISS
