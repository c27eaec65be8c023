"""predict, reffects reses() beside the fit it follows, on one million rows: both are whole commands.

python benchmarks/predictions.py [ROWS] prints a line per model: seconds of the fit, of the BLUPs with their standard
errors, of fitted values, and of the scores (the best of three; none after REML).
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from mixedcli.data.frame import from_frame
from mixedcli.dispatch import Runner
from mixedcli.session import Session

MODELS = {
    "random intercept": "mixed y x || g:",
    "unstructured slope, REML": "mixed y x || g: x, covariance(unstructured) reml",
    "three levels": "mixed y x || top: || g: x, covariance(unstructured)",
    "AR(1) residuals": "mixed y x || g:, residuals(ar 1, t(time))",
    "crossed, 300 x 100,000": "mixed y x || _all: R.item || g:",
}


def data(rows: int) -> pd.DataFrame:
    """Groups of about ten rows, fifty of them in a group above, three hundred items across."""
    rng = np.random.default_rng(1)
    groups = max(rows // 10, 100)
    g = np.sort(rng.integers(0, groups, rows))
    x, item = rng.standard_normal(rows), rng.integers(0, 300, rows)
    y = (
        1
        + x
        + rng.standard_normal(groups)[g] * (1 + 0.5 * x)
        + rng.standard_normal(300)[item]
        + rng.standard_normal(rows)
    )
    made = pd.DataFrame({"y": y, "x": x, "g": g, "top": g // 50, "item": item})
    return made.assign(time=made.groupby("g").cumcount())


def seconds(runner: Runner, command: str, again: str = "") -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        record = runner.execute(command)
        best = min(best, time.perf_counter() - start)
        assert not record.failed, record.error
        if again:
            runner.execute(again)
    return best


def main(rows: int) -> None:
    runner = Runner(Session(data=from_frame(data(rows))))
    for name, command in MODELS.items():
        told = [
            seconds(runner, command),
            seconds(runner, "predict double u*, reffects reses(v*)", "drop u* v*"),
            seconds(runner, "predict double f, fitted", "drop f"),
        ]
        if "reml" not in command:
            told.append(seconds(runner, "predict double s*, scores", "drop s*"))
        print(f"{name:26}" + "".join(f"{t:8.2f}" for t in told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
