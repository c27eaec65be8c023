"""Echo, output, prefixes, errors and their places, in the layout of Stata's log."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixedcli import commands
from mixedcli.commands import CommandSpec, OptionSpec
from mixedcli.data.dataset import Column, Dataset
from mixedcli.dispatch import Record, Runner
from mixedcli.errors import StataError
from mixedcli.render.console import Console
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

DATA = Dataset().with_columns(
    Column(name, "double", np.array([1.0 + k, 2.0, 2.5, 4.0, 2.0**1023, 7.0])) for k, name in enumerate("xy")
)


class Driver:
    """A runner whose screen and error stream can be read."""

    def __init__(self, **options: object) -> None:
        self.screen, self.errors = io.StringIO(), io.StringIO()
        self.records: list[Record] = []
        self.session = Session()
        self.runner = Runner(
            self.session, Console(self.screen), errors=self.errors, report=self.records.append, **options
        )  # type: ignore[arg-type]

    def __call__(self, text: str, name: str = "a.do") -> str:
        start = self.screen.tell()
        self.rc = self.runner.run_text(text, name)
        return self.screen.getvalue()[start:]


def test_each_command_is_echoed_and_followed_by_one_blank_line() -> None:
    shown = Driver()('display 1\nscalar s = 2\n* note\n\ndisplay "b"\n')
    assert shown == '. display 1\n1\n\n. scalar s = 2\n\n. * note\n. \n. display "b"\nb\n\n'


def test_continuation_lines_are_echoed_behind_the_angle() -> None:
    # stata: ex05.log
    shown = Driver()("display 1 ///\n    + 1\n")
    assert shown.splitlines()[:3] == [". display 1 ///", ">     + 1", "2"]


def test_a_long_line_is_cut_after_column_79() -> None:
    # stata: ex07b.log, lines 4-5
    line = 'display "' + "a" * 80 + '"'
    first, second, *_ = Driver()(line + "\n").splitlines()
    assert first == (". " + line)[:79]
    assert second == "> " + (". " + line)[79:]


def test_an_error_shows_message_and_code_and_stops() -> None:
    d = Driver()
    shown = d("display 1\n\n  summarize foo\ndisplay 2\n")
    assert shown.endswith(".   summarize foo\nvariable foo not found\nr(111);\n\n")
    assert d.rc == 111
    assert d.errors.getvalue() == "a.do:3:13: r(111): variable foo not found\n"


def test_keep_going_runs_the_rest_and_still_fails() -> None:
    d = Driver(keep_going=True)
    assert d("summarize foo\ndisplay 2\n").endswith(". display 2\n2\n\n")
    assert d.rc == 111


def test_the_place_is_that_of_the_physical_line() -> None:
    d = Driver()
    d("display 1 ///\n  + nosuch\n")
    assert d.errors.getvalue().startswith("a.do:2:5: r(111)")


def test_macros_do_not_move_the_culprit_to_a_wrong_place() -> None:
    d = Driver()
    d.runner.arguments(["averylongargument"])
    d('display "`1\'" + nosuch\n')
    assert d.errors.getvalue().startswith("a.do:1:17: r(111)")


def test_do_file_arguments() -> None:
    d = Driver(echo=False)
    d.runner.arguments(["3", "four"])
    assert d("display `1' + 1\ndisplay \"`2'|`0'|`3'|\"\n") == "4\n\nfour|3 four||\n\n"


@pytest.mark.parametrize("prefix", ["quietly", "qui", "quietly version 13:", "noisily quietly"])
def test_quietly_shows_nothing_but_does_everything(prefix: str) -> None:
    d = Driver(echo=False)
    assert d(f"{prefix} set obs 3\n") == "\n"
    assert d.session.data.n == 3


def test_noisily_undoes_quietly() -> None:
    assert Driver(echo=False)("quietly noisily display 1\n") == "1\n\n"


def test_capture_keeps_the_code_and_goes_on() -> None:
    d = Driver(echo=False)
    assert d("capture summarize foo\ndisplay _rc\ncapture display 1\ndisplay _rc\n") == "\n111\n\n\n0\n\n"
    assert d.rc == 0
    assert d.errors.getvalue() == ""


def test_capture_noisily_shows_the_message_without_the_code() -> None:
    assert Driver(echo=False)("capture noisily summarize foo\n") == "variable foo not found\n\n"


@pytest.mark.parametrize("prefix", ["fp x:", "svy:"])
def test_other_prefixes_are_refused_by_name(prefix: str) -> None:
    d = Driver()
    d(f"{prefix} summarize\n")
    assert d.rc == 198
    assert f"prefix {prefix.rstrip(':').split()[0]} is not yet available" in d.errors.getvalue()


@pytest.mark.parametrize(
    ("line", "rc", "message"),
    [
        ("nosuch x", 199, "command nosuch is unrecognized"),
        ("set more off if 1", 101, "if not allowed"),
        ("summarize using a", 101, "using not allowed"),
        ("describe [aw=x]", 101, "weights not allowed"),
        ("summarize, nosuch", 198, "option nosuch not allowed"),
        ("summarize, detail(3)", 198, "option detail() not allowed"),
        ("summarize, separator", 198, "option separator() incorrectly specified"),
        ("summarize, separator(x)", 198, "option separator() incorrectly specified"),
        ("summarize, separator(1.5)", 198, "option separator() incorrectly specified"),
        ("summarize, se(1)", 198, "option se() not allowed"),
        ("display " + "(" * 20000 + "1" + ")" * 20000, 130, "expression too long"),
    ],
)
def test_refusals(line: str, rc: int, message: str) -> None:
    d = Driver(echo=False)
    shown = d(line + "\n")
    assert d.rc == rc
    assert shown == f"{message}\nr({rc});\n\n"


def test_a_failing_command_changes_nothing() -> None:
    d = Driver(echo=False)
    d("set obs 5\ngenerate x = _n\nsummarize x\n")
    before, r = d.session.data, d.session.r
    d("replace x = nosuch\n")
    d("summarize nosuch\n")
    assert d.session.data is before
    assert d.session.r is r


def install(monkeypatch: pytest.MonkeyPatch, run: object, **spec: object) -> None:
    made = CommandSpec("probe", **spec)  # type: ignore[arg-type]
    monkeypatch.setattr(commands, "find", lambda word: (made, run))


def test_options_are_typed_by_the_commands_table(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def run(session: Session, command: object, options: dict[str, object]) -> Outcome:
        seen.update(options)
        return Outcome()

    table = (
        OptionSpec("flag", "f"),
        OptionSpec("legend", "l", no=True),
        OptionSpec("number", "n", "int"),
        OptionSpec("values", "v", "numlist"),
        OptionSpec("ratio", "r", "real"),
        OptionSpec("title", "t", "text"),
        OptionSpec("words", "w", "words"),
        OptionSpec("maybe", "m", "int", optional=True),
    )
    install(monkeypatch, run, options=table)
    d = Driver(echo=False)
    d("probe, fl nol n(3) val(1/3 5) ratio(.5) t(a  title) w(a b) maybe\n")
    assert d.rc == 0, d.errors.getvalue()
    words = tuple(w.text for w in seen.pop("words"))  # type: ignore[attr-defined]
    assert words == ("a", "b")
    assert seen == {
        "flag": True,
        "legend": False,
        "number": 3,
        "values": (1.0, 2.0, 3.0, 5.0),
        "ratio": 0.5,
        "title": "a  title",
        "maybe": None,
    }


def test_non_convergence_keeps_the_results_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli.blocks import line

    def run(*_: object) -> Outcome:
        return Outcome((line("the table"),), r=Stored({"x": 1.0}), rc=430, error="convergence not achieved")

    install(monkeypatch, run)
    d = Driver()
    assert d("probe\n") == ". probe\nthe table\nconvergence not achieved\nr(430);\n\n"
    assert d.session.r.scalars == {"x": 1.0}
    assert d.rc == 430


@pytest.mark.parametrize(
    ("error", "rc", "message"),
    [
        (KeyboardInterrupt(), 1, "--Break--"),
        (MemoryError(), 950, "op. sys. refuses to provide memory"),
        (np._core._exceptions._ArrayMemoryError((9,), np.dtype(float)), 950, "op. sys. refuses to provide memory"),
        (RecursionError(), 130, "expression too long"),
    ],
)
def test_what_is_no_bug_is_no_crash(
    error: BaseException, rc: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> Outcome:
        raise error

    install(monkeypatch, run)
    d = Driver(echo=False)
    assert d("probe\n") == f"{message}\nr({rc});\n\n"


def test_break_stops_even_under_keep_going_and_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> Outcome:
        raise KeyboardInterrupt

    install(monkeypatch, run)
    d = Driver(echo=False, keep_going=True)
    d("capture probe\nprobe\n")
    assert len(d.records) == 1
    assert d.runner.interrupted


def test_bugs_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> Outcome:
        raise ZeroDivisionError

    install(monkeypatch, run)
    with pytest.raises(ZeroDivisionError):
        Driver()("capture probe\n")


def test_exit_ends_the_do_file_with_its_code() -> None:
    d = Driver(echo=False)
    assert d("display 1\nexit\ndisplay 2\n") == "1\n\n\n"
    assert d.rc == 0
    d("exit 7\n")
    assert d.rc == 7


def test_load_reports_a_missing_file(tmp_path: Path) -> None:
    d = Driver()
    record = d.runner.load(str(tmp_path / "none.dta"))
    assert record.rc == 601
    assert isinstance(record.error, StataError)
    assert "r(601);" in d.screen.getvalue()


def test_underline_marks_the_culprit_at_a_prompt() -> None:
    d = Driver(echo=False)
    d.runner.underline = True
    shown = d("summarize foo, detail")
    assert shown == "  summarize foo, detail\n            ^~~\nvariable foo not found\nr(111);\n\n"


WORDS = (
    "quietly capture noisily version by summarize list mixed matrix set return ereturn display help exit , ( ) : || | "
    '= == + - if in using [pw= ] x y id i. c.x##c.y 1/3 _all * " `" "\' ` \' $ // /* */ /// #delimit ; detail , , e(b) '
    "\n . 1e400 obs 3 %9.0g option(1) R.x @"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join) | st.text(max_size=60))
def test_no_text_whatever_brings_the_runner_down(text: str) -> None:
    d = Driver(keep_going=True)
    d.session.data = DATA
    d(text)
    for record in d.records:
        assert record.error is None or record.error.rc > 0
        assert record.failed == (record.rc != 0)
