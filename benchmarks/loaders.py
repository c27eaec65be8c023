"""Reading one file: python benchmarks/loaders.py PROGRAM FILE REPEAT prints the seconds of every repetition as JSON."""

from __future__ import annotations

import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any


def mixedcli(path: pathlib.Path) -> Callable[[], Any]:
    from mixedcli.data.read import load

    return lambda: load(path)


def pandas(path: pathlib.Path) -> Callable[[], Any]:
    import pandas as pd

    return lambda: (pd.read_stata if path.suffix == ".dta" else pd.read_csv)(path)


def polars(path: pathlib.Path) -> Callable[[], Any]:
    import polars as pl

    return lambda: pl.read_csv(path)


def pyreadstat(path: pathlib.Path) -> Callable[[], Any]:
    import pyreadstat as reader

    return lambda: reader.read_dta(str(path))


def main(program: str, path: str, repeat: str) -> None:
    run = {"mixedcli": mixedcli, "pandas": pandas, "polars": polars, "pyreadstat": pyreadstat}[program](
        pathlib.Path(path)
    )
    run()  # not timed: imports and the file cache
    seconds = []
    for _ in range(int(repeat)):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
        del result
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
