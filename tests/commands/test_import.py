"""import delimited and import excel."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import column, driver


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.csv").write_text("Id,Packs Per Capita,s\n1,0.5,a\n2,1.5,b\n")
    (tmp_path / "semi.txt").write_text("a;b\n1;2\n")
    (tmp_path / "one.csv").write_text("a\n1\n")
    (tmp_path / "accent.csv").write_text("s\nné\n", encoding="utf-8")
    return tmp_path


def test_messages_of_the_logs(folder: Path) -> None:
    session, run = driver()
    assert run(f"import delimited {folder}/x.csv") == "(encoding automatically selected: ISO-8859-1)\n(3 vars, 2 obs)"
    assert session.data.names == ("id", "packspercapita", "s")
    assert [c.label for c in session.data.columns.values()] == ["Id", "Packs Per Capita", ""]
    assert [c.type for c in session.data.columns.values()] == ["byte", "float", "str1"]
    assert session.data.changed
    assert run(f"import delimited using {folder}/accent, clear").startswith("(encoding automatically selected: UTF-8)")
    assert run(f'import delimited "{folder}/one.csv", clear encoding("utf-8")') == "(1 var, 1 obs)"


def test_options(folder: Path) -> None:
    session, run = driver()
    run(f'import delim using "{folder}/x.csv", case(preserve) asdouble stringcols(1) clear')
    assert session.data.names == ("Id", "PacksPerCapita", "s")
    assert [c.type for c in session.data.columns.values()] == ["str1", "double", "str1"]
    run(f'import delimited u v using "{folder}/semi.txt", delimiters(";") varnames(nonames) clear')
    assert session.data.names == ("u", "v")
    assert column(session, "u") == ["a", "1"]
    run(f'import delimited "{folder}/x.csv", rowrange(3:3) colrange(1:2) clear')
    assert (session.data.n, session.data.names) == (1, ("id", "packspercapita"))
    run("clear")
    run("set type double")
    run(f'import delimited "{folder}/x.csv"')
    assert session.data.columns["packspercapita"].type == "double"


def test_changed_data_are_guarded(folder: Path) -> None:
    session, run = driver()
    run(f"import delimited {folder}/x.csv")
    before = session.data
    assert run(f"import delimited {folder}/one.csv") == "r(4): no; dataset in memory has changed since last saved"
    assert session.data is before


@pytest.mark.parametrize(
    ("typed", "rc"),
    [
        ("import", 198),
        ("import sasxport5 x", 198),
        ("import delimited nope.csv", 601),
        ("import delimited x.csv, varnames(0)", 198),
        ("import delimited x.csv, rowrange(3:2)", 198),
        ("import delimited x.csv, colrange(a)", 198),
        ("import delimited x.csv, case(funny)", 198),
        ("import delimited x.csv, stringcols(x)", 198),
        ("import delimited x.csv, encoding(nonsense)", 198),
        ('import delimited x.csv, delimiters(";", wrong)', 198),
        ("import delimited a b c d using x.csv", 103),
        ("import delimited s using x.csv", 110),
        ("import delimited if using x.csv", 198),
        ("import excel nope", 601),
    ],
)
def test_failures_leave_the_data(typed: str, rc: int, folder: Path) -> None:
    session, run = driver()
    run(f'cd "{folder}"')
    before = session.data
    assert run(typed).startswith(f"r({rc}): ")
    assert session.data is before


def test_commas_before_decimals_and_a_string_as_delimiter(tmp_path: Path) -> None:
    session, run = driver()
    (tmp_path / "eu.csv").write_text("a;b;c\n1,5;1.234,25;x,y\n2;-7,5;3.5\n")
    run(f'import delimited {tmp_path}/eu.csv, delimiters(";") decimalseparator(",") groupseparator(".") clear')
    assert column(session, "a") == [1.5, 2]
    assert column(session, "b") == [1234.25, -7.5]
    assert column(session, "c") == ["x,y", "3.5"]
    run(f'import delimited {tmp_path}/eu.csv, delimiters(";") decimalseparator(",") clear')
    assert column(session, "b") == ["1.234,25", "-7,5"]  # 1.234,25 is no number without groupseparator()
    assert run(f'import delimited {tmp_path}/eu.csv, decimalseparator("ab") clear').startswith("r(198)")
    (tmp_path / "two.txt").write_text("a::b:c\n1::2:3\n")
    run(f'import delimited {tmp_path}/two.txt, delimiters("::", asstring) clear varnames(nonames)')
    assert column(session, "v2") == ["b:c", "2:3"]
