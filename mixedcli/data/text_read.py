"""Delimited text (.csv, .tsv, .txt, also .gz) as ``import delimited`` reads it.

Small files are read with the standard library alone, because pandas takes longer to import than they take to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from mixedcli.data import text_columns
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.files import Progress
from mixedcli.errors import FileReadError, InvalidSyntax
from mixedcli.frozen import frozen

#: bytes beyond which pandas is worth importing
LARGE = 4_000_000

#: Stata looks for the delimiter and the header in the first lines
SNIFFED = 20
SNIFFED_BYTES = 1_000_000


@frozen
class TextOptions:
    """Options of import delimited.

    delimiters: characters that separate fields, "" to find out; collapse: runs of them count as one.
    varnames: line number of the header, 0 for none, -1 to find out.  rows, fields: first and last (0: open) taken.
    strings, numerics: column numbers forced to be text or numbers ((-1,) for all).
    decimals: "float", "float!" (float even where it loses digits) or "double".
    whole: delimiters is one delimiter of several characters.  point, group: what stands before decimals and between
    thousands in numbers.
    """

    delimiters: str = ""
    collapse: bool = False
    varnames: int = -1
    case: str = "lower"
    rows: tuple[int, int] = (0, 0)
    fields: tuple[int, int] = (0, 0)
    encoding: str = ""
    strings: tuple[int, ...] = ()
    numerics: tuple[int, ...] = ()
    decimals: str = "float"
    binding: str = "loose"  # bindquotes(): loose, strict, nobind
    whole: bool = False
    point: str = "."
    group: str = ""


@frozen
class Imported:
    """encoding: the one chosen automatically, "" if it was given."""

    data: Dataset
    encoding: str


@frozen
class Layout:
    """What the first lines tell: delimiter and header (None: no header line)."""

    delimiter: str
    header: tuple[str, ...] | None
    first_row: int  # number of the first line with data, 0-based, blank lines not counted
    options: TextOptions = field(default_factory=TextOptions)


def read_text(path: Path, name: str, options: TextOptions | None = None, progress: Progress | None = None) -> Imported:
    """The data set in a delimited file.

    Errors: r(692) for a broken .gz, r(198) for impossible options; OSError from opening.
    """
    packed = path.read_bytes()
    if progress is not None:
        progress(0, len(packed))
    raw = _unpacked(packed, name)
    imported = parse_bytes(raw, options or TextOptions(), path if raw is packed else None)
    if progress is not None:
        progress(len(packed), len(packed))
    return imported


def parse_bytes(raw: bytes, options: TextOptions, path: Path | None = None) -> Imported:
    """The data set in the bytes of a delimited file.  path: the file they are the whole content of, if any."""
    encoding = _encoding(raw, options.encoding)
    # stata: the logs of import delimited name ISO-8859-1 for files without any accent
    found = "" if options.encoding else encoding.replace("ascii", "ISO-8859-1")
    if len(raw) > LARGE and b"\0" not in raw and not _lone_returns(raw):
        # ASCII and UTF-8 go to the parser as they are
        plain = encoding.lower() in ("utf-8", "ascii")
        utf8 = raw if plain else raw.decode(encoding, "replace").encode()
        head = _text(utf8[:SNIFFED_BYTES], "utf-8")
        layout = _layout(head, options)
        if _plain(options, layout) and all(line.strip() for line in head.split("\n", SNIFFED)[: layout.first_row]):
            from mixedcli.data.text_fast import read_columns

            columns = read_columns(utf8, path if plain else None, layout)
            if columns is not None:
                return Imported(_dataset(columns), found)
    text = _text(raw, encoding)
    layout = _layout(text, options)
    return Imported(_dataset(_columns(_records(text, layout)[layout.first_row :], layout)), found)


def _lone_returns(raw: bytes) -> bool:
    """Whether lines end in a bare carriage return, as on old Macs."""
    return b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n")


def _dataset(columns: Sequence[Column]) -> Dataset:
    n = len(columns[0].values) if columns else 0
    return Dataset(columns=MappingProxyType({c.name: c for c in columns}), n=n, changed=True)


def _unpacked(raw: bytes, name: str) -> bytes:
    if raw[:2] != b"\x1f\x8b":
        return raw
    import gzip
    import zlib

    try:
        return gzip.decompress(raw)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileReadError(f"file {name} corrupted") from None


def _encoding(raw: bytes, wanted: str) -> str:
    """Name of the encoding: as given, or found out."""
    if wanted:
        try:
            b"x".decode(wanted, "replace")
        except (LookupError, UnicodeError):
            raise InvalidSyntax(f"encoding {wanted} not found") from None
        return wanted
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    if raw.isascii():
        return "ascii"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "UTF-8"


def _text(raw: bytes, encoding: str) -> str:
    """Decoded text with plain line ends, without byte-order mark and NULs."""
    text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    if "\0" in text:
        text = text.replace("\0", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _head(text: str, count: int) -> list[str]:
    """The first ``count`` lines that are not blank."""
    lines: list[str] = []
    at = 0
    while len(lines) < count and at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[at:end].strip():
            lines.append(text[at:end])
        at = end + 1
    return lines


def _layout(text: str, options: TextOptions) -> Layout:
    lines = _head(text, max(SNIFFED, options.varnames))
    delimiter = options.delimiters or _sniffed(lines)
    if options.varnames == 0 or not lines:
        return Layout(delimiter, None, 0, options)
    at = max(options.varnames, 1) - 1
    if at >= len(lines):
        return Layout(delimiter, None, 0, options)
    names = tuple(_split([lines[at]], Layout(delimiter, None, 0, options))[0])
    if options.varnames < 0 and not _is_header(names):
        return Layout(delimiter, None, 0, options)
    return Layout(delimiter, names, at + 1, options)


def _sniffed(lines: list[str]) -> str:
    """Tab, comma, semicolon or bar: the one with most occurrences in the first line that is there in every line."""
    if not lines:
        return ","
    counts = {d: lines[0].count(d) for d in "\t,;|"}
    steady = {d: c for d, c in counts.items() if c and all(d in line for line in lines)}
    best = steady or {d: c for d, c in counts.items() if c}
    return max(best, key=lambda d: best[d]) if best else ","


def _is_header(fields: Sequence[str]) -> bool:
    """A first line without numbers names the variables."""
    filled = [f for f in fields if f.strip()]
    return bool(filled) and not any(text_columns.numbers([f]) is not None for f in filled)


def _plain(options: TextOptions, layout: Layout) -> bool:
    """Whether the fast route knows every option in use."""
    simple = not (options.collapse or options.strings or options.numerics or any(options.rows + options.fields))
    simple = simple and options.point == "." and not options.group
    return simple and len(layout.delimiter) == 1 and options.binding == "loose"


def _records(text: str, layout: Layout) -> list[list[str]]:
    if layout.options.binding == "strict" and '"' in text and len(layout.delimiter) == 1:
        import csv

        reader = csv.reader(text.splitlines(keepends=True), delimiter=layout.delimiter)
        csv.field_size_limit(max(len(text), csv.field_size_limit()))
        return [record for record in reader if record]
    return _split([line for line in text.split("\n") if line.strip(" ")], layout)


def _split(lines: list[str], layout: Layout) -> list[list[str]]:
    """Fields of the lines.  A quote that is not closed in its line is an ordinary character (bindquotes(loose))."""
    options = layout.options
    delimiter = layout.delimiter
    if len(delimiter) > 1 or options.collapse:
        import re

        one = re.escape(delimiter) if options.whole else f"[{re.escape(delimiter)}]"
        pattern = re.compile(f"(?:{one}){'+' if options.collapse else ''}")
        lead = delimiter if options.collapse and not options.whole else ""
        return [[_unquoted(f) for f in pattern.split(line.strip(lead) if lead else line)] for line in lines]
    if options.binding == "nobind" or not any('"' in line for line in lines):
        return [line.split(delimiter) for line in lines]
    import csv

    csv.field_size_limit(max(max(map(len, lines)), csv.field_size_limit()))
    records: list[list[str]] = []
    for line in lines:
        if '"' not in line:
            records.append(line.split(delimiter))
        elif line.count('"') % 2:
            records.append([_unquoted(f) for f in line.split(delimiter)])
        else:
            records.append(next(csv.reader((line,), delimiter=delimiter)))
    return records


def _unquoted(text: str) -> str:
    stripped = text.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' else text


def _columns(records: list[list[str]], layout: Layout) -> list[Column]:
    options = layout.options
    first, last = options.rows
    if first or last:
        # rowrange() counts lines of the file, header included
        skip = max(first - 1 - layout.first_row, 0)
        records = records[skip : max(last - layout.first_row, 0) if last else None]
    header = layout.header or ()
    width = max(max(map(len, records), default=0), len(header))
    names, labels = text_columns.clean_names(header, width, options.case)
    start, stop = options.fields[0] - 1 if options.fields[0] else 0, options.fields[1] or width
    ragged = any(len(r) != width for r in records)
    if ragged:
        records = [r + [""] * (width - len(r)) for r in records]
    texts: list[Sequence[str]] = list(zip(*records, strict=True)) if records else [() for _ in range(width)]
    return [_column(names[i], labels[i], texts[i], i + 1, options) for i in range(start, min(stop, width))]


def _column(name: str, label: str, texts: Sequence[str], number: int, options: TextOptions) -> Column:
    if number in options.strings or -1 in options.strings:
        return text_columns.text_column(name, label, texts)
    if options.point != "." or options.group:
        plain = [_plain_number(t, options) for t in texts]
        if number in options.numerics or -1 in options.numerics or text_columns.numbers(plain) is not None:
            texts = plain
    if number in options.numerics or -1 in options.numerics:
        # what is no number becomes missing
        texts = [t if text_columns.numbers([t]) is not None else "" for t in texts]
    return text_columns.column(name, label, texts, options.decimals)


def _plain_number(text: str, options: TextOptions) -> str:
    """The text with a point before decimals and nothing between thousands; one with a point of its own is no number."""
    bare = text.replace(options.group, "") if options.group else text
    if options.point == ".":
        return bare
    return text if "." in bare.strip(". ") else bare.replace(options.point, ".")
