"""Date functions: days, months, quarters and years counted from 1960."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function
from mixedcli.data.missing import SYSMISS

Floats = NDArray[np.float64]
_EPOCH = np.datetime64("1960-01-01", "D")
_DAY_MS = 86_400_000.0
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LOW, _HIGH = -679350.0, 2936549.0
"""01jan0100 and 31dec9999 as days."""


def _dates(days: Floats) -> tuple[Any, Any]:
    """(datetime64[D] with harmless values outside the range, where in range)."""
    whole = np.floor(days)
    ok = (whole >= _LOW) & (whole <= _HIGH)
    return _EPOCH + np.where(ok, whole, 0).astype(np.int64).astype("timedelta64[D]"), ok


def _parts(days: Floats) -> tuple[Any, Any, Any, Any]:
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


def _mdy(month: Floats, day: Floats, year: Floats) -> Floats:
    ok = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 100) & (year <= 9999)
    ok &= (np.floor(month) == month) & (np.floor(day) == day) & (np.floor(year) == year)
    m, y = np.where(ok, month, 1), np.where(ok, year, 1960)
    index = (y - 1960) * 12 + m - 1
    first = _month_start(index)
    ok &= day <= _month_start(index + 1) - first
    return np.where(ok, first + day - 1, np.nan)


def _part(which: int) -> Any:
    def body(days: Floats) -> Any:
        *parts, ok = _parts(days)
        return np.where(ok, parts[which], np.nan)

    return body


def _dow(days: Floats) -> Any:
    # 01jan1960 was a Friday
    _, ok = _dates(days)
    return np.where(ok, (np.floor(days) + 5) % 7, np.nan)


def _doy(days: Floats) -> Any:
    year, _, _, ok = _parts(days)
    return np.where(ok, np.floor(days) - _month_start((year - 1960) * 12) + 1, np.nan)


def _week(days: Floats) -> Any:
    return np.minimum(np.floor((_doy(days) - 1) / 7) + 1, 52)


def _months_of(days: Floats) -> Any:
    year, month, _, ok = _parts(days)
    return np.where(ok, (year - 1960) * 12 + month - 1, np.nan)


def _days_of_months(months: Floats) -> Any:
    ok = (months >= -22320) & (months <= 96479)
    return np.where(ok, _month_start(np.floor(np.where(ok, months, 0))), np.nan)


def _days_of_weeks(weeks: Floats) -> Any:
    ok = (weeks >= -96720) & (weeks <= 418079)
    safe = np.floor(np.where(ok, weeks, 0))
    return np.where(ok, _month_start(np.floor(safe / 52) * 12) + 7 * (safe % 52), np.nan)


def _weeks_of(days: Floats) -> Any:
    year, _, _, ok = _parts(days)
    return np.where(ok, (year - 1960) * 52 + _week(days) - 1, np.nan)


def _period(per_year: int) -> Any:
    def body(year: Floats, part: Floats) -> Any:
        ok = (part >= 1) & (part <= per_year) & (year >= 100) & (year <= 9999)
        return np.where(ok, (year - 1960) * per_year + part - 1, np.nan)

    return body


def _hms(hours: Floats, minutes: Floats, seconds: Floats) -> Any:
    return (hours * 3600 + minutes * 60 + seconds) * 1000


def _date(text: str, mask: str, topyear: float = SYSMISS) -> float:
    """The day a text names, its parts in the order of the mask ("DMY", "MDY", "YMD"; "19Y" gives the century)."""
    order = re.findall(r"(\d\d)?([DMY])", mask.upper())
    parts = re.findall(r"[0-9]+|[A-Za-z]+", text)
    if len(parts) == 1 and parts[0].isdigit() and len(parts[0]) in (6, 8):
        parts = _run_together(parts[0], [letter for _, letter in order])
    if len(parts) != len(order) or not parts:
        return SYSMISS
    found = {"D": 1.0, "M": 1.0, "Y": 1960.0}
    for (century, letter), part in zip(order, parts, strict=True):
        value = _number(part, letter)
        if value is None:
            return SYSMISS
        if letter == "Y" and value < 100:
            if century:
                value += 100 * int(century)
            elif topyear < SYSMISS:
                value += 100 * ((topyear - value) // 100)
            else:
                return SYSMISS
        found[letter] = value
    day = float(_mdy(*(np.asarray(found[c]) for c in "MDY")))
    return day if day == day else SYSMISS


def _number(part: str, letter: str) -> float | None:
    if part.isascii() and part.isdigit():
        return float(part)
    if letter != "M" or len(part) < 3:
        return None
    matches = [k for k, name in enumerate(_MONTHS, 1) if name.startswith(part.lower())]
    return float(matches[0]) if matches else None


def _run_together(digits: str, letters: list[str]) -> list[str]:
    out, at = [], 0
    for letter in letters:
        width = len(digits) - 4 if letter == "Y" else 2
        out.append(digits[at : at + width])
        at += width
    return out


TABLE: dict[str, Function] = {
    "mdy": Function("nnn", _mdy),
    "year": Function("n", _part(0)),
    "month": Function("n", _part(1)),
    "day": Function("n", _part(2)),
    "dow": Function("n", _dow),
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
    "date": Function("ssn", _date, least=2, style="text"),
    "daily": Function("ssn", _date, least=2, style="text"),
    "dofc": Function("n", lambda c: np.floor(c / _DAY_MS)),
    "cofd": Function("n", lambda d: np.floor(d) * _DAY_MS),
    "hms": Function("nnn", _hms),
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
