"""Snapshots of the data, as preserve takes and restore brings them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
