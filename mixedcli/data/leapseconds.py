"""Leap seconds: the difference between times with them (%tC) and without (%tc)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

#: days at whose end a second was inserted (IERS Bulletin C)
_JUNE = (1972, 1981, 1982, 1983, 1985, 1992, 1993, 1994, 1997, 2012, 2015)
_DECEMBER = (1972, 1973, 1974, 1975, 1976, 1977, 1978, 1979, 1987, 1989, 1990, 1995, 1998, 2005, 2008, 2016)
_EPOCH = dt.date(1960, 1, 1)
#: milliseconds since 1960, without leap seconds, of the first moment after each
_AFTER = np.array(
    sorted(
        float((day - _EPOCH).days) * 86_400_000.0
        for day in (*(dt.date(y, 7, 1) for y in _JUNE), *(dt.date(y + 1, 1, 1) for y in _DECEMBER))
    )
)
#: the same with the leap seconds before it
_AFTER_EXACT = _AFTER + 1000.0 * np.arange(1, len(_AFTER) + 1)


def inserted_before_posix(moment: Any) -> Any:
    """How many leap seconds lie before a time counted without them."""
    return np.searchsorted(_AFTER, moment, side="right").astype(np.float64)


def inserted_before_exact(moment: Any) -> Any:
    """How many leap seconds are over at a time counted with them."""
    return np.searchsorted(_AFTER_EXACT, moment, side="right").astype(np.float64)


def is_leap_second(moment: Any) -> Any:
    """Whether a time counted with leap seconds lies within one."""
    at = np.searchsorted(_AFTER_EXACT, moment, side="right")
    later = _AFTER_EXACT[np.minimum(at, len(_AFTER_EXACT) - 1)]
    return (at < len(_AFTER_EXACT)) & (later - moment <= 1000.0)
