"""Everything a command may depend on, as one value: data, e(), r(), stored estimates, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mixedcli.data.bygroups import ByGroups
from mixedcli.data.dataset import Dataset
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Matrix, Stored


@frozen
class Settings:
    """What ``set`` changes and results depend on."""

    linesize: int = 79
    level: float = 95.0
    default_type: str = "float"  # set type
    varabbrev: bool = True
    seed: int | None = None
    cwd: str = ""  # "" is the process's own working directory
    other: Mapping[str, str] = field(default_factory=dict)  # accepted without effect: set more off ...


@frozen
class Constraint:
    """A constraint as defined: its number, its specification (an ast.TestSpec) and its text."""

    number: int
    spec: Any
    text: str


@dataclass(slots=True)
class Session:
    """A plain holder.  Commands read it; only dispatch writes it, from a command's Outcome."""

    data: Dataset = field(default_factory=Dataset)
    estimates: Estimates | None = None
    r: Stored = field(default_factory=Stored)
    stored: dict[str, Estimates] = field(default_factory=dict)  # estimates store
    scalars: dict[str, float | str] = field(default_factory=dict)
    matrices: dict[str, Matrix] = field(default_factory=dict)
    constraints: dict[int, Constraint] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    locals: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    rc: int = 0  # _rc
    by: ByGroups | None = None  # while a command runs under by
    interactive: bool = False  # at a prompt: exit asks before data are lost
    progress: Callable[[int, int], None] | None = None  # told (done, total) during long loads

    @property
    def e(self) -> Stored:
        """e() of the last estimates; empty before any."""
        return self.estimates.stored if self.estimates is not None else Stored()


@frozen
class Changed:
    """Marks "no change" apart from None in an Outcome."""


KEEP: Any = Changed()
"""Default of every Outcome field that leaves the session as it is."""


@frozen
class Outcome:
    """What a command did: what it shows and what it changes. Fields left at KEEP change nothing.

    stored: name -> Estimates to add, or None to drop it.  scalars, matrices: likewise.
    rc: a return code that does not stop the command's output from being kept (430 after non-convergence): dispatch
    stores and shows everything, then fails with it; ``error`` is the message.
    """

    blocks: tuple[Any, ...] = ()
    data: Dataset = KEEP
    estimates: Estimates | None = KEEP
    r: Stored = KEEP
    stored: Mapping[str, Estimates | None] = field(default_factory=dict)
    scalars: Mapping[str, float | str | None] = field(default_factory=dict)
    matrices: Mapping[str, Matrix | None] = field(default_factory=dict)
    constraints: Mapping[int, Constraint | None] = field(default_factory=dict)
    globals: Mapping[str, str | None] = field(default_factory=dict)
    locals: Mapping[str, str | None] = field(default_factory=dict)
    settings: Settings = KEEP
    rc: int = 0
    error: str = ""
    exit: bool = False


def read_data(path: str, session: Session) -> Dataset:
    """The data set of a file or address, for callers that run no command.  Errors: r(601), r(603), r(610), r(692)."""
    from mixedcli.data.read import load

    return load(path, session.settings.cwd, session.progress)
