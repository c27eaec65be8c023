"""order, rename, format, clear, cd."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset


def data() -> Dataset:
    text = np.empty(1, dtype=object)
    text[0] = "v"
    numbers = [
        Column(name, "byte", np.array([k], dtype=np.int8), "%8.0g") for k, name in enumerate(["a", "x10", "x2", "B"])
    ]
    return Dataset().with_columns([*numbers, Column("s", "str1", text, "%9s")])


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("order x2 B", "x2 B a x10 s"),
        ("order a x10, last", "x2 B s a x10"),
        ("order s, before(x2)", "a x10 s x2 B"),
        ("order a, after(x2)", "x10 x2 a B s"),
        ("order _all, alphabetic", "B a s x10 x2"),
        ("order x10 x2 a, sequential", "a x2 x10 B s"),
        ("order s s a", "s a x10 x2 B"),
    ],
)
def test_order(typed: str, names: str) -> None:
    session, run = driver(data())
    assert run(typed) == ""
    assert session.data.names == tuple(names.split())


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("rename a b", "b x10 x2 B s"),
        ("ren x1 y", "a y x2 B s"),
        ("rename (a x2) (x2 a)", "x2 x10 a B s"),
        ("rename x* new*", "a new10 new2 B s"),
        ("rename _all, upper", "A X10 X2 B S"),
        ("rename B, lower", "a x10 x2 b s"),
        ("rename a a", "a x10 x2 B s"),
    ],
)
def test_rename(typed: str, names: str) -> None:
    session, run = driver(data())
    assert run(typed) == ""
    assert session.data.names == tuple(names.split())
    assert [c.name for c in session.data.columns.values()] == names.split()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("order", "r(100): varlist required"),
        ("order nope", "r(111): variable nope not found"),
        ("order a, first last", "r(198): options first and last may not be combined"),
        ("rename a", "r(198): invalid syntax"),
        ("rename a x2", "r(110): variable x2 already defined"),
        ("rename a if", "r(198): invalid syntax"),
        ("rename nope y", "r(111): variable nope not found"),
        ("rename a 1a", "r(198): 1a invalid name"),
        ("rename x* y", "r(198): invalid syntax"),
        ("rename (a x2) (b)", "r(198): 2 old names and 1 new names"),
        ("format a %9.2q", "r(120): invalid %format"),
        ("format %9.2f", "r(100): varlist required"),
        ("format s %9.2f", "r(120): may not combine %f format with s"),
        ("cd nosuchplace", "r(170): unable to change to nosuchplace"),
        ("clear nonsense", "r(198): invalid syntax"),
    ],
)
def test_failures(typed: str, answer: str) -> None:
    session, run = driver(data())
    before = session.data
    assert run(typed) == answer
    assert session.data is before


def test_format() -> None:
    session, run = driver(data())
    run("format a x10 %9.2f")
    run("format %-9s s")
    assert [c.format for c in session.data.columns.values()] == ["%9.2f", "%9.2f", "%8.0g", "%8.0g", "%-9s"]
    assert "a               %9.2f" in run("format a").split("\n")
    assert session.data.columns["a"].values.tolist() == [0]


def test_clear() -> None:
    session, run = driver(data())
    run("label define l 1 one")
    run("scalar k = 3")
    run("clear")
    assert (session.data.n, session.data.names, session.data.value_labels) == (0, (), {})
    assert session.scalars == {"k": 3.0}
    run("clear all")
    assert session.scalars == {}


def test_cd(tmp_path: Path) -> None:
    session, run = driver()
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "x.csv").write_text("a\n1\n")
    assert run(f'cd "{tmp_path}"') == str(tmp_path)
    assert run("cd inside") == str(tmp_path / "inside")
    assert run("cd") == str(tmp_path / "inside")
    assert run("import delimited x.csv").endswith("(1 var, 1 obs)")
    assert run("cd ..") == str(tmp_path)
    assert run("import delimited x.csv, clear") == "r(601): file x.csv not found"
    assert session.settings.cwd == str(tmp_path)
