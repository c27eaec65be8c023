"""How many threads matrix products may use while a crossed model is fitted.

Below a few thousand columns a second thread saves a tenth of the time on a quiet machine; on a busy one the threads of
OpenBLAS wait for each other, and a fit of 0.7 s took 4 to 24 s.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from mixedcli.engine.design import Design

MANY = 2500
"""Order of the Schur complement from which all threads are worth it."""


def matrix_threads(design: Design) -> AbstractContextManager[Any]:
    """One thread for crossed designs whose dense matrices are small; no change for all others."""
    if not design.crossed or _order(design) >= MANY:
        return nullcontext()
    return _libraries().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


def _order(design: Design) -> int:
    """Columns of all effects but the most numerous ones, which are eliminated first."""
    sizes = [
        e.factor.levels if e.factor is not None else level.groups * len(e.z)
        for level in design.levels
        for e in level.equations
    ]
    return sum(sizes) - max(sizes, default=0)


@lru_cache(maxsize=1)
def _libraries() -> Any:
    """The loaded libraries that have threads; scipy's linear algebra brings one of its own."""
    import scipy.linalg  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
