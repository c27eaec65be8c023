"""The do-files of fixtures/scripts from first line to last; what they find against R (fixtures/scripts/expected.R).

A script leaves its findings in scalars.  Each must be there, and agree with R's figure of the same name.
"""

from __future__ import annotations

import io
import json
import pathlib
from dataclasses import replace

import pytest

from mixedcli.dispatch.checking import check
from mixedcli.dispatch.runner import Runner
from mixedcli.render.console import Console
from mixedcli.session import Session

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
EXPECTED: dict[str, dict[str, float]] = json.loads((FIXTURES / "scripts/expected.json").read_text())
SCRIPTS = sorted(FIXTURES.glob("scripts/*.do"))

#: both sides stop at a maximum; likelihood ratios are differences of log likelihoods of a few hundred
RELATIVE, ABSOLUTE = 2e-5, 2e-7


def test_every_script_is_checked() -> None:
    assert len(SCRIPTS) >= 20
    assert {s.stem for s in SCRIPTS} == set(EXPECTED)


@pytest.mark.parametrize("script", SCRIPTS, ids=[s.stem for s in SCRIPTS])
def test_checking_finds_nothing_that_could_not_run(script: pathlib.Path) -> None:
    assert [str(finding) for finding in check(script.read_text())] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=[s.stem for s in SCRIPTS])
def test_a_script_runs_and_finds_what_r_finds(script: pathlib.Path, tmp_path: pathlib.Path) -> None:
    session = Session()
    session.settings = replace(session.settings, cwd=str(tmp_path))
    shown, errors = io.StringIO(), io.StringIO()
    runner = Runner(session, Console(shown, colour=False), errors=errors)
    status = runner.run_text(f'do "{script}" "{FIXTURES}"', script.name)
    assert status == 0, f"{errors.getvalue()}\n{shown.getvalue()[-2000:]}"
    for name, expected in EXPECTED[script.stem].items():
        found = session.scalars[name]
        assert found == pytest.approx(expected, rel=RELATIVE, abs=ABSOLUTE), name
