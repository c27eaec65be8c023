"""Reading .dta files: fixed-width records mapped with numpy, one contiguous copy per column."""

from __future__ import annotations

import mmap
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import dta_format, missing, xtsettings
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_format import decode
from mixedcli.data.dta_header import Buffer, Cursor, Header, read_header, read_value_labels
from mixedcli.data.files import Progress
from mixedcli.errors import FileReadError, NotStataFormat, OutOfMemory

#: records copied at a time: a block stays in the processor's cache while its columns are taken apart
BLOCK = 8192

#: first strings looked at to tell identifiers (all different) from categories
SAMPLE = 1000


def read_dta(path: Path, name: str | None = None, progress: Progress | None = None) -> Dataset:
    """The data set in a .dta file.  name: what messages call the file.  progress(done, total) counts observations.

    Errors: r(610) not a .dta file, r(692) truncated or corrupted, r(950) larger than memory; OSError from opening.
    """
    shown = name or str(path)
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            raise NotStataFormat(f"file {shown} not Stata format")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            return parse_dta(view, shown, progress)


def parse_dta(buffer: Buffer, name: str, progress: Progress | None = None) -> Dataset:
    """The data set in the bytes of a .dta file; see ``read_dta``."""
    try:
        return _parse(buffer, progress)
    except NotStataFormat:
        raise NotStataFormat(f"file {name} not Stata format") from None
    except (FileReadError, OverflowError):
        raise FileReadError(f"file {name} corrupted") from None
    except MemoryError:
        raise OutOfMemory("op. sys. refuses to provide memory") from None


def _parse(buffer: Buffer, progress: Progress | None) -> Dataset:
    head = read_header(buffer)
    record = dta_format.record(head.types, head.order)
    size = record.itemsize * head.n
    if size > len(buffer) - head.offset:
        raise FileReadError("unexpected end of file")
    if len(set(head.names)) != len(head.names) or not all(head.names):
        raise FileReadError("variable names")
    n = head.n if head.types else 0
    arrays = _columns(buffer, head, record, n, progress)
    at = Cursor(buffer, head.offset + size, head.order)
    texts = _long_strings(at, head.release) if head.release >= 117 else {}
    if head.release >= 117:
        at.expect(b"</strls><value_labels>")
    tables = read_value_labels(at, head.release)
    columns = {}
    for i, variable in enumerate(head.names):
        storage, values = _finish(head, head.types[i], arrays[i], texts)
        columns[variable] = Column(
            name=variable,
            type=storage,
            values=values,
            format=head.formats[i],
            label=head.labels[i],
            value_label=head.label_names[i],
            characteristics=head.characteristics.get(variable, {}),
        )
    return _dataset(head, columns, n, tables)


def _dataset(head: Header, columns: dict[str, Column], n: int, tables: dict[str, dict[float, str]]) -> Dataset:
    order = []
    for position in head.sort:
        if position == 0:
            break
        if position > len(head.names):
            raise FileReadError("sort order")
        order.append(head.names[position - 1])
    settings, rest = xtsettings.split(head.characteristics.get("_dta", {}), columns)
    return Dataset(
        columns=MappingProxyType(columns),
        n=n,
        label=head.label,
        timestamp=head.timestamp,
        value_labels=tables,
        sorted_by=tuple(order),
        settings=settings,
        characteristics=rest,
    )


def _columns(
    buffer: Buffer, head: Header, record: np.dtype[np.void], n: int, progress: Progress | None
) -> list[NDArray[Any]]:
    """One contiguous array per variable, in the machine's byte order."""
    if n == 0:
        return [np.empty(0, record[i].newbyteorder("=")) for i in range(len(head.types))]
    rows = np.frombuffer(buffer, dtype=record, count=n, offset=head.offset)
    arrays = [np.empty(n, record[i].newbyteorder("=")) for i in range(len(head.types))]
    fields = [rows[str(i)] for i in range(len(head.types))]
    for start in range(0, n, BLOCK):
        end = start + BLOCK
        for target, source in zip(arrays, fields, strict=True):
            target[start:end] = source[start:end]
        if progress is not None:
            progress(min(end, n), n)
    return arrays


def _finish(head: Header, storage: str, values: NDArray[Any], texts: dict[int, str]) -> tuple[str, NDArray[Any]]:
    """Type and values as Column wants them."""
    if storage == "strL":
        return storage, _texts_of(values, texts)
    if storage.startswith("str"):
        return storage, _strings(values, dta_format.widths(head.release).encoding)
    if head.release < 113:
        return _old_numbers(storage, values, head.release)
    if storage in ("float", "double"):
        bad = ~np.isfinite(values)
        if bad.any():
            # nan and infinities are no Stata values; other programs may have written them
            values[bad] = missing.FLOAT_SYSMISS if storage == "float" else missing.SYSMISS
    return storage, values


def _strings(values: NDArray[np.bytes_], encoding: str) -> NDArray[np.object_]:
    """Decoded texts.  Few distinct values are decoded once and shared by their rows."""
    raw: list[bytes] = values.tolist()
    out = np.empty(len(raw), dtype=object)
    if len(set(raw[:SAMPLE])) > SAMPLE // 2:
        out[:] = _decoded(raw, encoding)
        return out
    distinct = list(set(raw))
    known = dict(zip(distinct, _decoded(distinct, encoding), strict=True))
    out[:] = list(map(known.__getitem__, raw))
    return out


def _decoded(raw: list[bytes], encoding: str) -> list[str]:
    """All texts in one call, or one by one if bytes lie outside the encoding or behind a NUL."""
    try:
        texts = b"\0".join(raw).decode(encoding).split("\0")
    except UnicodeDecodeError:
        texts = []
    return texts if len(texts) == len(raw) else [decode(b, encoding) for b in raw]


def _texts_of(references: NDArray[np.uint64], texts: dict[int, str]) -> NDArray[np.object_]:
    out = np.empty(len(references), dtype=object)
    try:
        out[:] = [texts[key] if key else "" for key in references.tolist()]
    except KeyError:
        raise FileReadError("long string not found") from None
    return out


def _long_strings(at: Cursor, release: int) -> dict[int, str]:
    """strL contents by the 8-byte reference that stands in the records: variable and observation packed in one."""
    at.expect(b"</data><strls>")
    texts: dict[int, str] = {}
    encoding = dta_format.widths(release).encoding
    bits = dta_format.REFERENCE_BITS[release]
    while at.looking_at(b"GSO"):
        at.take(3)
        variable = at.number("I")
        observation = at.number("I" if release == 117 else "Q")
        kind = at.number("B")
        content = at.take(at.number("I"))
        key = (observation << bits) | variable if at.order == "<" else (variable << (64 - bits)) | observation
        texts[key] = decode(content, encoding) if kind == 130 else content.decode("latin-1")
    return texts


def _old_numbers(storage: str, values: NDArray[Any], release: int) -> tuple[str, NDArray[Any]]:
    """Before 113 a type had one missing code: 127, 32767, 2147483647, 2^127, 2^1023 (2^333 up to 104).

    Ordinary values above the modern range need the next larger type.
    """
    if storage in ("float", "double"):
        edge = 2.0**127 if storage == "float" else 2.0**1023 if release > 104 else 2.0**333
        bad = ~(np.abs(values) < edge)
        values[bad] = missing.FLOAT_SYSMISS if storage == "float" else missing.SYSMISS
        return storage, values
    _, _, top, code = missing.INTEGER_TYPES[storage]
    bad = values == np.iinfo(values.dtype).max
    if not (values[~bad] > top).any():
        values[bad] = code
        return storage, values
    wider = {"byte": "int", "int": "long", "long": "double"}[storage]
    wide = values.astype(np.float64)
    wide[bad] = missing.SYSMISS
    return wider, missing.narrow(wide, wider)
