"""Idioms of real do-files: the traps of the language, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from driver import Driver

IDIOMS = [
    # macros are put in place before a line is read, in strings too
    ("local v x\nlocal x 5\ndisplay \"``v''\"", ["5"]),
    ("local a = 1 + 1\nlocal b 1 + 1\ndisplay \"`a' `b'\"", ["2 1 + 1"]),
    ("display \"a`nothing'b\"", ["ab"]),
    ('local url http://a.b/c\ndisplay "`url\'"', ["http://a.b/c"]),
    ('display "http://a.b//c"', ["http://a.b//c"]),
    ('global dir /tmp\ndisplay "${dir}/x $dir/y"', ["/tmp/x /tmp/y"]),
    ('global dir C:\\a\ndisplay "$dir\\file"', ["C:\\a\\file"]),
    ('display "\\$notamacro"', ["$notamacro"]),
    ("local i 0\nlocal ++i\nlocal ++i\ndisplay `i' `++i'", ["23"]),
    ("local q `\"a \"quoted\" word\"'\ndisplay `\"`q'\"'", ['a "quoted" word']),
    ("local n = 3\nlocal x`n' three\ndisplay \"`x`n''\"", ["three"]),
    ("scalar two = 2\nlocal m = two * `=1+2'\ndisplay `m'", ["6"]),
    # comments
    ("* display 1\ndisplay 2 // display 3\n/* display\n4 */ display 5", ["2", "5"]),
    ("display 1 + /// comment\n  2", ["3"]),
    ("display 2 /* a */ * 3", ["6"]),
    ("#delimit ;\ndisplay\n 1\n + 1;\n* gone;\ndisplay 3;\n#delimit cr\ndisplay 4", ["2", "3", "4"]),
    # return codes
    ("capture nosuch\nif _rc != 0 display \"rc \" _rc", ["rc 199"]),
    ("capture display 1\ndisplay _rc", ["0"]),
    ("capture noisily error 111\ndisplay c(rc)", ["not found", "111"]),
    # quietly still sets r()
    ("quietly set obs 3\nquietly gen x = _n\nquietly summarize x\ndisplay r(mean)", ["2"]),
    ("quietly {\nset obs 3\ngen x = _n\nsummarize x\n}\ndisplay r(N) \" `r(max)'\"", ["3 3"]),
    # loops over what commands leave behind
    ("foreach p in 25 50 {\nlocal l`p' = `p' * 2\n}\ndisplay `l25' + `l50'", ["150"]),
    ("local all\nforeach v in a b {\nlocal all `all' `v'_z\n}\ndisplay \"`all'\"", ["a_z b_z"]),
    ("local k : word count a b\nforvalues j = 1/`k' {\nlocal w : word `j' of a b\ndisplay \"`w'\"\n}", ["a", "b"]),
    ("forvalues i = 1/2 {\nforvalues j = `i'/2 {\ndisplay \"`i'`j'\"\n}\n}", ["11", "12", "22"]),
    ("version 13: display 1\nversion 16\ndisplay 2", ["1", "2"]),
    ("set more off\nset matsize 800\nset scheme s1color\nset trace off\ndisplay 1", ["1"]),
    ("quietly set obs 2\ngen x = _n\nforeach v of varlist _all {\ndisplay \"`v' \" `v'[2]\n}", ["x 2"]),
    ("display \"`c(N)' `c(current_date)'\" == \"\"", ["0"]),
    ("local x = cond(1 > 2, \"a\", \"b\")\ndisplay \"`x'\"", ["b"]),
    ("if \"`nothing'\" == \"\" display \"empty\"\nelse display \"full\"", ["empty"]),
    ("if !missing(3) & inlist(2, 1, 2) {\ndisplay \"yes\"\n}", ["yes"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), IDIOMS, ids=[text[:40] for text, _ in IDIOMS])
def test_idioms(text: str, shown: list[str]) -> None:
    assert Driver().lines(text) == shown


def test_a_script_stops_at_its_first_error() -> None:
    d = Driver()
    d("display 1\nnosuch\ndisplay 2\n")
    assert d.screen.getvalue() == "1\n\ncommand nosuch is unrecognized\nr(199);\n\n"
    assert d.rc == 199


def test_locals_of_a_do_file_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.do").write_text("local inside 1\nglobal g `inside'\n")
    d = Driver()
    d(f'run "{tmp_path}/a.do"\n')
    assert "inside" not in d.session.locals
    assert d.session.globals["g"] == "1"


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert Driver().lines('\ufeffforeach x in a b {\r\n  display "`x\'"\r\n}\r\ndisplay 3\r\n') == ["a", "b", "3"]


def test_a_loop_shows_its_output_as_it_goes() -> None:
    d = Driver()
    lengths: list[int] = []
    d.runner.report = lambda record: lengths.append(len(d.screen.getvalue()))
    d("forvalues i = 1/3 {\ndisplay `i'\n}\n")
    assert lengths == [2, 4, 6]


def test_tables_in_loops_follow_each_other_without_echo() -> None:
    d = Driver(echo=True)
    d("quietly set obs 3\nquietly gen x = _n\n")
    shown = d("foreach v in x x {\n  summarize `v'\n}\n")
    assert shown.count("Variable |") == 2
    assert [text for text in shown.splitlines() if text.startswith(". ")] == [". foreach v in x x {"]


@pytest.mark.parametrize(
    ("line", "rc", "shown"),
    [
        ("capture generate 2x = 1", 198, []),
        ("cap noi generate z = (1", 132, ["too few ')' or ']'"]),
        ("quietly capture mixed y x || g", 198, []),
        ('noisily capture noisily: display "open', 132, ["too few quotes"]),
    ],
)
def test_capture_catches_what_cannot_be_read(line: str, rc: int, shown: list[str]) -> None:
    d = Driver()
    assert d.lines(f"{line}\ndisplay _rc\n") == [*shown, str(rc)]


@pytest.mark.parametrize(
    ("lines", "method"),
    [
        ("xtmixed y x || g:", "ML"),
        ("version 11\nxtmixed y x || g:", "REML"),
        ("version 11.2: xtmixed y x || g:", "REML"),
        ("version 11\nxtmixed y x || g:, mle", "ML"),
        ("version 11\nmixed y x || g:", "ML"),
        ("version 12\nxtmixed y x || g:", "ML"),
        ("program old\nversion 9\nend\nold\nxtmixed y x || g:", "ML"),
        ("program old\nversion 9\nxtmixed y x || g:\nend\nold", "REML"),
    ],
)
def test_xtmixed_maximises_what_its_version_did(lines: str, method: str) -> None:
    d = Driver()
    d("set obs 30\ngenerate g = mod(_n, 6)\ngenerate x = _n\ngenerate y = sin(7 * _n) + g\n" + lines + "\n")
    assert d.session.rc == 0
    assert d.session.e.macros["method"] == method


def test_a_version_to_come_is_refused() -> None:
    d = Driver()
    assert d.lines("capture noisily version 27\ndisplay _rc c(version)\n")[1:] == ["919"]
