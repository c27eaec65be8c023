"""file, postfile, timer and the commands on files and directories."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import pytest

from mixedcli.dispatch import Runner
from mixedcli.session import Session
from tests.commands.driving import Run, column, driver


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    _, run = driver()
    return run


def test_a_text_is_written_and_read_line_by_line(run: Run, tmp_path: Path) -> None:
    run("file open h using out.txt, write replace")
    run('file write h "a b" _n (1/4) _tab %6.3f (2/3) ","')
    run('file write h `"say "hi""\' _col(40) %-4s ("x") "|" _newline(2)')
    run('file write h _dup(3) "-" _skip(2) "end"')
    assert run("file close h") == ""
    expected = 'a b\n.25\t 0.667,say "hi"'
    length = len(expected.split("\n")[-1])
    assert (tmp_path / "out.txt").read_text() == expected + " " * (39 - length) + "x   |\n\n---  end"
    run("file open h using out.txt, read text")
    run("file read h line")
    assert run('display `"`line\'"\' r(eof) "`r(status)\'"') == "a b0unix"
    run("file read h line\nfile read h line\nfile read h line")
    assert run('display `"`line\'"\' r(eof) "`r(status)\'"') == "---  end0none"
    run("file read h line")
    assert run('display `"[`line\']"\' r(eof) "`r(status)\'"') == "[]1eof"
    run("file seek h tof")
    run("file read h line")
    assert run('display "`line\'"') == "a b"
    run("file seek h query")
    assert run("display r(loc)") == "4"
    assert "out.txt" in run("file query")
    run("file close _all")
    assert run("file read h line") == "r(111): file handle h not found"


def test_line_ends_of_other_systems(run: Run, tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_bytes(b"one\r\ntwo\rthree")
    run("file open h using w.txt, read")
    seen = []
    for _ in range(4):
        run("file read h line")
        seen.append(run("display \"`line' `r(status)'\"").strip())
    assert seen == ["one win", "two mac", "three none", "eof"]


def test_append_and_modes(run: Run, tmp_path: Path) -> None:
    run('file open h using a.txt, write\nfile write h "1" _n\nfile close h')
    assert run("file open h using a.txt, write") == "r(602): file a.txt already exists"
    run('file open h using a.txt, write append\nfile write h "2" _n\nfile close h')
    assert (tmp_path / "a.txt").read_text() == "1\n2\n"
    run("file open h using a.txt, read")
    assert run("file open h using a.txt, read") == "r(110): file handle h already exists"
    assert run('file write h "x"').startswith("r(198)")
    assert run("file open g using nosuch.txt, read") == "r(601): file nosuch.txt not found"
    assert run("file open g using /dev/zero, read").startswith("r(603)")
    assert run("file open g using b.txt").startswith("r(198)")
    assert run("file open g using b.txt, write nosuch").startswith("r(198)")
    assert run("file open g using nosuch/b.txt, write") == "r(603): file nosuch/b.txt could not be opened"
    assert run("file seek h nosuch").startswith("r(198)")
    assert run("file write h (1").startswith("r(198)")
    assert not (tmp_path / "b.txt").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_is_told(run: Run, tmp_path: Path) -> None:
    run("file open h using a.txt, write")
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").symlink_to("/dev/full")
    assert run('file write h "x"').startswith("r(693)")
    (tmp_path / "a.txt").unlink()
    assert run('file write h "x"') == "r(601): file a.txt not found"


def test_binary(run: Run, tmp_path: Path) -> None:
    run("file open h using b.bin, write binary")
    run("file set h byteorder hilo")
    run('file write h %8z (1.5) %4b (-7) %2bu (65535) %1bs (3) %4s "ab" %4z (.25)')
    run("file close h")
    raw = (tmp_path / "b.bin").read_bytes()
    assert raw == struct.pack(">diHb4sf", 1.5, -7, 65535, 3, b"ab", 0.25)
    run("file open h using b.bin, read binary\nfile set h byteorder hilo")
    run("file read h %8z a\nfile read h %4b b\nfile read h %2bu c\nfile read h %1b d\nfile read h %4s t")
    assert run('display a " " b " " c " " d "`t\'"') == "1.5 -7 65535 3ab"
    run("file read h %8z a")
    assert run("display r(eof)") == "1"
    assert run("file read h %3z a").startswith("r(120)")


def test_postfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session, run = driver()
    run("set obs 2\ngen kept = 1")
    assert run("postfile h str4 m double(a b) int n x using res") == ""
    run('post h ("abcdef") (1/3) (.a) (3.7) (1/3)')
    run('post h ("é") (exp(1)) (2) (40000) (.)')
    assert run("post h (1) (1) (1) (1) (1)") == "r(109): type mismatch"
    assert run('post h ("a") (1)').startswith("r(198)")
    assert not (tmp_path / "res.dta").exists()
    assert run("postclose h") == ""
    assert session.data.names == ("kept",)
    assert run("post h (1)") == "r(111): post h not found"
    assert run("postfile h a using res") == "r(602): file res.dta already exists"
    run("use res, clear")
    assert [c.type for c in session.data.columns.values()] == ["str4", "double", "double", "int", "float"]
    assert column(session, "m") == ["abcd", "é"]
    assert column(session, "a")[0] == 1 / 3
    assert column(session, "n") == [3, "."]
    assert column(session, "x")[0] == pytest.approx(1 / 3, rel=1e-7)


def test_many_posts_in_a_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session, run = driver()
    run("tempname p\npostfile `p' k using many, every(10) replace")
    run("forvalues i = 1/2500 {\npost `p' (`i')\n}\npostclose `p'")
    run("use many")
    assert column(session, "k") == list(range(1, 2501))
    assert run("postfile q k k using r").startswith("r(110)")
    assert run("postfile q using r").startswith("r(198)")
    assert run("postfile q k using r, nosuch").startswith("r(198)")
    run("postfile q k using r")
    assert run("postutil dir").split() == ["q", "r.dta"]
    run("postutil clear")
    assert run("postutil dir") == ""


def test_timer(run: Run) -> None:
    run("timer on 1\nsleep 30\ntimer off 1\ntimer on 1\ntimer off 1\ntimer on 2")
    assert run("display 0.03 <= r(t1)") == "1"  # missing before timer list
    shown = run("timer list").split("\n")
    # stata: "   1:      0.46 /        1 =       0.4640"
    assert (shown[0][:5], shown[0][15:28]) == ("   1:", " /        2 =")
    assert run("display (0.03 <= r(t1)) & (r(t1) < 5) & r(nt1) == 2 & r(nt2) == 1") == "1"
    run("timer clear 1")
    assert len(run("timer list").split("\n")) == 1
    run("timer clear")
    assert run("timer list") == ""
    assert run("timer on 101").startswith("r(198)")
    assert run("timer on").startswith("r(198)")
    assert run("sleep x").startswith("r(198)")


def test_files_and_directories(run: Run, tmp_path: Path) -> None:
    assert run("mkdir sub") == ""
    assert run("mkdir sub") == "r(693): could not create directory sub"
    (tmp_path / "a.txt").write_text("one\ttab\ntwo\n")
    assert run("copy a.txt b.txt") == ""
    assert run("copy a.txt b.txt") == "r(602): file b.txt already exists"
    assert run("copy a.txt b.txt, replace") == ""
    assert run("copy a.txt sub") == ""
    assert (tmp_path / "sub/a.txt").read_text() == "one\ttab\ntwo\n"
    assert run("copy nosuch.txt c.txt").startswith("r(601)")
    assert run("copy a.txt").startswith("r(198)")
    assert [row.split()[-1] for row in run("dir").split("\n")] == ["a.txt", "b.txt", "sub"]
    assert run("dir *.txt, wide").split() == ["a.txt", "b.txt"]
    assert run("ls sub").endswith("a.txt")
    assert run("dir *.nosuch").startswith("r(601)")
    assert run("type a.txt") == "one     tab\ntwo"
    assert run("type a.txt, lines(1) showtabs") == "one<T>tab"
    assert run("type sub").startswith("r(601)")
    assert run("rmdir sub") == "r(693): could not remove directory sub"
    assert run("erase sub/a.txt") == ""
    assert run("rmdir sub") == ""
    assert run("rm a.txt") == ""
    assert run("erase a.txt") == "r(601): file a.txt not found"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.txt"]


def test_a_directory_of_another_machine_does_not_stop_a_script(run: Run, tmp_path: Path) -> None:
    here = str(tmp_path)
    for foreign in [r"C:\Users\ann\project", "D:/data", r"\\server\share", "/nowhere/at/all"]:
        shown = run(f'cd "{foreign}"').replace("\n> ", "")
        assert shown.startswith("note: ") and shown.endswith(here)
        assert run("pwd") == here
    assert run("cd nosuch") == "r(170): unable to change to nosuch"
    assert run(f'cd "{here}/nosuch"').startswith("r(170)")  # so that capture cd, then mkdir works
    (tmp_path / "sub").mkdir()
    run("cd sub")
    assert run("pwd") == f"{here}/sub"


def test_temporary_files_go_with_the_program(run: Run) -> None:
    run('program p, rclass\ntempfile f\nfile open h using "`f\'", write\nfile write h "x"\nfile close h\n'
        'confirm file "`f\'"\nreturn local f "`f\'"\nend')  # fmt: skip
    run("p")
    run("local f `r(f)'")
    assert run('confirm new file "`f\'"') == ""


def test_open_files_travel_with_a_session(run: Run) -> None:
    session = Session()
    Runner(session).execute("postfile h a using x\npost h (1)")
    again = pickle.loads(pickle.dumps(session.postings))
    assert again["h"].page == ((1.0,),)


def test_filefilter(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b'one;two;"three"\r\nfour;\n')
    assert run('filefilter a.txt b.txt, from(";") to(",")') == ""
    assert (tmp_path / "b.txt").read_bytes() == b'one,two,"three"\r\nfour,\n'
    assert run("display r(occurrences) r(bytes_from) r(bytes_to)") == "32323"
    assert run('filefilter a.txt b.txt, from(";") to(",")') == "r(602): file b.txt already exists"
    run("filefilter a.txt b.txt, from(\\W) to(\\U) replace")
    run("filefilter b.txt c.txt, from(\\Q) to(\\116d\\BS\\t)")
    assert (tmp_path / "c.txt").read_bytes() == b"one;two;t\\\tthreet\\\t\nfour;\n"
    assert run("filefilter nosuch.txt d.txt, from(a) to(b)").startswith("r(601)")
    assert run("filefilter a.txt, from(a) to(b)").startswith("r(198)")
    assert run("filefilter a.txt d.txt, from(a)").startswith("r(198)")
