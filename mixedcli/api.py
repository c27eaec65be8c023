"""The Python door: a session on a DataFrame or a file, commands as text, results as numbers and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mixedcli.dispatch import Record, Runner
from mixedcli.frozen import frozen
from mixedcli.session import Session as State
from mixedcli.session import read_data

if TYPE_CHECKING:
    import pandas as pd

    from mixedcli.results import Stored


@frozen
class Output:
    """What ``Session.run`` printed: ``text`` as in a log, without the echo of the commands."""

    text: str
    records: tuple[Record, ...] = ()

    def __str__(self) -> str:
        return self.text


class Results(Mapping[str, Any]):
    """e() or r() by name: scalars are floats (nan is missing), macros str, matrices DataFrames."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> Any:
        if name in self._stored.scalars:
            return self._stored.scalars[name]
        if name in self._stored.macros:
            return self._stored.macros[name]
        matrix = self._stored.matrices[name]
        import pandas as pd

        return pd.DataFrame(matrix.values.copy(), index=list(matrix.rownames), columns=list(matrix.colnames))

    def __iter__(self) -> Iterator[str]:
        yield from self._stored.scalars
        yield from self._stored.macros
        yield from self._stored.matrices

    def __len__(self) -> int:
        return len(self._stored.scalars) + len(self._stored.macros) + len(self._stored.matrices)

    def __repr__(self) -> str:
        return f"Results({', '.join(self)})"


class Session:
    """A data set in memory and the commands run on it.

    data: a pandas DataFrame, a file name or address as ``use`` and ``import delimited`` take them, or nothing.
    """

    def __init__(self, data: pd.DataFrame | str | Path | None = None) -> None:
        self._state = State()
        self._runner = Runner(self._state, echo=False)
        self._table: list[dict[str, Any]] | None = None
        if data is None:
            return
        if isinstance(data, (str, Path)):
            self._state.data = read_data(str(data), self._state)
        else:
            from mixedcli.data.frame import from_frame

            self._state.data = from_frame(data)

    def run(self, text: str) -> Output:
        """Run commands (one or many lines) and return what they show.

        Raises mixedcli.StataError with ``rc`` and ``message`` at the first command that fails; what ran before it
        stays done.
        """
        from mixedcli.dispatch.json_record import table

        records: list[Record] = []

        def collect(record: Record) -> None:
            records.append(record)
            found = table(record, self._state)
            self._table = self._table if found is None else found

        self._runner.report = collect
        self._runner.run_text(text, "run")
        if records and records[-1].failed and records[-1].error is not None:
            raise records[-1].error
        return Output("\n".join(r.output for r in records), tuple(records))

    @property
    def e(self) -> Results:
        """e(): results of the last estimation."""
        return Results(self._state.e)

    @property
    def r(self) -> Results:
        """r(): results of the last general command."""
        return Results(self._state.r)

    @property
    def data(self) -> pd.DataFrame:
        """The data set in memory as a new DataFrame."""
        from mixedcli.data.frame import to_frame

        return to_frame(self._state.data)

    def table(self) -> pd.DataFrame:
        """The parameters of the last estimation or replay: one row each, in the metric shown."""
        import pandas as pd

        return pd.DataFrame(self._table or [])
