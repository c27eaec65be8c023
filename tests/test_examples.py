"""The worked examples of the manual entry: each do-file's log must agree with the one printed there.

Their files are not part of the project; they are looked for beside the repository and skipped, by name, when absent.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared"
MANUAL = SHARED / "manual"

EXAMPLES = (
    "01",
    "02",
    "03",
    "03b",
    "04",
    "05",
    "06",
    "06b",
    "07",
    "07b",
    "08",
    "09",
    "10",
    "10b",
    "10c",
    "11",
    "12",
    "12b",
)
SMALL_SAMPLES = ("13", "13b", "13c", "13d", "13e", "13f", "14", "14b", "14c")


@pytest.mark.parametrize("number", EXAMPLES + SMALL_SAMPLES)
def test_worked_example(number: str, tmp_path: pathlib.Path) -> None:
    if not MANUAL.is_dir():
        pytest.skip(f"worked example {number} (../shared is not here)")
    script = MANUAL / f"ex{number}.do"
    command = [sys.executable, "-m", "mixedcli", "--no-color", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=SHARED / "data", timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    log = tmp_path / f"ex{number}.log"
    log.write_text(done.stdout)
    compare = [sys.executable, str(MANUAL / "compare.py"), str(MANUAL / f"ex{number}.log"), str(log)]
    verdict = subprocess.run(compare, capture_output=True, text=True, timeout=60, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
