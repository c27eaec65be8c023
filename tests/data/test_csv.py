"""Delimited text: types, names, missing fields, odd files; the fast route for large files agrees with the plain one."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli.data import missing, text_read
from mixedcli.data.dataset import Dataset
from mixedcli.data.read import load
from mixedcli.data.text_columns import clean_names
from mixedcli.data.text_read import TextOptions, parse_bytes, read_text
from mixedcli.errors import FileReadError, InvalidSyntax

MISS = missing.SYSMISS


def parse(text: str | bytes, **options: object) -> Dataset:
    raw = text.encode() if isinstance(text, str) else text
    return parse_bytes(raw, TextOptions(**options)).data  # type: ignore[arg-type]


def values(data: Dataset, name: str) -> list[object]:
    column = data.column(name)
    return column.values.tolist() if column.is_string else column.numeric().tolist()


def types(data: Dataset) -> dict[str, str]:
    return {c.name: c.type for c in data.columns.values()}


def test_smallest_types() -> None:
    data = parse("b,i,l,d,f,s\n100,101,32741,2147483621,0.5,x\n-127,-5,1,2,3,yy\n")
    assert types(data) == {"b": "byte", "i": "int", "l": "long", "d": "double", "f": "float", "s": "str2"}
    assert [c.format for c in data.columns.values()] == ["%8.0g", "%8.0g", "%12.0g", "%10.0g", "%9.0g", "%9s"]
    assert data.n == 2


def test_decimals_are_float_unless_that_blurs_them() -> None:
    assert types(parse("x\n0.1\n0.2\n")) == {"x": "float"}
    assert types(parse("x\n0.1\n0.2\n", decimals="double")) == {"x": "double"}
    assert types(parse("x\n1000000000000.25\n1000000000000.5\n")) == {"x": "double"}
    assert types(parse("x\n1000000000000.25\n1000000000000.5\n", decimals="float!")) == {"x": "float"}
    assert values(parse("x\n0.1\n"), "x") == [float(np.float32(0.1))]


def test_missing_fields() -> None:
    data = parse("a,b,s\n1,,x\n.,2.5,\n.b, ,.\n")
    assert values(data, "a") == [1, MISS, missing.missing_value("b")]
    assert values(data, "b") == [MISS, 2.5, MISS]
    assert values(data, "s") == ["x", "", "."]


@pytest.mark.parametrize("word", ["NA", "inf", "-Inf", "nan", "1_000", "0x10", "1,5x", "true", "1e", "--1", "١"])
def test_what_is_no_number_is_text(word: str) -> None:
    assert parse(f'x\n1\n"{word}"\n').columns["x"].is_string


@pytest.mark.parametrize(("text", "number"), [("1e3", 1000.0), (" 7 ", 7.0), ("+2", 2.0), ("1D2", 100.0), (".5", 0.5)])
def test_what_is_a_number(text: str, number: float) -> None:
    assert values(parse(f"x\n{text}\n"), "x") == [number]


def test_numbers_beyond_double_are_missing() -> None:
    assert values(parse("x\n1e999\n-1e999\n1\n"), "x") == [MISS, MISS, 1.0]


def test_names() -> None:
    """Cases seen in logs: AverageHarmonisedLearningOutcomes loses its blanks, PacksPerCapita keeps a label."""
    names, labels = clean_names(["Packs Per Capita", "id", "2020", "x.y", "", "id", "if", "v3", "a" * 40], 10)
    assert names == ["packspercapita", "id", "v4", "xy", "v5", "v6", "v7", "v3", "a" * 32, "v10"]
    assert labels == ["Packs Per Capita", "", "2020", "x.y", "", "id", "if", "", "a" * 40, ""]
    assert clean_names(["Größe"], 1, "preserve")[0] == ["Größe"]
    assert clean_names(["x y"], 1, "upper")[0] == ["XY"]
    assert len(set(clean_names(["v2", "v2", "v1"], 3)[0])) == 3


def test_header_or_not() -> None:
    assert parse("1,2\n3,4\n").names == ("v1", "v2")
    assert parse("1,2\n3,4\n").n == 2
    assert parse("a,b\n3,4\n", varnames=0).n == 2
    assert parse("junk line,\na,b\n3,4\n", varnames=2).names == ("a", "b")
    assert parse("1,b\n3,4\n", varnames=1).names == ("v1", "b")
    only = parse("a,b,c\n")
    assert (only.n, only.names) == (0, ("a", "b", "c"))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_found(delimiter: str) -> None:
    data = parse(f"a{delimiter}b\n1{delimiter}2\n3{delimiter}4\n")
    assert [values(data, v) for v in "ab"] == [[1, 3], [2, 4]]


def test_delimiters_given() -> None:
    assert values(parse("a:b\n1:2\n", delimiters=":"), "b") == [2]
    assert values(parse("  a   b\n1  2  \n", delimiters=" ", collapse=True), "b") == [2]
    assert values(parse("a;b,c\n1,2;3\n", delimiters=";,"), "c") == [3]


def test_quotes() -> None:
    data = parse('name,x\n"Smith, J",1\n"say ""hi""",2\n')
    assert values(data, "name") == ["Smith, J", 'say "hi"']
    assert types(parse('x\n"1"\n"2"\n')) == {"x": "byte"}


def test_unbalanced_quotes_stay_in_their_line() -> None:
    data = parse('s,x\n"abc,1\ndef,2\n')
    assert values(data, "s") == ['"abc', "def"]
    assert values(data, "x") == [1, 2]


def test_quotes_across_lines_when_asked_for() -> None:
    data = parse('s,x\n"a\nb",1\n"c",2\n', binding="strict")
    assert values(data, "s") == ["a\nb", "c"]
    assert parse('s\n"a"\n', binding="nobind").columns["s"].values.tolist() == ['"a"']


def test_ragged_rows() -> None:
    data = parse("a,b\n1\n2,3,4\n\n5,6\n")
    assert data.names == ("a", "b", "v3")
    assert [values(data, v) for v in data.names] == [[1, 2, 5], [MISS, 3, 6], [MISS, 4, MISS]]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_files(raw: bytes) -> None:
    data = parse(raw)
    assert (data.n, data.names) == (0, ())


def test_encodings() -> None:
    found = {
        "caf\xe9".encode(): "UTF-8",
        "caf\xe9".encode("latin-1"): "ISO-8859-1",
        "caf\xe9".encode("utf-16"): "UTF-16",
        "\ufeffcaf\xe9".encode(): "UTF-8",
    }
    for word, encoding in found.items():
        head = "x\n".encode("utf-16") if encoding == "UTF-16" else b"x\n"
        raw = "x\ncaf\xe9\n".encode("utf-16") if encoding == "UTF-16" else head + word + b"\n"
        imported = parse_bytes(raw, TextOptions())
        assert imported.encoding == encoding
        assert imported.data.columns["x"].values.tolist()[0].lstrip("\ufeff") == "caf\xe9"
    assert parse_bytes(b"x\n1\n", TextOptions()).encoding == "ISO-8859-1"
    assert parse("x\ncaf\xe9\n".encode("cp850"), encoding="cp850").columns["x"].values.tolist() == ["caf\xe9"]
    with pytest.raises(InvalidSyntax):
        parse("x\n", encoding="no-such")


def test_byte_order_mark_line_ends_and_nuls() -> None:
    assert parse(b"\xef\xbb\xbfa,b\r\n1,2\r\n").names == ("a", "b")
    assert values(parse(b"a\r1\r2\r"), "a") == [1, 2]
    assert values(parse(b"a\n1\x00\n"), "a") == [1]


def test_ranges_and_forced_columns() -> None:
    text = "a,b,c\n1,2,3\n4,5,6\n7,8,9\n"
    assert values(parse(text, rows=(3, 3)), "a") == [4]
    assert values(parse(text, rows=(3, 0)), "a") == [4, 7]
    assert values(parse(text, rows=(0, 2)), "a") == [1]
    assert parse(text, fields=(2, 3)).names == ("b", "c")
    assert types(parse(text, strings=(1,))) == {"a": "str1", "b": "byte", "c": "byte"}
    assert types(parse(text, strings=(-1,))) == {"a": "str1", "b": "str1", "c": "str1"}
    assert values(parse("a\n1\nx\n", numerics=(1,)), "a") == [1, MISS]


def test_compressed(tmp_path: Path) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert load("x.csv.gz", str(tmp_path)).names == ("a", "b")
    (tmp_path / "y.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 50)[:-12])
    with pytest.raises(FileReadError, match="corrupted"):
        load("y.csv.gz", str(tmp_path))


def test_loading_by_suffix_rounds_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text("a\tb\n0.1\t1,5\n")
    data = load("x.tsv", str(tmp_path))
    assert values(data, "a") == [0.1]
    assert values(data, "b") == ["1,5"]
    assert (data.source, data.changed) == ("x.tsv", False)


# ---------------------------------------------------------------------------------------------- the two routes agree

ODD = ["", ".", ".a", " ", "NA", "x y", "true", "False", "inf", "-1e400", "007", "1,5", "é", '"q"', '"a', "1d3"]
FIELDS = st.one_of(
    st.integers(-(10**10), 10**10).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(ODD),
)
NUMERIC = st.one_of(st.integers(-300, 300).map(str), st.sampled_from(["", ".", "0.25", "1e5"]))


def table(kinds: list[bool]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Rows of fields; True marks columns of plain numbers."""
    return st.lists(st.tuples(*[NUMERIC if kind else FIELDS for kind in kinds]), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.booleans(), min_size=1, max_size=4).flatmap(table),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_fast_route(rows: list[tuple[str, ...]], header: bool, final: bool, end: str) -> None:
    import tempfile
    from unittest import mock

    lines = [";".join(row) for row in rows]
    if header:
        lines.insert(0, ";".join(f"N{i}" for i in range(len(rows[0]))))
    raw = (end.join(lines) + (end if final else "")).encode()
    options = TextOptions(delimiters=";")
    plain = parse_bytes(raw, options)
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(text_read, "LARGE", -1):
        path = Path(folder) / "x.csv"
        path.write_bytes(raw)
        fast = read_text(path, "x.csv", options)
    assert fast.encoding == plain.encoding
    assert types(fast.data) == types(plain.data)
    for name in plain.data.names:
        assert values(fast.data, name) == values(plain.data, name)


def test_progress_and_the_fast_route_on_a_large_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=120_000)
    lines = ["id,x,name", *(f"{i},{v!r},g{i % 7}" for i, v in enumerate(numbers.tolist()))]
    (tmp_path / "x.csv").write_text("\n".join(lines) + "\n")
    assert (tmp_path / "x.csv").stat().st_size > 3_000_000
    seen: list[tuple[int, int]] = []
    data = load("x.csv", str(tmp_path), lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0
    assert types(data) == {"id": "long", "x": "double", "name": "str2"}
    assert values(data, "x") == numbers.tolist()
    assert values(data, "name")[:8] == ["g0", "g1", "g2", "g3", "g4", "g5", "g6", "g0"]
