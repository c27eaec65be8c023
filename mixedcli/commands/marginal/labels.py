"""Value labels of factors, as the fit keeps them or else as the data have them."""

from __future__ import annotations

from mixedcli.commands.estimation import coefrows
from mixedcli.model.linearmodel import Key, LinearModel
from mixedcli.session import Session


def value_labels(session: Session, model: LinearModel) -> dict[Key, dict[int, str]]:
    """Factor -> {level: text}."""
    found: dict[Key, dict[int, str]] = {}
    kept = coefrows.labels_of(session.estimates)
    for key in model.factors:
        texts = dict(kept.get(key[0], {}))
        found[key] = texts or variable_labels(session, key[0])
    return found


def variable_labels(session: Session, name: str) -> dict[int, str]:
    """The value label of a variable in memory."""
    data = session.data
    if name not in data:
        return {}
    texts = data.value_labels.get(data.column(name).value_label, {})
    return {int(v): t for v, t in texts.items() if v == int(v)}
