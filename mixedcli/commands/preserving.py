"""Snapshots of the data, as preserve takes and restore brings them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mixedcli.commands.rearrange import rearranged
from mixedcli.data.dataset import Column, Dataset
from mixedcli.results import Estimates
from mixedcli.session import KEEP, Outcome, Session, Snapshot

_CURRENT = ""  # stands for the last estimates among the stored ones


def snapshot(session: Session) -> Snapshot:
    """The data as they are, and whose estimation sample they carry."""
    known = {**session.stored, **({_CURRENT: session.estimates} if session.estimates is not None else {})}
    return Snapshot(session.data, {name: (held.stored, held.sample) for name, held in known.items()})


def restored(session: Session, kept: Snapshot) -> Outcome:
    """The data back, with the estimation samples that belong to them; later estimates have lost theirs, as in Stata."""
    same = kept.data is session.data
    samples = {id(stored): sample for stored, sample in kept.samples.values()}

    def back(estimates: Estimates) -> Estimates:
        if same:
            return estimates
        sample: Any = samples.get(id(estimates.stored))
        return replace(estimates, sample=sample)

    return Outcome(
        data=kept.data,
        estimates=KEEP if session.estimates is None else back(session.estimates),
        stored={name: back(held) for name, held in session.stored.items()},
    )


_ORDER = "__sortorder"


def keeping_order(session: Session) -> Outcome:
    """A hidden variable that numbers the observations, for ``order_restored``."""
    data = session.data
    if not data.columns:
        return Outcome()
    numbers = Column(_ORDER, "long", np.arange(1, data.n + 1, dtype=np.int32), characteristics=_sorted_by(data))
    return Outcome(data=replace(data.with_columns([numbers]), changed=data.changed, sorted_by=data.sorted_by))


def order_restored(session: Session) -> Outcome:
    """The observations in the order that ``keeping_order`` saw, and without its variable."""
    data = session.data
    if _ORDER not in data:
        return Outcome()
    held = data.column(_ORDER)
    order = np.argsort(held.values, kind="stable")
    before = tuple(held.characteristics.get("sortedby", "").split())
    back = data.rows(order, keeps_order=False).without([_ORDER])
    names = before if all(name in back for name in before) else ()
    return rearranged(session, replace(back, sorted_by=names, changed=data.changed), order)


def _sorted_by(data: Dataset) -> dict[str, str]:
    return {"sortedby": " ".join(data.sorted_by)}
