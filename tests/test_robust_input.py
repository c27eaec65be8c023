"""Bad input through the command line: Stata's code, never a traceback, never a wrong number, and the data as before."""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixedcli.cli import main

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLEEP = ROOT / "fixtures/rdatasets/sleepstudy.csv"
LOAD = f'import delimited using "{SLEEP}", clear'
STATE = "summarize"  # shows every variable: what is in memory, in one output


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the program, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(a) for a in arguments])
    return status, out.getvalue(), err.getvalue()


def commands(*lines: str) -> list[dict[str, Any]]:
    """The JSON object of every command; a bug (exit status 70) fails the test."""
    status, out, err = run("--json", "--continue", *(f"--command={line}" for line in lines))
    assert status in (0, 1), err
    assert "Traceback" not in err
    return [json.loads(line) for line in out.split("\n") if line]


#: command on the sleepstudy data -> Stata's code and a part of its message
MISTAKES = [
    ("mixed nosuch days || subject:", 111, "variable nosuch not found"),
    ("mixed reaction nosuch || subject:", 111, "variable nosuch not found"),
    ("mixed reaction days || nosuch:", 111, "variable nosuch not found"),
    ("mixed reaction days || subject: nosuch", 111, "variable nosuch not found"),
    ("mixed reaction days || subject:, nosuch", 198, "option nosuch not allowed"),
    ("mixed reaction days || subject:, residuals(nosuch)", 198, ""),
    ("mixed reaction days || subject:, covariance(nosuch)", 198, ""),
    ("mixed reaction days || subject:, level(200)", 198, ""),
    ("mixed reaction days || subject:, iterate(x)", 198, ""),
    ("mixed reaction days || subject:, mle reml", 198, ""),
    ("mixed reaction days || subject: days, cov(un", 132, ""),
    ("mixed reaction days || subject", 198, ""),
    ("mixed reaction days | subject:", 198, ""),
    ("mixed reaction days if || subject:", 198, ""),
    ("mixed reaction days if days == || subject:", 198, ""),
    ('mixed reaction days if days == "2" || subject:', 109, "type mismatch"),
    ("mixed reaction days if days > 1e6 || subject:", 2000, "no observations"),
    ("mixed reaction days in 1/1000 || subject:", 198, ""),
    ("mixed reaction i.reaction#c.days || subject:", 452, ""),
    ("mixedd reaction days || subject:", 199, "unrecognized"),
    ("nonsense", 199, "command nonsense is unrecognized"),
    ("use nosuchfile, clear", 601, "file nosuchfile.dta not found"),
    ("import delimited using nosuchfile.csv, clear", 601, "not found"),
    ("generate days = 1", 110, "variable days already defined"),
    ("generate z = nosuch + 1", 111, "nosuch not found"),
    ("generate z = nosuch(1)", 133, "unknown function nosuch()"),
    ("generate z = (1 + 2", 132, ""),
    ("generate z = 1 +", 198, ""),
    ('generate z = "a', 132, ""),
    ('replace days = "a"', 109, "type mismatch"),
    ("replace nosuch = 1", 111, "variable nosuch not found"),
    ("drop nosuch", 111, "variable nosuch not found"),
    ("keep if nosuch", 111, "nosuch not found"),
    ("summarize nosuch", 111, "variable nosuch not found"),
    ("list in 5/1", 198, ""),
    ("list in 0/1", 198, ""),
    ("label values days nosuch, nosuch", 198, ""),
    ("lrtest a b", 111, ""),
    ("test days", 301, "last estimates not found"),
    ("estimates restore nosuch", 111, "estimation result nosuch not found"),
    ("mixed", 301, "last estimates not found"),
    ("display nosuch", 111, "nosuch not found"),
    ("save", 198, ""),
]


@pytest.mark.parametrize(("command", "rc", "message"), MISTAKES, ids=[c for c, _, _ in MISTAKES])
def test_a_mistake_has_its_code_and_leaves_the_data_as_they_are(command: str, rc: int, message: str) -> None:
    before, failed, after = commands(LOAD, STATE, command, STATE)[1:]
    assert failed["rc"] == rc, failed
    assert message in failed["error"]
    assert before["rc"] == 0
    assert before["output"] == after["output"]


def test_ambiguous_abbreviation() -> None:
    *_, failed = commands(LOAD, "generate days2 = days", "mixed reaction da || subject:")
    assert (failed["rc"], failed["error"]) == (111, "da ambiguous abbreviation")


def test_a_string_variable_in_the_model(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("y,x,g\n" + "".join(f"{i % 7},a{i},{i % 5}\n" for i in range(40)))
    for model in ("mixed y x || g:", "mixed x y || g:", "mixed y || g: x"):
        assert commands(f'import delimited using "{path}"', model)[-1]["rc"] in (109, 2000)


def failing_or_finite(result: dict[str, Any]) -> None:
    """A model that makes no sense is refused, or its numbers are numbers."""
    if result["rc"] not in (0, 430):
        assert result["error"]
        return
    for parameter in result["parameters"]:
        assert parameter["estimate"] is not None, parameter
    assert "nan" not in result["output"].lower().split()
    assert "inf" not in result["output"].lower().split()


#: rows of y,x,g that are no good basis for a model
POOR = {
    "one group": [(float(i * i % 7), float(i), 1) for i in range(20)],
    "groups of one": [(float(i * i % 7), float(i), i) for i in range(20)],
    "constant outcome": [(5.0, float(i % 4), i % 5) for i in range(20)],
    "outcome zero": [(0.0, float(i % 4), i % 5) for i in range(20)],
    "outcome is the covariate": [(float(i), float(i), i % 5) for i in range(20)],
    "outcome constant within groups": [(float(i % 5) ** 2, float(i // 5), i % 5) for i in range(20)],
    "constant covariate": [(float(i * i % 7), 1.0, i % 5) for i in range(20)],
    "two rows": [(1.0, 2.0, 1), (2.0, 1.0, 2)],
    "one row": [(1.0, 2.0, 1)],
    "as many parameters as rows": [(1.0, 2.0, 1), (2.0, 1.0, 2), (4.0, 7.0, 2)],
    "huge": [((i * i % 7) * 1e150, float(i), i % 5) for i in range(20)],
    "tiny": [((i * i % 7) * 1e-150, float(i), i % 5) for i in range(20)],
    "huge covariate": [(float(i * i % 7), i * 1e200, i % 5) for i in range(20)],
    "one extreme value": [(1e30 if i == 3 else float(i * i % 7), float(i), i % 5) for i in range(20)],
}
MODELS = [
    "mixed y x || g:",
    "mixed y x || g:, reml",
    "mixed y x || g: x, cov(un)",
    "mixed y x || g: x, cov(un) reml",
    "mixed y x || g: x, cov(exc)",
    "mixed y",
    "mixed y x, noconstant || g:, noconstant",
]


def write(path: pathlib.Path, rows: list[tuple[float, float, int]]) -> None:
    path.write_text("y,x,g\n" + "".join(f"{y!r},{x!r},{g}\n" for y, x, g in rows))


@pytest.mark.parametrize("name", POOR)
def test_poor_data_end_in_a_message_or_in_numbers(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "poor.csv"
    write(path, POOR[name])
    loaded, *results = commands(f'import delimited using "{path}", asdouble', *MODELS)
    assert loaded["rc"] == 0
    assert len(results) == len(MODELS)
    for result in results:
        failing_or_finite(result)


def test_an_all_missing_column(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("y,x,g\n" + "".join(f"{i % 7},,{i % 5}\n" for i in range(20)))
    load = f'import delimited using "{path}"'
    for model in ("mixed y x || g:", "mixed x y || g:", "mixed y || g: x", "mixed y || x:"):
        assert commands(load, model)[-1]["rc"] == 2000


def test_infinite_values_are_not_numbers(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text("y,x,g\n" + "".join(f"{'inf' if i == 3 else i % 7},{i},{i % 5}\n" for i in range(20)))
    result = commands(f'import delimited using "{path}"', "mixed y x || g:")[-1]
    assert result["rc"] in (109, 2000) or result["e"]["scalars"]["N"] == 19


BAD_TEXTS: dict[str, bytes] = {
    "empty": b"",
    "header only": b"y,x,g\n",
    "blank lines": b"\n\n\n",
    "ragged": b"y,x,g\n1,2\n3,4,5,6\n7\n",
    "unbalanced quote": b'y,x,g\n"1,2,3\n4,5,6\n',
    "quote inside": b'y,x,g\n1"2,3,4\n',
    "no name": b",,\n1,2,3\n",
    "same name": b"y,y,y\n1,2,3\n",
    "bad name": b"1st,if,a b\n1,2,3\n",
    "latin": b"y,x,n\n1,2,caf\xe9\n",
    "utf-16": "y,x\n1,2\n".encode("utf-16"),
    "null bytes": b"y,x\n1,\x002\n",
    "binary": bytes(range(256)) * 4,
    "one column": b"y\n1\n2\n",
    "long line": b"y,x\n" + b"1" * 100_000 + b",2\n",
    "long name": b"y" * 500 + b",x\n1,2\n",
    "many columns": b",".join(b"v%d" % i for i in range(3000)) + b"\n" + b",".join([b"1"] * 3000) + b"\n",
    "carriage returns": b"y,x\r1,2\r3,4\r",
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_a_bad_text_file_is_read_or_refused(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(BAD_TEXTS[name])
    status, _, err = run("-d", path, "describe, short")
    assert status in (0, 1), err
    assert "Traceback" not in err
    *_, model = commands(f'import delimited using "{path}", clear', "mixed y x || g:")
    assert model["rc"] != 0


@pytest.mark.parametrize("load", ["use", "import delimited using", "describe using"])
def test_a_directory_is_no_file(load: str, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "folder.dta"
    folder.mkdir()
    before, failed, after = commands(LOAD, STATE, f'{load} "{folder}"', STATE)[1:]
    assert failed["rc"] in (4, 601, 603), failed
    assert before["output"] == after["output"]
    assert run("-d", folder, "count")[0] == 1


def damaged(path: pathlib.Path, content: bytes) -> None:
    """Loading is refused, or what was loaded can be shown; the data in memory survive a refusal."""
    path.write_bytes(content)
    before, loaded, after = commands(LOAD, STATE, f'use "{path}", clear', STATE)[1:]
    if loaded["rc"]:
        assert loaded["rc"] in (601, 603, 610, 612, 688, 692, 950, 900, 909), loaded
        assert before["output"] == after["output"]


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99])
def test_a_truncated_dta_file_is_refused(fraction: float, tmp_path: pathlib.Path) -> None:
    content = (ROOT / "fixtures/rdatasets/orthodont.dta").read_bytes()
    path = tmp_path / "cut.dta"
    path.write_bytes(content[: int(len(content) * fraction)])
    before, loaded, after = commands(LOAD, STATE, f'use "{path}", clear', STATE)[1:]
    assert loaded["rc"] in (610, 612, 688, 692), loaded
    assert before["output"] == after["output"]


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_dta_file_is_never_a_bug(seed: int, tmp_path: pathlib.Path) -> None:
    rng = random.Random(seed)
    content = bytearray((ROOT / "fixtures/rdatasets/orthodont.dta").read_bytes())
    for _ in range(rng.choice([1, 1, 3, 20])):
        at = rng.randrange(600) if rng.random() < 0.5 else rng.randrange(len(content))
        content[at] = rng.randrange(256)
    damaged(tmp_path / "damaged.dta", bytes(content))


WORDS = re.findall(
    r"\S+",
    "mixed reaction days subject i.subject c.days ## # || | : , ; = == ( ) [ ] if in reml cov(un) covariance( nocons "
    'generate replace z days[_n-1] + - * / ^ . .a 1 0 -1 1e400 "a" \' ` " `x\' $x _b[days] _se[ e(ll) r(mean) L.days '
    "test lrtest estimates store restore list summarize drop keep label define values quietly capture noisily i. c. "
    "ib2. o. R.subject _all residuals(independent, by(days)) xtset tsset display 1/5 ln( sqrt(-1) _n _N using sort by",
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=4))
def test_any_string_of_words_is_run_or_refused(lines: list[str]) -> None:
    commands(LOAD, *lines, STATE)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=40))
def test_any_text_is_run_or_refused(line: str) -> None:
    commands(LOAD, line, "mixed " + line, "display " + line)


def test_an_error_names_file_line_and_place(tmp_path: pathlib.Path, program: Callable[..., Any]) -> None:
    script = tmp_path / "wrong.do"
    script.write_text(f'{LOAD}\n\nmixed reaction nosuch || subject:\ndisplay "not reached"\n')
    done = program(script)
    assert done.returncode == 1
    assert "variable nosuch not found\nr(111);" in done.stdout
    assert "not reached" not in done.stdout
    line = done.stderr.strip()
    assert "\n" not in line
    assert f"{script.name}:3" in line
    assert "nosuch" in line
