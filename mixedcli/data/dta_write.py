"""Writing .dta files, format 118 (119 beyond 32,767 variables) or, for older Statas, 117."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mixedcli.data import dta_format, missing, types, xtsettings
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.files import Progress, write_atomic

#: records assembled at a time
BLOCK = 8192

_CODES = {name: code for code, name in dta_format.TAGGED_TYPES.items()}


def write_dta(
    data: Dataset, path: Path, name: str | None = None, progress: Progress | None = None, release: int = 118
) -> None:
    """Save the data set; ``data.timestamp`` is written as it stands.

    name: what messages call the file.  release: 118, or 117 (Stata 13: texts in Windows' Western alphabet, other
    characters become ?).  Errors: r(603), r(693); the old file, if any, is then untouched.
    """
    write_atomic(path, name or str(path), lambda file: _Writer(data, file, release).run(progress))


class _Writer:
    """One file being written: sections in order, their places noted for the map."""

    def __init__(self, data: Dataset, file: BinaryIO, release: int = 118) -> None:
        self.data = data
        self.file = file
        self.release = release if len(data.columns) <= 32767 else 119
        self.bits = dta_format.REFERENCE_BITS[self.release]
        self.width = dta_format.widths(self.release)
        self.encode = _utf8 if self.width.encoding == "utf-8" else _western
        self.columns = [_encoded(c, self.encode) for c in data.columns.values()]
        self.places: list[int] = [0]

    def run(self, progress: Progress | None) -> None:
        self._header()
        self._section("variable_types", self._packed("H", [_type_code(c.storage) for c in self.columns]))
        self._section("varnames", self._texts([c.column.name for c in self.columns], self.width.name))
        order = {name: i + 1 for i, name in enumerate(self.data.columns)}
        sort = [order[name] for name in self.data.sorted_by]
        sort += [0] * (len(order) + 1 - len(sort))
        self._section("sortlist", self._packed("I" if self.release == 119 else "H", sort))
        self._section("formats", self._texts([c.column.format for c in self.columns], self.width.format))
        self._section("value_label_names", self._texts([c.column.value_label for c in self.columns], self.width.name))
        self._section("variable_labels", self._texts([c.column.label[:80] for c in self.columns], self.width.label))
        self._section("characteristics", b"".join(self._characteristics()))
        self._open("data")
        self._records(progress)
        self._write(b"</data>")
        self._open("strls")
        self._long_strings()
        self._write(b"</strls>")
        self._section("value_labels", b"".join(self._value_labels()))
        self.places.append(self.file.tell())
        self._write(b"</stata_dta>")
        self.places.append(self.file.tell())
        self.file.seek(self.places[1] + len("<map>"))
        self._write(self._packed("Q", self.places))

    def _write(self, raw: bytes) -> None:
        self.file.write(raw)

    def _open(self, tag: str) -> None:
        self.places.append(self.file.tell())
        self._write(f"<{tag}>".encode())

    def _section(self, tag: str, content: bytes) -> None:
        self._open(tag)
        self._write(content + f"</{tag}>".encode())

    @staticmethod
    def _packed(code: str, numbers: list[int]) -> bytes:
        return struct.pack(f"<{len(numbers)}{code}", *numbers)

    def _texts(self, texts: list[str], width: int) -> bytes:
        return b"".join(_fixed(text, width, self.encode) for text in texts)

    def _header(self) -> None:
        data = self.data
        old = self.release == 117
        label = self.encode(data.label[:80])
        stamp = self.encode(data.timestamp[:17])
        k = struct.pack("<I" if self.release == 119 else "<H", len(data.columns))
        self._write(b"<stata_dta><header><release>%d</release><byteorder>LSF</byteorder><K>" % self.release + k)
        self._write(b"</K><N>" + struct.pack("<I" if old else "<Q", data.n) + b"</N>")
        self._write(b"<label>" + struct.pack("<B" if old else "<H", len(label)) + label)
        self._write(b"</label><timestamp>" + bytes([len(stamp)]) + stamp + b"</timestamp></header>")
        self._section("map", b"\0" * 14 * 8)

    def _characteristics(self) -> Iterable[bytes]:
        owners = {"_dta": xtsettings.join(self.data.settings, self.data.characteristics)}
        owners |= {c.name: dict(c.characteristics) for c in self.data.columns.values()}
        for owner, entries in owners.items():
            for name, text in entries.items():
                names = (_fixed(part, self.width.name, self.encode) for part in (owner, name))
                raw = b"".join(names) + self.encode(text) + b"\0"
                yield b"<ch>" + struct.pack("<I", len(raw)) + raw + b"</ch>"

    def _records(self, progress: Progress | None) -> None:
        n = self.data.n
        record = dta_format.record(tuple(c.storage for c in self.columns), "<")
        for start in range(0, n, BLOCK):
            end = min(start + BLOCK, n)
            block = np.empty(end - start, dtype=record)
            for i, c in enumerate(self.columns):
                block[str(i)] = c.references(i, self.bits, start, end) if c.storage == "strL" else c.values[start:end]
            self._write(block.tobytes())
            if progress is not None:
                progress(end, n)

    def _long_strings(self) -> None:
        for i, c in enumerate(self.columns):
            if c.storage != "strL":
                continue
            for text, row in c.first.items():
                kind, raw = _long(text, self.encode)
                layout = "<IIBI" if self.release == 117 else "<IQBI"
                self._write(b"GSO" + struct.pack(layout, i + 1, row + 1, kind, len(raw)) + raw)

    def _value_labels(self) -> Iterable[bytes]:
        for name, table in self.data.value_labels.items():
            texts = [self.encode(t) + b"\0" for t in table.values()]
            starts = np.cumsum([0, *map(len, texts)])[:-1].astype("<u4") if texts else np.empty(0, "<u4")
            codes = missing.narrow(np.array(list(table), dtype=np.float64), "long").astype("<i4")
            text = b"".join(texts)
            body = struct.pack("<II", len(texts), len(text)) + starts.tobytes() + codes.tobytes() + text
            head = struct.pack("<i", len(body)) + _fixed(name, self.width.name, self.encode) + b"\0\0\0"
            yield b"<lbl>" + head + body + b"</lbl>"


class _Encoded:
    """A column as it goes into records.  first: strL text -> the row where it occurs first."""

    def __init__(self, column: Column, storage: str, values: NDArray[Any], first: dict[str, int]) -> None:
        self.column = column
        self.storage = storage
        self.values = values
        self.first = first

    def references(self, index: int, bits: int, start: int, end: int) -> NDArray[np.uint64]:
        """References to long strings: the variable's number in the low ``bits``, the observation's above."""
        rows = [self.first[t] + 1 if t else 0 for t in self.values[start:end].tolist()]
        packed = np.array(rows, dtype=np.uint64) << np.uint64(bits)
        packed[packed > 0] |= np.uint64(index + 1)
        return packed


def _encoded(column: Column, encode: Callable[[str], bytes]) -> _Encoded:
    if not column.is_string:
        return _Encoded(column, column.type, column.values, {})
    texts = column.values.tolist()
    if column.type != "strL":
        known = {t: encode(t) for t in set(texts)}
        width = max(map(len, known.values()), default=0)
        if width <= types.MAX_STRF and not any("\0" in t for t in known):
            width = max(width, int(column.type[3:]))
            values = np.array([known[t] for t in texts], dtype=f"S{width}")
            return _Encoded(column, f"str{width}", values, {})
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        if text:
            first.setdefault(text, row)
    return _Encoded(column, "strL", column.values, first)


def _type_code(storage: str) -> int:
    return _CODES[storage] if storage in _CODES else int(storage[3:])


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _western(text: str) -> bytes:
    return text.encode("cp1252", "replace")


def _long(text: str, encode: Callable[[str], bytes] = _utf8) -> tuple[int, bytes]:
    """Kind and bytes of a long string: 130 is text with a final NUL, 129 binary."""
    if "\0" in text:
        try:
            return 129, text.encode("latin-1")
        except UnicodeEncodeError:
            text = text.replace("\0", "")  # text beyond Latin-1 has no binary form that reads back
    return 130, encode(text) + b"\0"


def _fixed(text: str, width: int, encode: Callable[[str], bytes] = _utf8) -> bytes:
    """A text in a field of fixed width with at least one final NUL, cut between characters."""
    raw = encode(text)
    if len(raw) >= width:
        raw = raw[: width - 1]
        if encode is _utf8:
            raw = raw.decode("utf-8", "ignore").encode()
    return raw.ljust(width, b"\0")
