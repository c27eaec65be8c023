"""One data command on one million rows, beside the bare pandas call that does the same.

python benchmarks/datacommands.py PROGRAM CASE ROWS REPEAT prints the seconds of every repetition as JSON.  PROGRAM is
mixedcli (the whole command, from its text to its result; merge reads its file) or pandas (data frames in
memory).  A case is a data set, the command and the call.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Columns = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class DataCase:
    """data: columns for a number of rows.  using: those of the second data set.  pandas: from the frame(s)."""

    name: str
    command: str
    data: Callable[[int], Columns]
    pandas: Callable[..., Any]
    using: Callable[[int], Columns] | None = None


def long_data(rows: int) -> Columns:
    rng = np.random.default_rng(11)
    group = rng.integers(0, max(rows // 20, 1), rows).astype(np.int32)
    return {
        "id": rng.permutation(rows).astype(np.int32),
        "g": group,
        "s": np.array([f"group {k}" for k in group], dtype=object),
        "x": rng.normal(size=rows),
        "y": rng.normal(size=rows),
    }


def group_data(rows: int) -> Columns:
    rng = np.random.default_rng(12)
    count = max(rows // 20, 1)
    return {"g": rng.permutation(count).astype(np.int32), "z": rng.normal(size=count)}


def second_wave(rows: int) -> Columns:
    rng = np.random.default_rng(13)
    return {"id": (rng.permutation(rows) + rows // 10).astype(np.int32), "z": rng.normal(size=rows)}


def wide_data(rows: int) -> Columns:
    """A quarter of the rows: each becomes four."""
    rng = np.random.default_rng(14)
    n = max(rows // 4, 1)
    xs = {f"{stub}{k}": rng.normal(size=n) for stub in "xy" for k in range(1, 5)}
    return {"id": rng.permutation(n).astype(np.int32), "w": rng.normal(size=n)} | xs


def panel_data(rows: int) -> Columns:
    rng = np.random.default_rng(15)
    order = rng.permutation(rows)
    return {
        "id": (order // 4).astype(np.int32),
        "t": (order % 4 + 1).astype(np.int8),
        "x": rng.normal(size=rows),
        "y": rng.normal(size=rows),
    }


def _transformed(statistic: str) -> Callable[..., Any]:
    return lambda a: a.assign(m=a.groupby("g")["x"].transform(statistic))


def in_order(rows: int) -> Columns:
    """long_data in the order of its groups."""
    data = long_data(rows)
    order = np.argsort(data["g"], kind="stable")
    return {name: values[order] for name, values in data.items() if name != "s"}


CASES = {
    c.name: c
    for c in (
        DataCase(
            "generate",
            "generate double z = x*y + ln(abs(x)) if y > 0",
            long_data,
            lambda a: a.assign(z=(a["x"] * a["y"] + np.log(a["x"].abs())).where(a["y"] > 0)),
        ),
        DataCase(
            "replace",
            "replace x = . if x > 1",
            long_data,
            lambda a: a.assign(x=a["x"].mask(a["x"] > 1)),
        ),
        DataCase("egen-mean", "egen double m = mean(x), by(g)", long_data, _transformed("mean")),
        DataCase("egen-total", "egen double m = total(x), by(g)", long_data, _transformed("sum")),
        DataCase("egen-median", "egen double m = median(x), by(g)", long_data, _transformed("median")),
        DataCase("egen-rank", "egen double m = rank(x), by(g)", long_data, _transformed("rank")),
        DataCase(
            "egen-group",
            "egen long m = group(s)",
            long_data,
            lambda a: a.groupby("s").ngroup(),
        ),
        DataCase("egen-tag", "egen byte m = tag(g)", long_data, lambda a: ~a["g"].duplicated()),
        DataCase(
            "by-generate",
            "by g: generate double m = sum(x) / _n",
            in_order,
            lambda a: a.groupby("g")["x"].cumsum() / (a.groupby("g").cumcount() + 1),
        ),
        DataCase(
            "bysort-lag",
            "bysort g (id): generate double m = x - x[_n-1]",
            long_data,
            lambda a: a.sort_values(["g", "id"]).assign(m=lambda b: b["x"] - b.groupby("g")["x"].shift()),
        ),
        DataCase("sort", "sort g x", long_data, lambda a: a.sort_values(["g", "x"])),
        DataCase("sort-string", "sort s x", long_data, lambda a: a.sort_values(["s", "x"])),
        DataCase(
            "xtile",
            "xtile q = x, nquantiles(10)",
            long_data,
            lambda a: __import__("pandas").qcut(a["x"], 10, labels=False),
        ),
        DataCase(
            "merge-1to1",
            "merge 1:1 id using {using}",
            long_data,
            lambda a, b: a.merge(b, on="id", how="outer", indicator=True),
            second_wave,
        ),
        DataCase(
            "merge-mto1",
            "merge m:1 g using {using}",
            long_data,
            lambda a, b: a.merge(b, on="g", how="outer", indicator=True),
            group_data,
        ),
        DataCase(
            "reshape-long",
            "reshape long x y, i(id) j(t)",
            wide_data,
            lambda a: __import__("pandas").wide_to_long(a, ["x", "y"], i="id", j="t"),
        ),
        DataCase(
            "reshape-wide",
            "reshape wide x y, i(id) j(t)",
            panel_data,
            lambda a: a.pivot(index="id", columns="t", values=["x", "y"]),
        ),
        DataCase(
            "collapse-mean",
            "collapse x y, by(g)",
            long_data,
            lambda a: a.groupby("g")[["x", "y"]].mean(),
        ),
        DataCase(
            "collapse-many",
            "collapse (mean) x (sd) s=x (count) n=x (min) a=x (max) b=x, by(g)",
            long_data,
            lambda a: a.groupby("g")["x"].agg(["mean", "std", "count", "min", "max"]),
        ),
        DataCase(
            "collapse-median",
            "collapse (median) x y, by(g)",
            long_data,
            lambda a: a.groupby("g")[["x", "y"]].median(),
        ),
        DataCase(
            "collapse-iqr",
            "collapse (p25) x (p75) b=x, by(g)",
            long_data,
            lambda a: a.groupby("g")["x"].quantile([0.25, 0.75]),
        ),
        DataCase(
            "collapse-string",
            "collapse x y, by(s)",
            long_data,
            lambda a: a.groupby("s")[["x", "y"]].mean(),
        ),
    )
}


def mixedcli(case: DataCase, rows: int, folder: pathlib.Path) -> Callable[[], Any]:
    import pandas as pd

    from mixedcli.data.dta_write import write_dta
    from mixedcli.data.frame import from_frame
    from mixedcli.dispatch import Runner
    from mixedcli.session import Session

    data = from_frame(pd.DataFrame(case.data(rows)))
    if case.data is in_order:
        data = replace(data, sorted_by=("g",))
    path = folder / "using.dta"
    if case.using is not None:
        write_dta(from_frame(pd.DataFrame(case.using(rows))), path)
    text = case.command.format(using=f'"{path}"')

    def run() -> None:
        record = Runner(Session(data=data)).execute(text)
        assert record.rc == 0, record.error

    return run


def pandas(case: DataCase, rows: int, folder: pathlib.Path) -> Callable[[], Any]:
    import pandas as pd

    frames = [pd.DataFrame(case.data(rows))]
    if case.using is not None:
        frames.append(pd.DataFrame(case.using(rows)))
    return lambda: case.pandas(*frames)


def main(program: str, name: str, rows: str, repeat: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = {"mixedcli": mixedcli, "pandas": pandas}[program](CASES[name], int(rows), pathlib.Path(folder))
        run()  # not timed: imports and the file cache
        seconds = []
        for _ in range(int(repeat)):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
