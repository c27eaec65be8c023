"""Saving: nothing is lost in a round trip, other programs read the files, a failure leaves the old file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import datasets

from mixedcli.data import missing
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.dta_read import read_dta
from mixedcli.data.dta_write import write_dta
from mixedcli.errors import FileCannotOpen, FileWriteError


def same(a: Dataset, b: Dataset) -> None:
    assert (a.n, a.names, a.label, a.timestamp, a.sorted_by, a.settings) == (
        b.n, b.names, b.label, b.timestamp, b.sorted_by, b.settings
    )  # fmt: skip
    assert a.value_labels == b.value_labels
    assert dict(a.characteristics) == dict(b.characteristics)
    for x, y in zip(a.columns.values(), b.columns.values(), strict=True):
        assert (x.name, x.type, x.format, x.label, x.value_label) == (y.name, y.type, y.format, y.label, y.value_label)
        assert dict(x.characteristics) == dict(y.characteristics)
        assert x.values.dtype == y.values.dtype
        assert x.values.tolist() == y.values.tolist()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=datasets())
def test_round_trip(data: Dataset, tmp_path: Path) -> None:
    write_dta(data, tmp_path / "x.dta")
    same(data, read_dta(tmp_path / "x.dta"))


def example() -> Dataset:
    text = np.empty(3, dtype=object)
    text[:] = ["naïve", "", "z"]
    long = np.empty(3, dtype=object)
    long[:] = ["x" * 3000, "", "x" * 3000]
    made = Dataset().with_columns(
        [
            Column("b", "byte", np.array([1, 101, 102], dtype=np.int8), value_label="yn"),
            Column("d", "double", np.array([0.1, missing.SYSMISS, -5.0]), label="decimals"),
            Column("f", "float", np.array([0.1, 2.0**127, 3.0], dtype=np.float32)),
            Column("s", "str6", text),
            Column("l", "strL", long),
        ]
    )
    return made.with_value_label("yn", {1.0: "yes", missing.missing_value("a"): "refused"})


def test_pandas_reads_what_we_write(tmp_path: Path) -> None:
    write_dta(example(), tmp_path / "x.dta")
    with pd.read_stata(tmp_path / "x.dta", iterator=True, convert_categoricals=False) as reader:
        frame = reader.read()
        assert reader.variable_labels()["d"] == "decimals"
        assert reader.value_labels()["yn"] == {1: "yes", 2147483622: "refused"}
    assert frame["b"].tolist()[0] == 1 and frame["b"].isna().tolist() == [False, True, True]
    assert frame["d"].tolist()[0] == 0.1 and np.isnan(frame["d"][1])
    assert frame["f"].tolist()[0] == np.float32(0.1)
    assert frame["s"].tolist() == ["naïve", "", "z"]
    assert frame["l"].tolist() == ["x" * 3000, "", "x" * 3000]


def test_more_variables_than_format_118_holds(tmp_path: Path) -> None:
    wide = Dataset().with_columns(Column(f"v{i}", "byte", np.array([i % 100], dtype=np.int8)) for i in range(32770))
    write_dta(wide, tmp_path / "x.dta")
    assert (tmp_path / "x.dta").read_bytes()[28:31] == b"119"
    back = read_dta(tmp_path / "x.dta")
    assert len(back.columns) == 32770
    assert back.columns["v32769"].values.tolist() == [69]


def test_strings_outgrowing_their_type_widen_it(tmp_path: Path) -> None:
    grown = np.empty(2, dtype=object)
    grown[:] = ["abcdef", "y" * 2046]
    for width, values in (("str6", grown[:1]), ("strL", grown)):
        write_dta(Dataset().with_columns([Column("s", "str2", values)]), tmp_path / "x.dta")
        back = read_dta(tmp_path / "x.dta").columns["s"]
        assert back.type == width
        assert back.values.tolist() == values.tolist()


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_failure_leaves_the_old_file(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.dta"
    write_dta(example(), target)
    before = target.read_bytes()

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "write":
        monkeypatch.setattr("mixedcli.data.dta_write._Writer._records", full)
    elif failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileWriteError, match="disk full") as caught:
        write_dta(example().without(["b"]), target)
    assert caught.value.rc == 693
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.dta"]


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileCannotOpen):
        write_dta(example(), tmp_path / "nowhere" / "x.dta")
    with pytest.raises(FileCannotOpen):
        write_dta(example(), tmp_path)


def test_permissions_and_links_survive(tmp_path: Path) -> None:
    target, link = tmp_path / "x.dta", tmp_path / "link.dta"
    write_dta(example(), target)
    target.chmod(0o640)
    link.symlink_to(target)
    write_dta(example().without(["b"]), link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert "b" not in read_dta(target).names


def test_progress_counts_observations(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    column = Column("x", "byte", np.zeros(20000, dtype=np.int8))
    write_dta(Dataset().with_columns([column]), tmp_path / "x.dta", progress=lambda a, b: seen.append((a, b)))
    read_dta(tmp_path / "x.dta", progress=lambda a, b: seen.append((a, b)))
    assert seen.count((20000, 20000)) == 2
