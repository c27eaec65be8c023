"""margins on one million rows after mixed y i.a##i.b##c.x || g:, beside predictions made margin by margin in numpy.

python benchmarks/margins.py PROGRAM CASE ROWS REPEAT prints the seconds of every repetition as JSON.  mixedcli is the
whole command, from its text to its table; numpy builds the design of every margin, predicts for every row, averages
predictions and design, and multiplies out standard errors: what margins is by definition.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np

Columns = dict[str, np.ndarray]
POINTS = np.linspace(-2.0, 1.6, 10)
CASES = {
    "margins-at": "margins a, at(x=(-2(.4)1.6))",
    "margins-cells": "margins a#b, at(x=(-2(.4)1.6))",
}


def data(rows: int) -> Columns:
    rng = np.random.default_rng(7)
    groups = max(rows // 20, 1)
    g = rng.integers(0, groups, rows)
    a, b = rng.integers(1, 6, rows), rng.integers(1, 5, rows)
    x = rng.normal(size=rows)
    y = 0.3 * a + 0.2 * b + 0.1 * x * (a - b) + rng.normal(size=groups)[g] + rng.normal(size=rows)
    return {"g": g.astype(np.int32), "a": a.astype(np.int8), "b": b.astype(np.int8), "x": x, "y": y}


def design(a: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Columns of i.a##i.b##c.x, the constant first."""
    A = [a == k for k in range(2, 6)]
    B = [b == k for k in range(2, 5)]
    flat = [np.ones(len(x)), *A, *B, *(i & j for i in A for j in B)]
    return np.column_stack([*flat, *(c * x for c in flat)]).astype(float)


def session(rows: int) -> tuple[object, Callable[[str], object]]:
    import pandas as pd

    from mixedcli.data.frame import from_frame
    from mixedcli.dispatch import Runner
    from mixedcli.session import Session

    own = Session(data=from_frame(pd.DataFrame(data(rows))))
    runner = Runner(own)
    runner.execute("mixed y i.a##i.b##c.x || g:")
    return own, runner.execute


def mixedcli(case: str, rows: int) -> Callable[[], object]:
    _, execute = session(rows)

    def run() -> object:
        record = execute(CASES[case])
        assert record.rc == 0, record.error
        return record

    return run


def numpy(case: str, rows: int) -> Callable[[], object]:
    d = data(rows)
    k = design(d["a"][:1], d["b"][:1], d["x"][:1]).shape[1]
    beta, V = np.linspace(0.0, 1.0, k), np.eye(k)  # any will do

    def run() -> object:
        out = []
        for at in POINTS:
            x = np.full(rows, at)
            for a in range(1, 6):
                for b in range(1, 5) if case == "margins-cells" else [None]:
                    X = design(np.full(rows, a), d["b"] if b is None else np.full(rows, b), x)
                    row = X.mean(axis=0)
                    out.append(((X @ beta).mean(), np.sqrt(row @ V @ row)))
        return out

    return run


def main(program: str, name: str, rows: str, repeat: str) -> None:
    run = {"mixedcli": mixedcli, "numpy": numpy}[program](name, int(rows))
    if program == "mixedcli":
        run()  # not timed: imports
    seconds = []
    for _ in range(int(repeat)):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
