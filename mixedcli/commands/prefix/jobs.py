"""What is run again and again: a command on data drawn anew, each replication with its own stream of random numbers.

Replication k, from 0, of seed s draws from ``numpy.random.default_rng(numpy.random.SeedSequence(s, spawn_key=(k,)))``:
first the seed of what the command itself may draw, then the sample.  It is not Stata's stream.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.commands.prefix.replicating import Replicate
from mixedcli.commands.prefix.statistics import Statistic, values
from mixedcli.commands.prefix.subject import again
from mixedcli.commands.prefix.through import ran
from mixedcli.data import resampling
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.data.resampling import Units
from mixedcli.data.stream import DEFAULT_SEED
from mixedcli.errors import Interrupted, StataError
from mixedcli.frozen import frozen
from mixedcli.session import Session

_SEEDS = 2**31 - 1


def stream(seed: int, number: int) -> tuple[np.random.Generator, int]:
    """The generator of a replication, and the seed it gives to the command."""
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    return generator, int(generator.integers(1, _SEEDS))


def seed_of(session: Session, given: int | None) -> int:
    """The seed of a prefix command: its option, or the session's."""
    if given is not None:
        return abs(given)
    return abs(DEFAULT_SEED if session.settings.seed is None else session.settings.seed)


def seed_after(seed: int, count: int) -> int:
    """What the session goes on with."""
    return stream(seed, count)[1]


@frozen
class Run:
    """A command and what is kept of it.

    session: programs, macros, settings; its data are replaced.  names: those e(b) must have when all of it is kept,
    else empty.  reject: results for which it is true do not count.
    """

    session: Session
    text: str
    wanted: tuple[Statistic, ...]
    names: tuple[str, ...] = ()
    reject: ast.Expr | None = None
    noisily: bool = False

    def on(self, data: Dataset, seed: int) -> Replicate:
        """Run on these data.  A command that fails has no values."""
        nothing = (np.nan,) * len(self.wanted)
        try:
            done = ran(again(self.session, data, seed), self.text)
            after = done.session
            if self.reject is not None and scalar(self.reject, expression_context(after)):
                return Replicate(nothing, "x")
            kept = self._kept(after)
        except Interrupted:
            raise
        except StataError:
            return Replicate(nothing, "x")
        shown = done.blocks if self.noisily else ()
        return Replicate(kept, "x" if np.isnan(kept).any() else ".", shown)

    def _kept(self, after: Session) -> tuple[float, ...]:
        if not self.names:
            return tuple(x if x < SYSMISS else np.nan for x in values(after, self.wanted))
        b = after.e.matrices.get("b")
        if b is None or b.colnames != self.names:  # a coefficient that could not be estimated is none that is 0
            return (np.nan,) * len(self.names)
        return tuple(b.values[0].tolist())


def run_of(
    session: Session,
    text: str,
    wanted: tuple[Statistic, ...],
    names: tuple[str, ...] = (),
    reject: ast.Expr | None = None,
    *,
    noisily: bool = False,
) -> Run:
    """The same with a session that is quick to send: no data, no results of earlier commands."""
    return Run(again(session, Dataset(), 0), text, wanted, names, reject, noisily)


@frozen
class Bootstrap:
    """Units drawn with replacement.  size: in each stratum, or None.  identifier: the variable that tells draws apart;
    group: one that is numbered anew, so that it differs where draws differ."""

    run: Run
    data: Dataset
    units: Units
    seed: int
    size: int | None = None
    identifier: str = ""
    group: str = ""

    def __call__(self, number: int) -> Replicate:
        generator, own = stream(self.seed, number)
        drawn = resampling.draw(self.units, generator, self.size)
        data = self.data.rows(drawn.rows, keeps_order=False)
        return self.run.on(numbered(data, drawn.place, self.identifier, self.group), own)


@frozen
class LeaveOut:
    """All units but one."""

    run: Run
    data: Dataset
    units: Units
    seed: int
    identifier: str = ""

    def __call__(self, number: int) -> Replicate:
        rows = resampling.without(self.units, number)
        data = self.data.rows(rows)
        if self.identifier:
            data = numbered(data, self.units.member[rows], self.identifier)
        return self.run.on(data, stream(self.seed, number)[1])


@frozen
class Simulate:
    """The command as it is, with other random numbers."""

    run: Run
    data: Dataset
    seed: int

    def __call__(self, number: int) -> Replicate:
        return self.run.on(self.data, stream(self.seed, number)[1])


@frozen
class Permute:
    """The values of a variable in another order, within strata."""

    run: Run
    data: Dataset
    variable: str
    strata: NDArray[np.int64]
    seed: int

    def __call__(self, number: int) -> Replicate:
        generator, own = stream(self.seed, number)
        # a random order within strata, put where the strata's rows are
        shuffled = np.lexsort((generator.random(len(self.strata)), self.strata))
        places = np.argsort(self.strata, kind="stable")
        column = self.data.column(self.variable)
        values_ = column.values.copy()
        values_[places] = column.values[shuffled]
        return self.run.on(self.data.with_columns([replace(column, values=values_)]), own)


@frozen
class Windows:
    """The command on stretches of time: rows of each window, in order."""

    run: Run
    data: Dataset
    rows: tuple[NDArray[np.int64], ...]
    seed: int

    def __call__(self, number: int) -> Replicate:
        return self.run.on(self.data.rows(self.rows[number]), stream(self.seed, number)[1])


def numbered(data: Dataset, place: NDArray[np.int64], identifier: str, group: str = "") -> Dataset:
    """The data with draws numbered from 1 in ``identifier``, and ``group`` told apart by draw and its own value."""
    made: list[Column] = []
    if identifier:
        made.append(Column(identifier, "long", (place + 1).astype(np.int32), "%12.0g"))
    if group:
        from mixedcli.data.grouping import grouped

        marked = data.with_columns([Column("__draw", "long", place.astype(np.int32))])
        member = grouped(marked, ("__draw", group)).member
        made.append(Column(group, "long", (member + 1).astype(np.int32), "%12.0g"))
    return data.with_columns(made) if made else data
