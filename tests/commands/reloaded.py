"""Run in a process of its own: every command after results out of files; prints JSON, output or code of each.

python tests/commands/reloaded.py folder     with fit0.ster, less0.ster, fit1.ster ... by family
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mixedcli.data.read import load
from mixedcli.dispatch.runner import Runner
from mixedcli.render.text import render_all
from mixedcli.session import Session
from tests.commands.driving import driver
from tests.commands.families import COMMANDS, DATA, FAMILIES, SETUP, Family


def lines(family: Family, k: int, folder: str) -> list[str]:
    """From the data to the results of a family, its sample told anew."""
    condition = " if days < 4" if "if days < 4" in family.command else ""
    return [
        *SETUP.strip().splitlines(),
        f'estimates use "{folder}/less{k}"',
        f"estimates esample: reaction days{condition}",
        "estimates store less",
        f'estimates use "{folder}/fit{k}"',
        f"estimates esample: reaction days arm{condition}",
    ]


def outcome(session: Session, command: str) -> str:
    """What a command shows, or its return code."""
    record = Runner(copy.copy(session)).execute(command)
    return f"r({record.rc})" if record.failed else "\n".join(x.text for x in render_all(record.blocks))


def main(folder: str) -> None:
    """All families."""
    out = []
    for k, family in enumerate(FAMILIES):
        session, run = driver(load(str(DATA), ""))
        told = [run(line) for line in lines(family, k, folder)]
        wrong = [t for t in told if t.startswith("r(")]
        out.append(wrong or [outcome(session, c.command) for c in COMMANDS])
    print(json.dumps(out))


if __name__ == "__main__":
    main(sys.argv[1])
