"""Loading a data set from a file name or address, whatever its kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mixedcli.data.dataset import Dataset
from mixedcli.data.files import Progress, is_url, located, opening
from mixedcli.errors import FileCannotOpen, FileReadError, FileTypeUnknown

TEXT = frozenset({".csv", ".tsv", ".txt", ".tab", ".raw"})
PARQUET = frozenset({".parquet", ".pq"})


def fetched(name: str, cwd: str = "", progress: Progress | None = None, *, lasting: bool = False) -> Path:
    """The local file behind a name: itself, or the cached copy of an address.

    Errors: r(601) not found, r(603) a directory or not readable, and those of ``fetch.fetch``.
    """
    if is_url(name):
        from mixedcli.data.fetch import fetch

        return fetch(name, progress, lasting=lasting)
    path = located(name, cwd)
    with opening(name):
        path.stat()
        if not path.is_file():  # a directory, or a device without an end
            raise FileCannotOpen(f"file {name} could not be opened")
    return path


def load_dta(name: str, cwd: str = "", progress: Progress | None = None, *, lasting: bool = False) -> Dataset:
    """A Stata data set by file name or address; ``source`` is the name as given.

    Errors: r(601), r(603), r(610) not a Stata file, r(692) corrupted, r(950) too large, and those of ``fetch.fetch``.
    """
    from mixedcli.data.dta_read import read_dta

    path = fetched(name, cwd, progress, lasting=lasting)
    with opening(name):
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        data = _unpacked_dta(path, name) if packed else read_dta(path, name, progress)
    return replace(data, source=name, changed=False)


def _unpacked_dta(path: Path, name: str) -> Dataset:
    import gzip
    import zlib

    from mixedcli.data.dta_read import parse_dta

    try:
        raw = gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileReadError(f"file {name} corrupted") from None
    return parse_dta(memoryview(raw), name)


def load(name: str | Path, cwd: str = "", progress: Progress | None = None) -> Dataset:
    """A data set by file name or address; the suffix tells the kind: .dta .csv .tsv .txt .parquet .sav .xlsx, also .gz.

    Errors: r(601), r(603), r(610), r(692), r(198) for other suffixes and for readers that are not installed.
    """
    shown = str(name)
    kind = suffix(shown)
    if kind in ("", ".dta"):
        return load_dta(shown if kind else f"{shown}.dta", cwd, progress)
    if kind not in TEXT | PARQUET | {".sav", ".zsav", ".xlsx", ".xlsm"}:
        raise FileTypeUnknown(f"file {shown}: {kind} files cannot be read")
    path = fetched(shown, cwd, progress)
    with opening(shown):
        data = _other(path, shown, kind, progress)
    return replace(data, source=shown, changed=False)


def _other(path: Path, name: str, kind: str, progress: Progress | None) -> Dataset:
    if kind in TEXT:
        from mixedcli.data.text_read import TextOptions, read_text

        # no command asked for Stata's import here, so nothing is rounded to float
        delimiter = "\t" if kind in (".tsv", ".tab") else ""
        return read_text(path, name, TextOptions(delimiters=delimiter, decimals="double"), progress).data
    from mixedcli.data import other_read

    if kind in PARQUET:
        return other_read.read_parquet(path, name)
    if kind in (".sav", ".zsav"):
        return other_read.read_sav(path, name)
    from mixedcli.data.excel_read import SheetOptions, read_excel

    return read_excel(path, name, SheetOptions(case="lower"))


def suffix(name: str) -> str:
    """The suffix that tells the kind of file, in lower case, without .gz: ".csv" for "a.csv.gz"; "" for none."""
    plain = name.partition("?")[0] if is_url(name) else name
    last = plain.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".gz")
    return Path(last).suffix
