"""Saved results of every kind of fit, read in a new process, do after every command what they did in the first."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

from mixedcli.dispatch.runner import Runner
from tests.commands.families import COMMANDS, FAMILIES
from tests.commands.reloaded import outcome
from tests.commands.test_after_every_fit import fitted


def test_every_command_in_a_new_process(tmp_path: Path) -> None:
    expected = []
    for k, family in enumerate(FAMILIES):
        session = copy.copy(fitted(family))
        expected.append([outcome(session, c.command) for c in COMMANDS])
        for line in (
            f'estimates save "{tmp_path}/fit{k}"',
            "estimates restore less",
            f'estimates save "{tmp_path}/less{k}"',
        ):
            assert not Runner(session).execute(line).failed
    script = Path(__file__).with_name("reloaded.py")
    done = subprocess.run([sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for family, mine, theirs in zip(FAMILIES, expected, found, strict=True):
        assert len(mine) == len(theirs), (family.name, theirs)
        for command, a, b in zip(COMMANDS, mine, theirs, strict=True):
            if command.command == "estimates query":
                continue  # a file does not say where else the results are stored
            assert a == b, (family.name, command.command)
