"""Large delimited files, through pandas' parser; every doubtful column goes through the rules for small files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import missing, text_columns, types
from mixedcli.data.dataset import Column

if TYPE_CHECKING:
    import pandas as pd

    from mixedcli.data.text_read import Layout


def read_columns(raw: bytes, path: Path | None, layout: Layout) -> list[Column] | None:
    """Columns of the file (ASCII or UTF-8), or None when it is irregular (ragged rows, quotes across lines).

    path: a file that holds just these bytes; pandas parses files, and only files, with several threads.
    """
    quoted = b'"' in raw
    if quoted and not _balanced(raw):
        return None
    source = str(path) if path is not None else raw
    frame = _parsed(source, layout, na_values=["", "."], **_precision(layout.options.decimals))
    if frame is None:
        return None
    width = len(frame.columns)
    if quoted and len(frame) != raw.count(b"\n") + (not raw.endswith(b"\n")) - layout.first_row:
        return None
    if len(layout.header or ()) > width:
        return None
    names, labels = text_columns.clean_names(layout.header or (), width, layout.options.case)
    columns: dict[int, Column] = {}
    for i in range(width):
        column = _numeric(names[i], labels[i], frame[i].to_numpy(), layout.options.decimals)
        if column is not None:
            columns[i] = column
    rest = [i for i in range(width) if i not in columns]
    del frame
    if rest:
        texts = _parsed(source, layout, usecols=rest, dtype=str, na_filter=False)
        if texts is None:
            return None
        for i in rest:
            fields: Sequence[str] = texts[i].to_list()
            columns[i] = text_columns.column(names[i], labels[i], fields, layout.options.decimals)
    return [columns[i] for i in range(width)]


def _balanced(raw: bytes) -> bool:
    """Whether every line has an even number of quotes."""
    characters = np.frombuffer(raw, dtype=np.uint8)
    lines = np.searchsorted(np.flatnonzero(characters == ord("\n")), np.flatnonzero(characters == ord('"')))
    return not (np.bincount(lines) % 2).any()


def _precision(decimals: str) -> dict[str, str]:
    """Before 3.0 pandas reads decimals in a hurry unless told otherwise; later it reads them exactly."""
    import pandas as pd

    if int(pd.__version__.partition(".")[0]) >= 3:
        return {}
    return {"float_precision": "round_trip" if decimals == "double" else "high"}


def _parsed(source: str | bytes, layout: Layout, **how: Any) -> pd.DataFrame | None:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # mixed columns are read again as text
            frame: pd.DataFrame = pd.read_csv(
                io.BytesIO(source) if isinstance(source, bytes) else source,
                sep=layout.delimiter,
                header=None,
                skiprows=layout.first_row,
                keep_default_na=False,
                encoding="utf-8-sig",
                compression=None,
                **how,
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    return frame


def _numeric(name: str, label: str, values: NDArray[Any], decimals: str) -> Column | None:
    """A column, or None unless the values are plainly numbers."""
    if values.dtype.kind == "i":
        storage = types.whole_type(int(values.min()), int(values.max()))
        return Column(name, storage, values.astype(types.DTYPES[storage]), types.default_format(storage), label)
    if values.dtype.kind != "f" or np.isinf(values).any():
        return None
    empty = ~(np.abs(values) < missing.SYSMISS)
    if empty.any():
        values = np.where(empty, missing.SYSMISS, values)
    return text_columns.numeric_column(name, label, values, decimals)
