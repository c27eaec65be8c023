"""Reading .dta files written by others, old formats built byte by byte, and files that are broken."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data import missing
from mixedcli.data.dataset import Dataset, TimeSettings
from mixedcli.data.dta_read import parse_dta
from mixedcli.data.dta_write import write_dta
from mixedcli.data.read import load, load_dta
from mixedcli.data.xtsettings import parse_hex, to_hex
from mixedcli.errors import (
    FileCannotOpen,
    FileNotFound,
    FileReadError,
    FileTypeUnknown,
    InvalidSyntax,
    NotStataFormat,
    StataError,
)


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "i8": np.array([1, -127, 100], dtype=np.int8),
            "i16": np.array([300, -32767, 32740], dtype=np.int16),
            "i32": np.array([70000, -5, 2147483620], dtype=np.int32),
            "f4": np.array([0.1, np.nan, -2.5], dtype=np.float32),
            "f8": np.array([0.1, np.nan, 1e300]),
            "s": ["abc", "", "defgh"],
        }
    )


@pytest.mark.parametrize("version", [114, 117, 118, 119])
@pytest.mark.parametrize("order", ["<", ">"])
def test_files_that_pandas_writes(version: int, order: str, tmp_path: Path) -> None:
    path = tmp_path / "x.dta"
    frame().to_stata(
        path,
        version=version,
        byteorder=order,
        write_index=False,
        data_label="my label",
        variable_labels={"i8": "small"},
        value_labels={"i8": {1: "one", 100: "hundred"}},
        time_stamp=pd.Timestamp("2024-03-29 10:57").to_pydatetime(),
    )
    data = load_dta(str(path))
    types = [c.type for c in data.columns.values()]
    assert types == ["byte", "int", "long", "float", "double", "str5"]
    assert data.columns["i8"].values.tolist() == [1, -127, 100]
    assert data.columns["i16"].values.tolist() == [300, -32767, 32740]
    assert data.columns["i32"].values.tolist() == [70000, -5, 2147483620]
    assert data.numeric("f4").tolist() == [float(np.float32(0.1)), missing.SYSMISS, -2.5]
    assert data.numeric("f8").tolist() == [0.1, missing.SYSMISS, 1e300]
    assert data.columns["s"].values.tolist() == ["abc", "", "defgh"]
    assert (data.label, data.timestamp, data.columns["i8"].label) == ("my label", "29 Mar 2024 10:57", "small")
    assert data.value_labels[data.columns["i8"].value_label] == {1.0: "one", 100.0: "hundred"}
    assert all(c.values.dtype.isnative for c in data.columns.values())


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [117, 118, 119])
def test_long_strings(version: int, order: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"n": [1, 2, 3, 4], "t": ["a" * 3000, "", "β" if version > 117 else "b", "a" * 3000]})
    table.to_stata(tmp_path / "x.dta", version=version, byteorder=order, write_index=False, convert_strl=["t"])
    column = load_dta(str(tmp_path / "x.dta")).columns["t"]
    assert column.type == "strL"
    assert column.values.tolist() == table["t"].tolist()


# ------------------------------------------------------------------ old layouts, written here from their description


def old_file(release: int, order: str = "<", *, text: bytes = b"caf\xe9") -> bytes:
    """Two observations of: x (byte), y (int), z (long), f (float), d (double), s (string of 4)."""
    pack = lambda code, *v: struct.pack(order + code, *v)  # noqa: E731
    name = 33 if release > 108 else 9
    fmt = 49 if release > 113 else 12 if release > 104 else 7
    label = 81 if release > 105 else 32
    out = bytes([release, 1 if order == ">" else 2, 1, 0]) + pack("H", 6) + pack("I" if release > 102 else "H", 2)
    out += b"old data".ljust(81 if release > 105 else 32, b"\0")
    if release > 104:
        out += b"29 Mar 1999 10:57".ljust(18, b"\0")
    out += bytes([251, 252, 253, 254, 255, 4]) if release >= 111 else b"bilfd" + bytes([127 + 4])
    out += b"".join(v.ljust(name, b"\0") for v in (b"x", b"y", b"z", b"f", b"d", b"s"))
    out += pack("7H", 1, 2, 0, 0, 0, 0, 0)
    out += b"%8.0g".ljust(fmt, b"\0") * 5 + b"%9s".ljust(fmt, b"\0")
    out += b"lab".ljust(name, b"\0") + b"\0" * name * 5
    out += b"first".ljust(label, b"\0") + b"\0" * label * 5
    if release > 104:
        size = "I" if release > 108 else "H"
        note = b"_dta".ljust(name, b"\0") + b"note1".ljust(name, b"\0") + b"a note\0"
        out += b"\x01" + pack(size, len(note)) + note + b"\0" + pack(size, 0)
    top = release < 113
    out += pack("b", 5) + pack("h", 300) + pack("i", 70000) + pack("f", 0.5) + pack("d", 0.25) + text.ljust(4, b"\0")
    out += pack("b", 127 if top else 101) + pack("h", 32767 if top else 32741)
    out += pack("i", 2147483647 if top else 2147483621) + pack("f", 2.0**127)
    out += pack("d", 2.0**1023 if release > 104 else 2.0**333) + b"zz\0\xff"
    if release >= 108:
        texts = b"five\0"
        body = pack("II", 1, len(texts)) + pack("I", 0) + pack("i", 5) + texts
        out += pack("i", len(body)) + b"lab".ljust(name, b"\0") + b"\0\0\0" + body
    else:
        out += pack("H", 1) + b"lab".ljust(9, b"\0") + b"\0" + pack("h", 5) + b"five".ljust(8, b"\0")
    return out


RELEASES = [(release, order) for release in (103, 104, 105, 108, 110, 111, 113, 114, 115) for order in "<>"]


@pytest.mark.parametrize(("release", "order"), [(102, "<"), *RELEASES])
def test_old_formats(release: int, order: str, tmp_path: Path) -> None:
    path = tmp_path / "x.dta"
    path.write_bytes(old_file(release, order))
    data = load_dta(str(path))
    assert [c.type for c in data.columns.values()] == ["byte", "int", "long", "float", "double", "str4"]
    assert [data.numeric(v).tolist() for v in "xyzfd"] == [
        [v, missing.SYSMISS] for v in (5.0, 300.0, 70000.0, 0.5, 0.25)
    ]
    assert data.columns["s"].values.tolist() == ["café", "zz"]
    assert data.sorted_by == ("x", "y")
    assert data.value_labels == {"lab": {5.0: "five"}}
    assert (data.label, data.columns["x"].label, data.columns["x"].value_label) == ("old data", "first", "lab")
    assert data.characteristics == ({"note1": "a note"} if release > 104 else {})
    # an independent reader agrees on the numbers
    other = pd.read_stata(path, convert_categoricals=False)
    assert other["y"].tolist()[0] == 300 and other[["x", "y", "z", "f"]].iloc[1].isna().all()


def test_values_beyond_todays_range_are_promoted() -> None:
    raw = bytearray(old_file(111))
    place = raw.index(struct.pack("<bhi", 5, 300, 70000))
    raw[place] = 126  # an ordinary byte before format 113
    data = parse_dta(memoryview(bytes(raw)), "x.dta")
    assert data.columns["x"].type == "int"
    assert data.numeric("x").tolist() == [126.0, missing.SYSMISS]


# ----------------------------------------------------------------------------------------------------- broken files


def good() -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.dta"
        frame().to_stata(path, version=118, write_index=False, convert_strl=["s"], value_labels={"i8": {1: "one"}})
        return path.read_bytes()


GOOD = good()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1))
def test_truncated(length: int) -> None:
    with pytest.raises((FileReadError, NotStataFormat)):
        parse_dta(memoryview(GOOD[: min(length, len(GOOD) - 40)]), "x.dta")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.sampled_from([GOOD, old_file(108), old_file(115)]))
def test_damaged_bytes_never_surprise(place: int, value: int, raw: bytes) -> None:
    damaged = bytearray(raw)
    damaged[place % len(raw)] = value
    try:
        data = parse_dta(memoryview(bytes(damaged)), "x.dta")
    except StataError as error:
        assert error.rc in (610, 692, 950)
    else:
        assert all(len(c.values) == data.n for c in data.columns.values())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"<stata_dta><header><release>118", b"\x73\x02\x01\x00"]))
def test_rubbish(tail: bytes, head: bytes) -> None:
    with pytest.raises((FileReadError, NotStataFormat)):
        parse_dta(memoryview(head + tail), "x.dta")


def test_hostile_counts_allocate_nothing() -> None:
    huge = GOOD.replace(b"<N>" + struct.pack("<Q", 3), b"<N>" + struct.pack("<Q", 2**60))
    with pytest.raises(FileReadError, match=r"x\.dta corrupted"):
        parse_dta(memoryview(huge), "x.dta")
    with pytest.raises(FileReadError):
        parse_dta(memoryview(GOOD.replace(b"<K>" + struct.pack("<H", 6), b"<K>" + struct.pack("<H", 65535))), "x.dta")


@pytest.mark.parametrize(
    ("content", "error", "rc"),
    [(b"", NotStataFormat, 610), (b"a,b\n1,2\n", NotStataFormat, 610), (GOOD[:400], FileReadError, 692)],
)
def test_messages(content: bytes, error: type[StataError], rc: int, tmp_path: Path) -> None:
    (tmp_path / "x.dta").write_bytes(content)
    with pytest.raises(error, match=r"file x\.dta") as caught:
        load_dta("x.dta", str(tmp_path))
    assert caught.value.rc == rc


def test_no_such_file_and_directories(tmp_path: Path) -> None:
    (tmp_path / "d.dta").mkdir()
    with pytest.raises(FileNotFound, match=r"^file nope\.dta not found$"):
        load_dta("nope.dta", str(tmp_path))
    with pytest.raises(FileCannotOpen, match=r"^file d\.dta could not be opened$"):
        load_dta("d.dta", str(tmp_path))
    with pytest.raises(InvalidSyntax):
        load_dta("a\0b.dta", str(tmp_path))
    with pytest.raises(FileNotFound):
        load("data.csv", str(tmp_path))
    with pytest.raises(FileTypeUnknown, match="cannot be read"):
        load("data.docx", str(tmp_path))


def test_not_a_number_from_other_programs_is_missing(tmp_path: Path) -> None:
    pd.DataFrame({"x": [1.5, 2.5, 3.5]}).to_stata(tmp_path / "x.dta", write_index=False)
    raw = (tmp_path / "x.dta").read_bytes()
    for odd in (float("nan"), float("inf"), float("-inf")):
        (tmp_path / "y.dta").write_bytes(raw.replace(struct.pack("<d", 2.5), struct.pack("<d", odd)))
        assert load_dta("y.dta", str(tmp_path)).numeric("x").tolist() == [1.5, missing.SYSMISS, 3.5]


def test_compressed(tmp_path: Path) -> None:
    (tmp_path / "x.dta.gz").write_bytes(gzip.compress(GOOD))
    assert load("x.dta.gz", str(tmp_path)).n == 3
    (tmp_path / "y.dta.gz").write_bytes(gzip.compress(GOOD)[:100])
    with pytest.raises(FileReadError):
        load("y.dta.gz", str(tmp_path))


def test_time_settings_in_stata_s_notation(tmp_path: Path) -> None:
    """%21x numbers as Stata files hold them: 1 is +1.0000000000000X+000, .1 is +1.999999999999aX-004."""
    assert to_hex(1.0) == "+1.0000000000000X+000"
    assert to_hex(0.1) == "+1.999999999999aX-004"
    assert parse_hex("+1.0000000000000X+000") == 1.0
    assert parse_hex("+1.4000000000000X+002") == 5.0
    assert parse_hex("rubbish") == 0.0
    made = load_dta(_saved(tmp_path, TimeSettings("i8", "i16", 5.0)))
    assert made.settings == TimeSettings("i8", "i16", 5.0)
    assert load_dta(_saved(tmp_path, TimeSettings("i8"))).settings == TimeSettings("i8")


def _saved(folder: Path, wanted: TimeSettings) -> str:
    data = parse_dta(memoryview(GOOD), "x.dta")
    write_dta(Dataset(columns=data.columns, n=data.n, settings=wanted), folder / "x.dta")
    return str(folder / "x.dta")


def test_backslashes_of_windows_do_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.dta").write_bytes(GOOD)
    assert load_dta("sub\\x.dta", str(tmp_path)).n == 3
    with pytest.raises(FileNotFound):
        load_dta("sub\\y.dta", str(tmp_path))


def test_devices_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to("/dev/zero")
    with pytest.raises(FileCannotOpen):
        load("x.csv", str(tmp_path))
