"""Everything a command may depend on, as one value: data, e(), r(), stored estimates, settings."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol

from mixedcli.data.bygroups import ByGroups
from mixedcli.data.dataset import Dataset
from mixedcli.data.matches import Matches
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Matrix, Stored


def _proxy(contents: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(contents)


# sessions and data sets travel to worker processes
copyreg.pickle(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))


@frozen
class Settings:
    """What ``set`` changes and results depend on."""

    linesize: int = 79
    level: float = 95.0
    default_type: str = "float"  # set type
    varabbrev: bool = True
    seed: int | None = None
    cwd: str = ""  # "" is the process's own working directory
    version: float = 19.0  # of the language: version
    other: Mapping[str, str] = field(default_factory=dict)  # accepted without effect: set more off ...


@frozen
class Constraint:
    """A constraint as defined: its number, its specification (an ast.TestSpec) and its text."""

    number: int
    spec: Any
    text: str


@frozen
class Program:
    """What ``program define`` made.

    kind: "" "rclass" "eclass" "sclass".  body: the statements as ``parse`` gives them.  text: the lines as typed.
    byable: "" or "recall": it may stand behind by, and runs once for each group.
    """

    name: str
    kind: str = ""
    body: Any = ()
    text: tuple[str, ...] = ()
    source: str = ""
    sortpreserve: bool = False
    byable: str = ""


@frozen
class Script:
    """What a command asks dispatch to run next: a file or program text, with arguments.

    own: it has its own local macros (do, run), or shares the caller's (include).  shown: commands are echoed.
    arguments: the words as typed, quotes and all.
    """

    text: str
    name: str
    words: tuple[str, ...] = ()
    own: bool = True
    shown: bool = True
    arguments: str = ""


@frozen
class Snapshot:
    """What preserve keeps: the data and the estimation samples that go with them."""

    data: Dataset
    samples: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class Frame:
    """What belongs to one running program or do-file, besides its local macros.

    returned: what return and ereturn collected for the caller.  temporary: names that end with it.
    preserved: snapshots, the newest last; the oldest comes back at the end.  group: while a byable program runs for a
    group, the first of its rows and the one behind its last.
    """

    program: Program | None = None
    returned: Stored = field(default_factory=Stored)
    temporary: list[str] = field(default_factory=list)
    preserved: list[Snapshot] = field(default_factory=list)
    group: tuple[int, int] | None = None


@frozen
class Collected:
    """What collect kept of a command."""

    command: str
    r: Stored
    e: Stored


@frozen
class Ran:
    """What a command that another command ran left behind."""

    session: Session
    blocks: tuple[Any, ...] = ()


class Language(Protocol):
    """Stata's language for commands that read or run program text themselves (local, syntax, bootstrap ...).

    dispatch provides it; it is a class without state, so that a Session can travel to worker processes.
    """

    def expr(self, text: str) -> Any:
        """An ast.Expr.  Errors: r(130), r(132), r(198)."""

    def matrix(self, text: str) -> Any:
        """An ast.Expr of the matrix language.  Errors: as ``expr``."""

    def varlist(self, text: str) -> Any:
        """An ast.Varlist.  Errors: r(198)."""

    def numlist(self, text: str) -> tuple[float, ...]:
        """Errors: r(121)."""

    def command(self, text: str) -> Any:
        """An ast.Command; None for blank text.  Errors: r(198)."""

    def run(self, session: Session, text: str) -> Ran:
        """A copy of the session on which the command has run, and what it would have shown; ``session`` stays as it is.

        Macros in the text are expanded already, except within programs that it calls.  Errors: any StataError.
        """


@frozen
class OpenFile:
    """A file that ``file open`` opened.

    mode: "read", "write" or "readwrite".  position: the byte that is read or written next.  column: characters
    written since the last line end.  big: byte order of binary numbers, None as the machine has it.
    """

    name: str
    path: str
    mode: str
    binary: bool = False
    position: int = 0
    column: int = 0
    big: bool | None = None


@frozen
class Posting:
    """What ``postfile`` collects.  columns: (name, storage type).  rows: full pages and the last, open one."""

    name: str
    path: str
    columns: tuple[tuple[str, str], ...]
    pages: tuple[tuple[tuple[float | str, ...], ...], ...] = ()
    page: tuple[tuple[float | str, ...], ...] = ()


@frozen
class Timer:
    """Seconds and times measured so far; when it was switched on, None while it is off."""

    seconds: float = 0.0
    times: int = 0
    since: float | None = None


@frozen
class Log:
    """A log file.  smcl: its kind, else plain text.  commands: only the commands typed are kept (cmdlog).

    on: whether what is shown is written to it.
    """

    name: str
    path: str
    smcl: bool = False
    commands: bool = False
    on: bool = True
    opened: str = ""


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
    s: Stored = field(default_factory=Stored)
    programs: dict[str, Program] = field(default_factory=dict)
    frame: Frame = field(default_factory=Frame)
    temporaries: int = 0  # temporary names given out so far
    language: Language | None = None  # set by dispatch
    allow_shell: bool = False
    collected: tuple[Collected, ...] = ()
    files: dict[str, OpenFile] = field(default_factory=dict)  # by handle
    postings: dict[str, Posting] = field(default_factory=dict)
    timers: dict[int, Timer] = field(default_factory=dict)
    logs: dict[str, Log] = field(default_factory=dict)
    interactive: bool = False  # at a prompt: exit asks before data are lost
    matches: Matches = field(default_factory=Matches)  # what regexm() found last
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

    stored: name -> Estimates to add, or None to drop it.  scalars, matrices, programs: likewise.
    returned: what the running program is to leave in r().  temporary: names that end with the running program.
    preserved: the snapshots of the running program.  jump: leave a loop's round or the loop itself.  script: text to
    run next, after the rest of the outcome is stored.
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
    s: Stored = KEEP
    returned: Stored = KEEP
    programs: Mapping[str, Program | None] = field(default_factory=dict)
    temporary: tuple[str, ...] = ()
    preserved: tuple[Snapshot, ...] = KEEP
    jump: Literal["", "continue", "break"] = ""
    script: Script | None = None
    collected: tuple[Collected, ...] = KEEP
    files: Mapping[str, OpenFile | None] = field(default_factory=dict)
    postings: Mapping[str, Posting | None] = field(default_factory=dict)
    timers: Mapping[int, Timer | None] = field(default_factory=dict)
    logs: Mapping[str, Log | None] = field(default_factory=dict)


def read_data(path: str, session: Session) -> Dataset:
    """The data set of a file or address, for callers that run no command.  Errors: r(601), r(603), r(610), r(692)."""
    from mixedcli.data.read import load

    return load(path, session.settings.cwd, session.progress)
