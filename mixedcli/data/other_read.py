"""Files of other programs, through the readers that happen to be installed: .sav, .parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixedcli.data import frame
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import FileReadError, NotYetAvailable


def read_sav(path: Path, name: str) -> Dataset:
    """An SPSS file with its variable and value labels.  Errors: r(692), OSError from opening."""
    import pyreadstat

    with path.open("rb"):
        pass  # pyreadstat's own message does not tell a missing file from an unreadable one
    try:
        table, meta = pyreadstat.read_sav(str(path), disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, ValueError, UnicodeDecodeError):
        raise FileReadError(f"file {name} corrupted") from None
    data = frame.from_frame(table)
    columns: list[Column] = []
    tables = dict(data.value_labels)
    for original, column in zip(table.columns, list(data.columns.values()), strict=True):
        label = meta.column_names_to_labels.get(original) or column.label
        table_of = meta.variable_value_labels.get(original, {})
        numeric = {float(k): str(v) for k, v in table_of.items() if isinstance(k, (int, float)) and k == int(k)}
        if numeric and not column.is_string:
            tables[column.name] = dict(sorted(numeric.items()))
        columns.append(
            Column(
                name=column.name,
                type=column.type,
                values=column.values,
                format=column.format,
                label=label[:80],
                value_label=column.name if numeric and not column.is_string else "",
            )
        )
    return Dataset(
        columns={c.name: c for c in columns},
        n=data.n,
        label=(meta.file_label or "")[:80],
        value_labels=tables,
        changed=True,
    )


def read_parquet(path: Path, name: str) -> Dataset:
    """A Parquet file.  Errors: r(198) when pyarrow is not installed, r(692)."""
    import pandas as pd

    return frame.from_frame(_guarded(name, "pyarrow", lambda: pd.read_parquet(path, engine="pyarrow")))


def _guarded(name: str, package: str, load: Any) -> Any:
    try:
        return load()
    except ImportError:
        raise NotYetAvailable(f"file {name} needs the Python package {package}, which is not installed") from None
    except OSError:
        raise
    except Exception:  # the readers raise whatever their libraries raise on a broken file
        raise FileReadError(f"file {name} corrupted") from None
