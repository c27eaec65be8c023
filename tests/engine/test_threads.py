"""matrix_threads: one thread while a crossed model with small matrices is fitted, and as before afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from crossed_designs import crossed_design
from threadpoolctl import threadpool_info

from mixedcli.engine import threads
from mixedcli.engine.design import Design, Level
from mixedcli.engine.fit import fit


def counts() -> set[int]:
    import scipy.linalg  # noqa: F401

    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def test_only_small_crossed_designs_are_limited() -> None:
    before = counts()
    crossed = crossed_design("_all: R.a || _all: R.b")
    with threads.matrix_threads(crossed):
        assert counts() == {1}
    assert counts() == before
    nested = Design(crossed.y, crossed.columns, crossed.x, (Level(np.zeros(crossed.n, dtype=np.int64), 1, ()),))
    with threads.matrix_threads(nested):
        assert counts() == before


def test_large_ones_keep_all_threads() -> None:
    before = counts()
    design = crossed_design("_all: R.a || _all: R.b")
    level = design.levels[0]
    wide = tuple(replace(e, factor=replace(e.factor, levels=10_000)) for e in level.equations if e.factor is not None)
    with threads.matrix_threads(replace(design, levels=(replace(level, equations=wide),))):
        assert counts() == before


def test_a_fit_gives_the_threads_back() -> None:
    before = counts()
    fit(crossed_design("_all: R.a || _all: R.b"))
    assert counts() == before
