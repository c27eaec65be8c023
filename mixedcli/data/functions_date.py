"""Date functions: days, months, quarters and years counted from 1960."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function

Floats = NDArray[np.float64]
_EPOCH = np.datetime64("1960-01-01", "D")
_DAY_MS = 86_400_000.0
_LOW, _HIGH = -679350.0, 2936549.0
"""01jan0100 and 31dec9999 as days."""


def _dates(days: Floats) -> tuple[Any, Any]:
    """(datetime64[D] with harmless values outside the range, where in range)."""
    whole = np.floor(days)
    ok = (whole >= _LOW) & (whole <= _HIGH)
    return _EPOCH + np.where(ok, whole, 0).astype(np.int64).astype("timedelta64[D]"), ok


def parts_of(days: Floats) -> tuple[Any, Any, Any, Any]:
    """Year, month, day of the month and validity."""
    dates, ok = _dates(days)
    months = dates.astype("datetime64[M]")
    index = months.astype(np.int64)
    return 1970 + index // 12, index % 12 + 1, (dates - months).astype(np.int64) + 1, ok


def _month_start(index: Any) -> Any:
    """Days since 1960 of the first day of month ``index``, counted from January 1960."""
    return ((np.asarray(index) - 120).astype(np.int64).astype("datetime64[M]").astype("datetime64[D]") - _EPOCH).astype(
        np.int64
    )


def mdy_days(month: Floats, day: Floats, year: Floats) -> Floats:
    ok = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 100) & (year <= 9999)
    ok &= (np.floor(month) == month) & (np.floor(day) == day) & (np.floor(year) == year)
    m, y = np.where(ok, month, 1), np.where(ok, year, 1960)
    index = (y - 1960) * 12 + m - 1
    first = _month_start(index)
    ok &= day <= _month_start(index + 1) - first
    return np.where(ok, first + day - 1, np.nan)


def _part(which: int) -> Any:
    def body(days: Floats) -> Any:
        *parts, ok = parts_of(days)
        return np.where(ok, parts[which], np.nan)

    return body


def day_of(days: Floats) -> Any:
    # 01jan1960 was a Friday
    _, ok = _dates(days)
    return np.where(ok, (np.floor(days) + 5) % 7, np.nan)


def _doy(days: Floats) -> Any:
    year, _, _, ok = parts_of(days)
    return np.where(ok, np.floor(days) - _month_start((year - 1960) * 12) + 1, np.nan)


def _week(days: Floats) -> Any:
    return np.minimum(np.floor((_doy(days) - 1) / 7) + 1, 52)


def _months_of(days: Floats) -> Any:
    year, month, _, ok = parts_of(days)
    return np.where(ok, (year - 1960) * 12 + month - 1, np.nan)


def _days_of_months(months: Floats) -> Any:
    ok = (months >= -22320) & (months <= 96479)
    return np.where(ok, _month_start(np.floor(np.where(ok, months, 0))), np.nan)


def _days_of_weeks(weeks: Floats) -> Any:
    ok = (weeks >= -96720) & (weeks <= 418079)
    safe = np.floor(np.where(ok, weeks, 0))
    return np.where(ok, _month_start(np.floor(safe / 52) * 12) + 7 * (safe % 52), np.nan)


def _weeks_of(days: Floats) -> Any:
    year, _, _, ok = parts_of(days)
    return np.where(ok, (year - 1960) * 52 + _week(days) - 1, np.nan)


def _period(per_year: int) -> Any:
    def body(year: Floats, part: Floats) -> Any:
        ok = (part >= 1) & (part <= per_year) & (year >= 100) & (year <= 9999)
        return np.where(ok, (year - 1960) * per_year + part - 1, np.nan)

    return body


def hms_of(hours: Floats, minutes: Floats, seconds: Floats) -> Any:
    return (hours * 3600 + minutes * 60 + seconds) * 1000


TABLE: dict[str, Function] = {
    "mdy": Function("nnn", mdy_days),
    "year": Function("n", _part(0)),
    "month": Function("n", _part(1)),
    "day": Function("n", _part(2)),
    "dow": Function("n", day_of),
    "doy": Function("n", _doy),
    "week": Function("n", _week),
    "quarter": Function("n", lambda d: np.floor((_part(1)(d) - 1) / 3) + 1),
    "halfyear": Function("n", lambda d: np.floor((_part(1)(d) - 1) / 6) + 1),
    "yofd": Function("n", _part(0)),
    "mofd": Function("n", _months_of),
    "qofd": Function("n", lambda d: np.floor(_months_of(d) / 3)),
    "hofd": Function("n", lambda d: np.floor(_months_of(d) / 6)),
    "wofd": Function("n", _weeks_of),
    "dofm": Function("n", _days_of_months),
    "dofq": Function("n", lambda q: _days_of_months(np.floor(q) * 3)),
    "dofh": Function("n", lambda h: _days_of_months(np.floor(h) * 6)),
    "dofy": Function("n", lambda y: _days_of_months((np.floor(y) - 1960) * 12)),
    "dofw": Function("n", _days_of_weeks),
    "ym": Function("nn", _period(12)),
    "yq": Function("nn", _period(4)),
    "yh": Function("nn", _period(2)),
    "yw": Function("nn", _period(52)),
    "dofc": Function("n", lambda c: np.floor(c / _DAY_MS)),
    "cofd": Function("n", lambda d: np.floor(d) * _DAY_MS),
    "hms": Function("nnn", hms_of),
    "hh": Function("n", lambda c: np.floor(np.mod(c, _DAY_MS) / 3_600_000)),
    "mm": Function("n", lambda c: np.floor(np.mod(c, 3_600_000) / 60_000)),
    "ss": Function("n", lambda c: np.mod(c, 60_000) / 1000),
    "hours": Function("n", lambda ms: ms / 3_600_000),
    "minutes": Function("n", lambda ms: ms / 60_000),
    "seconds": Function("n", lambda ms: ms / 1000),
    "msofhours": Function("n", lambda h: h * 3_600_000),
    "msofminutes": Function("n", lambda m: m * 60_000),
    "msofseconds": Function("n", lambda s: s * 1000),
}
