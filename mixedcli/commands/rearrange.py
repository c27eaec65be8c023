"""Dropping and reordering observations: the estimation samples of e() go along with the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Block
from mixedcli.data.dataset import Dataset
from mixedcli.results import Estimates
from mixedcli.session import KEEP, Outcome, Session, Settings


def rearranged(
    session: Session,
    data: Dataset,
    rows: NDArray[Any],
    blocks: tuple[Block, ...] = (),
    settings: Settings = KEEP,
) -> Outcome:
    """The outcome of a command that leaves ``data``: the session's rows selected by a bool mask or index array.

    As in Stata, e(sample) keeps marking the same observations, in the last and in all stored estimates.
    """
    before = session.data.n

    def moved(estimates: Estimates) -> Estimates:
        if estimates.sample is None or len(estimates.sample) != before:
            return estimates
        return replace(estimates, sample=estimates.sample[rows])

    return Outcome(
        blocks=blocks,
        data=data,
        estimates=KEEP if session.estimates is None else moved(session.estimates),
        stored={name: moved(estimates) for name, estimates in session.stored.items()},
        settings=settings,
    )


def grown(session: Session, data: Dataset, blocks: tuple[Block, ...] = ()) -> Outcome:
    """The outcome of a command that adds observations at the end: these are in no estimation sample."""
    before = session.data.n

    def longer(estimates: Estimates) -> Estimates:
        if estimates.sample is None or len(estimates.sample) != before:
            return estimates
        return replace(estimates, sample=np.append(estimates.sample, np.zeros(data.n - before, dtype=np.bool_)))

    return Outcome(
        blocks=blocks,
        data=data,
        estimates=KEEP if session.estimates is None else longer(session.estimates),
        stored={name: longer(estimates) for name, estimates in session.stored.items()},
    )
