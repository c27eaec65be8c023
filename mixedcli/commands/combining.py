"""What commands that bring in a second data set share: loading it, key variables, the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.data import read
from mixedcli.data.dataset import Dataset
from mixedcli.data.files import with_suffix
from mixedcli.errors import NotFound, StringNumericMismatch, VarlistRequired
from mixedcli.results import Estimates
from mixedcli.session import KEEP, Outcome, Session


def using_name(command: ast.Command) -> str:
    """The file after using.  Errors: r(100) when there is none."""
    if command.using is None:
        raise VarlistRequired("using required", command.span)
    return command.using


def using_data(session: Session, name: str) -> Dataset:
    """The data set in a file.  Errors: those of ``use``."""
    return read.load_dta(with_suffix(name, ".dta"), session.settings.cwd, session.progress)


def subset(data: Dataset, names: Sequence[str]) -> Dataset:
    """The variables named, in the order of the data."""
    wanted = set(names)
    return data.without(n for n in data.names if n not in wanted)


def check_keys(names: Sequence[str], using: Dataset) -> None:
    """Errors: r(111) a key variable is not in the using data."""
    for name in names:
        if name not in using:
            raise NotFound(f"variable {name} not found in using data")  # unverified: wording


def check_kinds(names: Sequence[str], master: Dataset, using: Dataset) -> None:
    """Errors: r(106) a key variable is a string on one side only."""
    for name in names:
        ours, theirs = master.columns[name], using.columns[name]
        if ours.is_string != theirs.is_string:
            raise StringNumericMismatch(
                f"key variable {name} is {ours.type} in master but {theirs.type} in using data\n"
                "    Each key variable -- the variables on which observations are matched --\n"
                "    must be of the same generic type in the master and using datasets.\n"
                "    Same generic type means both numeric or both string."
            )


def combined(
    session: Session, data: Dataset, rows: NDArray[np.int64] | None, blocks: tuple[Block, ...] = ()
) -> Outcome:
    """The outcome of a command whose rows come from the session's rows (-1: from elsewhere; None: unchanged).

    e(sample) goes along: it is false in observations that are new.
    """
    if rows is None:
        return Outcome(blocks=blocks, data=data)
    before = session.data.n

    def moved(estimates: Estimates) -> Estimates:
        sample: Any = estimates.sample
        if sample is None or len(sample) != before:
            return estimates
        old = np.maximum(rows, 0)
        return replace(estimates, sample=sample[old] & (rows >= 0) if before else np.zeros(len(rows), dtype=np.bool_))

    return Outcome(
        blocks=blocks,
        data=data,
        estimates=KEEP if session.estimates is None else moved(session.estimates),
        stored={name: moved(estimates) for name, estimates in session.stored.items()},
    )
