"""Everything in a .dta file that comes before and after the observations, old binary and tagged layouts."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from mixedcli.data import dta_format, missing
from mixedcli.data.dta_format import Widths, decode
from mixedcli.errors import FileReadError, NotStataFormat

Buffer = memoryview


@dataclass(slots=True)
class Header:
    """Facts of a file.  offset: where the observations begin; lists have one entry per variable.

    characteristics: owner ("_dta" or a variable) -> name -> text.
    """

    release: int
    order: str
    types: tuple[str, ...]
    n: int
    label: str
    timestamp: str
    names: list[str] = field(default_factory=list)
    sort: tuple[int, ...] = ()
    formats: list[str] = field(default_factory=list)
    label_names: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    characteristics: dict[str, dict[str, str]] = field(default_factory=dict)
    offset: int = 0


class Cursor:
    """A place in the file.  Every read checks that the bytes are there: r(692)."""

    __slots__ = ("at", "buffer", "order")

    def __init__(self, buffer: Buffer, at: int = 0, order: str = "<") -> None:
        self.buffer = buffer
        self.at = at
        self.order = order

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.buffer):
            raise FileReadError("unexpected end of file")
        raw = bytes(self.buffer[self.at : self.at + count])
        self.at += count
        return raw

    def number(self, code: str) -> int:
        """One unsigned or signed integer by its struct code."""
        return int(struct.unpack(self.order + code, self.take(struct.calcsize("=" + code)))[0])

    def numbers(self, code: str, count: int) -> tuple[int, ...]:
        size = struct.calcsize("=" + code)
        return struct.unpack(f"{self.order}{count}{code}", self.take(size * count))

    def texts(self, width: int, count: int, encoding: str) -> list[str]:
        raw = self.take(width * count)
        return [decode(raw[i * width : (i + 1) * width], encoding) for i in range(count)]

    def expect(self, tag: bytes) -> None:
        if self.take(len(tag)) != tag:
            raise FileReadError(f"{tag.decode()} expected")

    def looking_at(self, tag: bytes) -> bool:
        return bytes(self.buffer[self.at : self.at + len(tag)]) == tag


def read_header(buffer: Buffer) -> Header:
    """Header of either layout.  Errors: r(610) for a file that is no .dta, r(692) for a broken one."""
    start = bytes(buffer[:11])
    if start == b"<stata_dta>":
        return _tagged(buffer)
    # byte 1 is 1 or 2 (0 in format 102), byte 2 is always 1
    if len(start) > 4 and start[0] in dta_format.OLD_RELEASES and start[1] <= 2 and start[2] == 1:
        return _binary(buffer)
    raise NotStataFormat("not Stata format")


def _binary(buffer: Buffer) -> Header:
    release, order_code = buffer[0], buffer[1]
    order = ">" if order_code == 1 else "<"
    w = dta_format.widths(release)
    at = Cursor(buffer, 4, order)
    k = at.number("H")
    n = at.number("I" if release > 102 else "H")
    label = decode(at.take(w.data_label), w.encoding)
    stamp = decode(at.take(18), w.encoding) if release > 104 else ""
    types = tuple(dta_format.type_of(code, release) for code in at.take(k))
    head = Header(release, order, types, n, label, stamp)
    head.names = at.texts(w.name, k, w.encoding)
    head.sort = at.numbers("H", k + 1)
    head.formats = at.texts(w.format, k, w.encoding)
    head.label_names = at.texts(w.name, k, w.encoding)
    head.labels = at.texts(w.label, k, w.encoding)
    while release > 104:
        kind = at.number("B")
        length = at.number("I" if release > 108 else "H")
        if kind == 0 and length == 0:
            break
        raw = at.take(length)
        if kind == 1:
            _characteristic(head, raw, w)
    head.offset = at.at
    return head


def _tagged(buffer: Buffer) -> Header:
    at = Cursor(buffer)
    at.expect(b"<stata_dta><header><release>")
    digits = at.take(3)
    if digits not in (b"117", b"118", b"119"):
        raise NotStataFormat("not Stata format")
    release = int(digits)
    w = dta_format.widths(release)
    at.expect(b"</release><byteorder>")
    order = {b"LSF": "<", b"MSF": ">"}.get(at.take(3))
    if order is None:
        raise FileReadError("byte order expected")
    at.order = order
    at.expect(b"</byteorder><K>")
    k = at.number("I" if release == 119 else "H")
    at.expect(b"</K><N>")
    n = at.number("Q" if release >= 118 else "I")
    at.expect(b"</N><label>")
    label = decode(at.take(at.number("H" if release >= 118 else "B")), w.encoding)
    at.expect(b"</label><timestamp>")
    stamp = decode(at.take(at.number("B")), w.encoding)
    at.expect(b"</timestamp></header><map>")
    # the sections follow one another, so their map (14 offsets) is not needed
    at.take(14 * 8)
    at.expect(b"</map><variable_types>")
    types = tuple(dta_format.type_of(code, release) for code in at.numbers("H", k))
    head = Header(release, order, types, n, label, stamp)
    at.expect(b"</variable_types><varnames>")
    head.names = at.texts(w.name, k, w.encoding)
    at.expect(b"</varnames><sortlist>")
    head.sort = at.numbers("I" if release == 119 else "H", k + 1)
    at.expect(b"</sortlist><formats>")
    head.formats = at.texts(w.format, k, w.encoding)
    at.expect(b"</formats><value_label_names>")
    head.label_names = at.texts(w.name, k, w.encoding)
    at.expect(b"</value_label_names><variable_labels>")
    head.labels = at.texts(w.label, k, w.encoding)
    at.expect(b"</variable_labels><characteristics>")
    while at.looking_at(b"<ch>"):
        at.take(4)
        _characteristic(head, at.take(at.number("I")), w)
        at.expect(b"</ch>")
    at.expect(b"</characteristics><data>")
    head.offset = at.at
    return head


def _characteristic(head: Header, raw: bytes, w: Widths) -> None:
    owner = decode(raw[: w.name], w.encoding)
    name = decode(raw[w.name : 2 * w.name], w.encoding)
    if owner and name:
        head.characteristics.setdefault(owner, {})[name] = decode(raw[2 * w.name :], w.encoding)


def read_value_labels(at: Cursor, release: int) -> dict[str, dict[float, str]]:
    """The value-label tables from the cursor on: label name -> {value: text}, values in float64 coding."""
    w = dta_format.widths(release)
    tables: dict[str, dict[float, str]] = {}
    tagged = release >= 117
    while at.looking_at(b"<lbl>") if tagged else at.at < len(at.buffer):
        if tagged:
            at.take(5)
        if release < 108:
            name, table = _fixed_table(at, w)
        else:
            name, table = _table(at, w)
        if name:
            tables[name] = dict(sorted(table.items()))
        if tagged:
            at.expect(b"</lbl>")
    if tagged:
        at.expect(b"</value_labels>")  # a file cut off here would lose its labels silently
    return tables


def _table(at: Cursor, w: Widths) -> tuple[str, dict[float, str]]:
    at.number("i")
    name = decode(at.take(w.name), w.encoding)
    at.take(3)
    count, size = at.number("I"), at.number("I")
    offsets = at.numbers("I", count)
    codes = at.numbers("i", count)
    text = at.take(size)
    if any(offset >= size for offset in offsets):
        raise FileReadError("value label out of range")
    return name, {
        label_value(code): decode(text[offset:], w.encoding) for code, offset in zip(codes, offsets, strict=True)
    }


def _fixed_table(at: Cursor, w: Widths) -> tuple[str, dict[float, str]]:
    """Before format 108: two-byte codes and texts of 8 bytes."""
    count = at.number("H")
    name = decode(at.take(9), w.encoding)
    at.take(1)
    codes = at.numbers("h", count)
    return name, {float(code): text for code, text in zip(codes, at.texts(8, count, w.encoding), strict=True)}


def label_value(code: int) -> float:
    """float64 coding of a long: 2147483622 is .a"""
    top = missing.INTEGER_TYPES["long"][2]
    return float(code) if code <= top else missing.SYSMISS + (code - top - 1) * missing.STEP
