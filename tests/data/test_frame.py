"""DataFrames and the files of other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mixedcli.data import missing
from mixedcli.data.frame import from_frame, to_frame
from mixedcli.data.read import load
from mixedcli.errors import FileReadError, StataError, TypeMismatch

MISS = missing.SYSMISS


def test_types_of_columns() -> None:
    frame = pd.DataFrame(
        {
            "small": [1, 2, 3],
            "Big One": [2**40, 1, 2],
            "decimal": [0.1, np.nan, np.inf],
            "single": np.array([0.1, np.nan, 2], dtype=np.float32),
            "flag": [True, False, True],
            "name": ["a", None, "bcd"],
            "level": pd.Categorical(["lo", "hi", None], categories=["lo", "hi"]),
            "day": pd.to_datetime(["1960-01-02", None, "2000-01-01"]),
            "time": pd.to_datetime(["1960-01-01 00:00:01", None, "1960-01-02 00:00:00"]),
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "mixed": [1, None, "x"],
        }
    )
    data = from_frame(frame)
    assert {c.name: c.type for c in data.columns.values()} == {
        "small": "byte", "BigOne": "double", "decimal": "double", "single": "float", "flag": "byte", "name": "str3",
        "level": "byte", "day": "float", "time": "double", "nullable": "byte", "mixed": "str1",
    }  # fmt: skip
    assert data.columns["BigOne"].label == "Big One"
    assert data.numeric("decimal").tolist() == [0.1, MISS, MISS]
    assert data.numeric("single").tolist() == [float(np.float32(0.1)), MISS, 2]
    assert data.numeric("flag").tolist() == [1, 0, 1]
    assert data.columns["name"].values.tolist() == ["a", "", "bcd"]
    assert data.numeric("level").tolist() == [1, 2, MISS]
    assert data.value_labels["level"] == {1.0: "lo", 2.0: "hi"}
    assert data.numeric("day").tolist() == [1, MISS, 14610]  # 1 January 2000 is day 14610 ([U] dates)
    assert data.columns["day"].format == "%td"
    assert data.numeric("time").tolist() == [1000, MISS, 86_400_000]
    assert data.numeric("nullable").tolist() == [1, MISS, 3]
    assert data.columns["mixed"].values.tolist() == ["1", "", "x"]


def test_back_to_a_frame() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan], "s": ["x", ""]})
    back = to_frame(from_frame(frame))
    assert back["a"].tolist() == [1, 2] and back["a"].dtype.kind == "i"
    assert back["b"].tolist()[0] == 0.5 and np.isnan(back["b"][1])
    assert back["s"].tolist() == ["x", ""]


def test_empty_frames() -> None:
    assert from_frame(pd.DataFrame()).n == 0
    data = from_frame(pd.DataFrame({"a": pd.Series([], dtype=float)}))
    assert (data.n, data.columns["a"].type) == (0, "byte")
    assert to_frame(data).shape == (0, 1)


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, 1 + 2j, b"x"])
def test_what_is_neither_number_nor_text(value: object) -> None:
    with pytest.raises(TypeMismatch):
        from_frame(pd.DataFrame({"x": [value, value]}))


def test_spss_files(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"Sex": [1.0, 2.0, np.nan], "w": [0.5, 1.5, 2.5], "s": ["a", "b", "c"]})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "x.sav"),
        file_label="a file",
        column_labels=["Sex of child", "weight", ""],
        variable_value_labels={"Sex": {1: "boy", 2: "girl"}},
    )
    data = load("x.sav", str(tmp_path))
    assert data.numeric("Sex").tolist() == [1, 2, MISS]
    assert data.columns["Sex"].label == "Sex of child"
    assert data.value_labels[data.columns["Sex"].value_label] == {1.0: "boy", 2.0: "girl"}
    assert (data.numeric("w").tolist(), data.label) == ([0.5, 1.5, 2.5], "a file")
    (tmp_path / "y.sav").write_bytes(b"$FL2 rubbish")
    with pytest.raises(FileReadError, match="corrupted"):
        load("y.sav", str(tmp_path))


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx"])
def test_broken_files_or_readers_that_are_not_installed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"rubbish")
    with pytest.raises(StataError) as caught:
        load(name, str(tmp_path))
    assert caught.value.rc in (198, 692)
