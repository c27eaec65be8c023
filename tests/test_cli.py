"""The program as a process: arguments, streams, exit status, --json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mixedcli import __version__, cli

ROOT = Path(__file__).resolve().parents[1]
T43 = ROOT / "fixtures" / "t43" / "t43.csv"
Program = Callable[..., Any]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The program in this process: exit status, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = cli.main([str(a) for a in arguments])
        return status, *capsys.readouterr()

    return run


Call = Callable[..., tuple[int, str, str]]


def test_a_one_liner_is_not_echoed(call: Call) -> None:
    status, out, err = call("-d", T43, "count")
    assert (status, out, err) == (0, "  20\n\n", "")


def test_words_that_are_no_file_make_one_command(call: Call) -> None:
    assert call("-d", T43, "count", "if", "drug == 1")[1] == "  5\n\n"


def test_commands_run_in_order_and_are_echoed(call: Call) -> None:
    _, out, _ = call("-c", "display 1", "-c", "display 2")
    assert out == ". display 1\n1\n\n. display 2\n2\n\n"


def test_quiet_leaves_out_the_echo(call: Call) -> None:
    assert call("--quiet", "-c", "display 1")[1] == "1\n\n"


def test_the_first_error_stops_with_status_1(call: Call) -> None:
    status, out, err = call("-c", "summarize x", "-c", "display 2")
    assert status == 1
    assert out == ". summarize x\nvariable x not found\nr(111);\n\n"
    assert err == "command 1:1:11: r(111): variable x not found\n"


def test_continue_goes_on(call: Call) -> None:
    status, out, _ = call("--continue", "-c", "summarize x", "-c", "display 2")
    assert status == 1
    assert out.endswith(". display 2\n2\n\n")


def test_do_file_with_arguments_and_batch_log(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "analysis.do"
    script.write_text("display `1' + `2'\n")
    status, out, _ = call("-b", script, "1", "2")
    assert status == 0
    assert out == ". display `1' + `2'\n3\n\n"
    assert (tmp_path / "analysis.log").read_text() == out


def test_a_do_file_is_found_without_its_suffix(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.do").write_text("display 5\n")
    assert call("job")[1] == ". display 5\n5\n\n"


def test_errors_name_file_line_and_column(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_text("display 1\n\nsummarize, bad\n")
    assert call(script)[2] == f"{script}:3:12: r(198): option bad not allowed\n"


@pytest.mark.parametrize("arguments", [["nosuch.do"], ["-d", "nosuch.dta", "count"], ["-d", ".", "count"]])
def test_missing_files(call: Call, arguments: list[str]) -> None:
    status, _, err = call(*arguments)
    assert status == 1
    assert "Traceback" not in err
    assert "r(60" in err


@pytest.mark.parametrize("arguments", [["--nosuch"], ["--linesize", "3", "count"], ["-b", "display 1"]])
def test_wrong_usage(call: Call, arguments: list[str]) -> None:
    assert call(*arguments)[0] == 2


def test_version_and_help(call: Call) -> None:
    assert call("--version") == (0, f"mixedcli {__version__}\n", "")
    status, out, _ = call("--help")
    assert status == 0
    for word in ("--data", "--json", "--batch", "--linesize", "--continue", "--quiet", "--no-color", "Exit status"):
        assert word in out


def test_latin1_do_files_are_read(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_bytes('display "caf\xe9"\n'.encode("latin-1"))
    assert "café\n" in call(script)[1]


def test_an_internal_error_is_reported_as_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli import commands

    def broken(word: str) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "find", broken)
    status, _, err = call("count")
    assert status == 70
    assert "ZeroDivisionError" in err
    assert "internal error" in err


def test_json_follows_the_interface(call: Call) -> None:
    # published: Winer, Brown and Michels, table 4.3 (the manual entry's example 13)
    _, out, _ = call("--json", "-d", T43, "mixed score i.drug || person:, reml stddeviations")
    [done] = [json.loads(x) for x in out.splitlines()]
    assert done["rc"] == 0
    assert done["command"] == "mixed score i.drug || person:, reml stddeviations"
    assert done["output"].startswith("\nPerforming EM optimization ...")
    assert done["e"]["scalars"]["N"] == 20
    assert done["e"]["scalars"]["ll"] == pytest.approx(-49.640099, abs=5e-7)
    assert done["e"]["macros"]["depvar"] == "score"
    b = done["e"]["matrices"]["b"]
    assert len(b["values"][0]) == len(b["colnames"])
    rows = {(p["part"], p["name"]): p for p in done["parameters"]}
    assert list(rows) == [
        ("fixed", "2.drug"),
        ("fixed", "3.drug"),
        ("fixed", "4.drug"),
        ("fixed", "_cons"),
        ("random", "sd(_cons)"),
        ("residual", "sd(Residual)"),
    ]
    assert rows["fixed", "4.drug"]["se"] == pytest.approx(1.939072, rel=1e-6)
    assert rows["random", "sd(_cons)"]["level"] == "person"
    assert rows["residual", "sd(Residual)"]["estimate"] == pytest.approx(9.399997**0.5, rel=1e-5)


def test_json_of_a_failing_command(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_text("\ndisplay nosuch\n")
    status, out, err = call("--json", script)
    assert status == 1
    failed = json.loads(out)
    assert (failed["rc"], failed["line"], failed["column"]) == (111, 2, 9)
    assert failed["error"] == "nosuch not found"
    assert "a.do:2:9: r(111)" in err


def test_json_commands_have_no_indentation(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_text("forvalues i = 1/2 {\n    display `i'\n}\n  display 3\n")
    _, out, _ = call("--json", script)
    assert [json.loads(x)["command"] for x in out.splitlines()] == ["display 1", "display 2", "display 3"]


def test_json_has_null_for_missing(call: Call, tmp_path: Path) -> None:
    data = tmp_path / "one.csv"
    data.write_text("x\n4\n")
    _, out, _ = call("--json", "-d", data, "summarize x")
    done = json.loads(out)
    assert done["r"]["scalars"]["sd"] is None
    assert done["r"]["scalars"]["mean"] == 4


def test_standard_input(program: Program) -> None:
    done = program("-", stdin="display 1\n")
    assert (done.returncode, done.stdout) == (0, ". display 1\n1\n\n")
    assert program(stdin="display 2\n").stdout == ". display 2\n2\n\n"


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    script = tmp_path / "long.do"
    script.write_text("display 1\n" * 3000)
    command = [sys.executable, "-m", "mixedcli", str(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(60)
    assert said == b""


def test_a_light_start(program: Program) -> None:
    """A one-liner on a small file loads none of the slow packages."""
    code = (
        "import sys; from mixedcli.cli import main; main(sys.argv[1:]); "
        "print([m for m in ('pandas', 'scipy', 'pyreadstat', 'rich', 'prompt_toolkit') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, "-d", str(T43), "mixed score i.drug || person:"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_interrupted_run_has_its_own_status(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, threading\n"
        "from mixedcli import commands, cli\n"
        "def endless(*_):\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    while True: pass\n"
        "commands.find = lambda w: (commands.CommandSpec(w), endless)\n"
        "sys.exit(cli.main(['-c', 'count', '-c', 'count']))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 130
    assert done.stdout == ". count\n--Break--\nr(1);\n\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_told_and_is_no_bug() -> None:
    command = [sys.executable, "-m", "mixedcli", "-c", "display 1"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr == "mixedcli: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_closed_streams(closed: str) -> None:
    command = f'"{sys.executable}" -m mixedcli -c "display 1" {closed}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_runs_nothing_and_lists_what_could_not_run(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_text(f'save "{tmp_path}/made.dta"\nnosuch x\n')
    status, out, err = call("--check", script)
    assert (status, err) == (1, "")
    assert out == f"{script}:2:1: r(199): command nosuch is unrecognized\n"
    assert json.loads(call("--check", "--json", script)[1]) == {
        "line": 2,
        "column": 1,
        "rc": 199,
        "error": "command nosuch is unrecognized",
    }
    script.write_text("display 1\n")
    assert call("--check", script) == (0, "", "")
    assert call("--check")[0] == 2


def test_shell_commands_need_leave(call: Call, tmp_path: Path) -> None:
    status, out, _ = call("-c", f"!touch {tmp_path}/made")
    assert status == 1
    assert "--allow-shell" in out
    assert not list(tmp_path.iterdir())
    assert call("--allow-shell", "-c", f"!touch {tmp_path}/made")[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


def test_errors_in_programs_name_the_calls(call: Call, tmp_path: Path) -> None:
    script = tmp_path / "a.do"
    script.write_text("program p\n  summarize nosuch\nend\np\n")
    _, _, err = call(script)
    assert err == f"{script}:2:13: r(111): variable nosuch not found\n  in program p, called at {script}:4\n"
