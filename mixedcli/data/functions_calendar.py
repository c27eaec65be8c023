"""Functions of days on the calendar: ages, differences, firsts and lasts, weekdays, leap years."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function
from mixedcli.data.functions_date import day_of, hms_of, mdy_days, parts_of
from mixedcli.data.leapseconds import inserted_before_exact, inserted_before_posix, is_leap_second
from mixedcli.errors import InvalidSyntax

Floats = NDArray[np.float64]
_DAY = 86_400_000.0


def _leap(year: Any) -> Any:
    return ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)


def _isleap(year: Floats) -> Any:
    return np.where((year >= 100) & (year <= 9999), _leap(np.floor(year)), np.nan)


def _near_leap(step: int) -> Any:
    def body(year: Floats) -> Any:
        at = np.floor(year)
        out = np.full(at.shape, np.nan)
        for k in range(1, 9):  # no more than seven years lie between two leap years
            candidate = at + step * k
            out = np.where(np.isnan(out) & _leap(candidate), candidate, out)
        return np.where((out >= 100) & (out <= 9999), out, np.nan)

    return body


def _birthday(month: Any, day: Any, year: Any, february: Any) -> Any:
    """The birthday in a year; 29 February is celebrated on 1 March, or 28 February where so wished."""
    moved = (month == 2) & (day == 29) & ~_leap(year)
    m = np.where(moved & ~february, 3, month)
    d = np.where(moved, np.where(february, 28, 1), day)
    return mdy_days(np.asarray(m, dtype=float), np.asarray(d, dtype=float), np.asarray(year, dtype=float))


def _february(nonleap: str) -> bool:
    """The option about birthdays on 29 February.  Errors: r(198)."""
    text = nonleap.lower().replace(" ", "")
    if text in ("", "01mar", "1mar", "mar01", "mar1"):
        return False
    if text in ("28feb", "feb28"):
        return True
    raise InvalidSyntax("invalid syntax")


def _age(born: float, day: float, nonleap: str = "") -> float:
    return float(np.floor(_age_in_years(np.asarray(born), np.asarray(day), _february(nonleap))))


def _age_frac(born: float, day: float, nonleap: str = "") -> float:
    return float(_age_in_years(np.asarray(born), np.asarray(day), _february(nonleap)))


def _age_in_years(born: Any, day: Any, february: Any) -> Any:
    """Whole birthdays passed, and the share of the year since the last one."""
    year, month, of_month, ok = parts_of(born)
    now, _, _, ok_now = parts_of(day)
    this = _birthday(month, of_month, now, february)
    last_year = now - (this > np.floor(day))
    last, following = (_birthday(month, of_month, last_year + k, february) for k in (0, 1))
    share = (np.floor(day) - last) / (following - last)
    out = last_year - year + share
    return np.where(ok & ok_now & (np.floor(day) >= np.floor(born)), out, np.nan)


def _in_year(born: float, year: float, nonleap: str = "") -> float:
    _, month, day, ok = parts_of(np.asarray(born))
    return float(_birthday(month, day, np.floor(year), _february(nonleap))) if ok else float("nan")


def _birthday_near(step: int) -> Any:
    def body(born: float, day: float, nonleap: str = "") -> float:
        year = parts_of(np.asarray(day))[0]
        choices = [_in_year(born, float(year) + k, nonleap) for k in (-1, 0, 1)]
        fit = [c for c in choices if (c > day if step > 0 else c < day)]
        return (min(fit) if step > 0 else max(fit)) if fit else float("nan")

    return body


_UNITS = {"day": "d", "days": "d", "d": "d", "month": "m", "months": "m", "mon": "m", "m": "m", "year": "y",
          "years": "y", "y": "y"}  # fmt: skip


def _datediff(first: float, second: float, unit: str, nonleap: str = "") -> float:
    value = _datediff_frac(first, second, unit, nonleap)
    return float(np.trunc(value))


def _datediff_frac(first: float, second: float, unit: str, nonleap: str = "") -> float:
    kind = _UNITS.get(unit.lower())
    if kind is None:
        raise InvalidSyntax("invalid syntax")
    a, b = np.floor(first), np.floor(second)
    if kind == "d":
        return float(b - a)
    if a > b:
        return -_datediff_frac(second, first, unit, nonleap)
    february = _february(nonleap)
    if kind == "y":
        return float(_age_in_years(np.asarray(a), np.asarray(b), february))
    year, month, day, ok = (x.item() for x in parts_of(np.asarray(a)))
    if not ok:
        return float("nan")
    now, current, _, _ = (x.item() for x in parts_of(np.asarray(b)))
    passed = (now - year) * 12 + current - month

    def anniversary(k: int) -> float:
        index = year * 12 + month - 1 + k
        return _clipped(index % 12 + 1, day, index // 12, february)

    if anniversary(passed) > b:
        passed -= 1
    last, following = anniversary(passed), anniversary(passed + 1)
    return float(passed + (b - last) / (following - last))


def _clipped(month: int, day: int, year: int, february: bool) -> float:
    """The day of a month; one that it does not have is the first of the next month (or its last day)."""
    value = float(mdy_days(*(np.asarray(float(x)) for x in (month, day, year))))
    if value == value:
        return value
    following = month % 12 + 1, year + month // 12
    first = float(mdy_days(np.asarray(float(following[0])), np.asarray(1.0), np.asarray(float(following[1]))))
    return first - 1 if february else first


_CLOCK_UNITS = {"day": _DAY, "hour": 3_600_000.0, "minute": 60_000.0, "second": 1000.0, "millisecond": 1.0,
                "d": _DAY, "h": 3_600_000.0, "min": 60_000.0, "m": 60_000.0, "sec": 1000.0, "s": 1000.0,
                "ms": 1.0}  # fmt: skip


def _clockdiff_frac(first: float, second: float, unit: str) -> float:
    name = unit.lower()
    size = _CLOCK_UNITS.get(name, _CLOCK_UNITS.get(name.removesuffix("s")))
    if size is None:
        raise InvalidSyntax("invalid syntax")
    return (second - first) / size


def _first_of_month(days: Floats) -> Any:
    _, _, day, ok = parts_of(days)
    return np.where(ok, np.floor(days) - day + 1, np.nan)


def _last_of_month(days: Floats) -> Any:
    year, month, _, ok = parts_of(days)
    following = mdy_days(np.asarray(month % 12 + 1.0), np.ones(np.shape(month)), np.asarray(year + month // 12 * 1.0))
    return np.where(ok, following - 1, np.nan)


def _valid(day: Any) -> Any:
    return (day >= 0) & (day <= 6) & (np.floor(day) == day)


def _since(days: Floats, weekday: Floats) -> Any:
    """Days since the last such weekday before, 1 to 7."""
    return np.where(_valid(weekday), (day_of(days) - weekday - 1) % 7 + 1, np.nan)


def _until(days: Floats, weekday: Floats) -> Any:
    return np.where(_valid(weekday), (weekday - day_of(days) - 1) % 7 + 1, np.nan)


def _first_weekday(month: Floats, year: Floats, weekday: Floats) -> Any:
    first = mdy_days(month, np.ones(np.shape(month)), year)
    return np.where(_valid(weekday), first + (weekday - day_of(first)) % 7, np.nan)


def _last_weekday(month: Floats, year: Floats, weekday: Floats) -> Any:
    last = _last_of_month(mdy_days(month, np.ones(np.shape(month)), year))
    return np.where(_valid(weekday), last - (day_of(last) - weekday) % 7, np.nan)


def _today() -> float:
    import datetime as dt

    return float((dt.date.today() - dt.date(1960, 1, 1)).days)


def _now() -> float:
    import datetime as dt

    return float((dt.datetime.now() - dt.datetime(1960, 1, 1)) // dt.timedelta(milliseconds=1))


def _moment(days: Any, h: Any, m: Any, s: Any) -> Any:
    ok = (h >= 0) & (h < 24) & (m >= 0) & (m < 60) & (s >= 0) & (s < 60)
    return np.where(ok, np.floor(days) * _DAY + hms_of(np.floor(h), np.floor(m), s), np.nan)


def _exact(moment: Any) -> Any:
    return moment + 1000.0 * inserted_before_posix(moment)


def _posix(moment: Any) -> Any:
    """A leap second itself becomes the first second after it."""
    inside = is_leap_second(moment)
    out = moment - 1000.0 * inserted_before_exact(moment)
    return np.where(inside, np.ceil((out + 0.5) / 1000.0) * 1000.0, out)


def _texts(kinds: str, body: Any, least: int) -> Function:
    """Row by row; "." where a number is missing."""
    from mixedcli.data.missing import SYSMISS

    def known(*args: Any) -> Any:
        if any(isinstance(a, float) and a >= SYSMISS for a in args):
            return SYSMISS
        return body(*args)

    return Function(kinds, known, least=least, style="text")


def _clock_part(which: str) -> Any:
    def body(moment: Floats) -> Any:
        c = _posix(moment)
        if which == "h":
            return np.floor(np.mod(c, _DAY) / 3_600_000)
        return np.floor(np.mod(c, 3_600_000) / 60_000) if which == "m" else np.mod(c, 60_000) / 1000

    return body


TABLE: dict[str, Function] = {
    "isleapyear": Function("n", _isleap),
    "nextleapyear": Function("n", _near_leap(1)),
    "previousleapyear": Function("n", _near_leap(-1)),
    "age": _texts("nns", _age, 2),
    "age_frac": _texts("nns", _age_frac, 2),
    "birthday": _texts("nns", _in_year, 2),
    "nextbirthday": _texts("nns", _birthday_near(1), 2),
    "previousbirthday": _texts("nns", _birthday_near(-1), 2),
    "datediff": _texts("nnss", _datediff, 3),
    "datediff_frac": _texts("nnss", _datediff_frac, 3),
    "clockdiff": _texts("nns", lambda a, b, u: float(np.trunc(_clockdiff_frac(a, b, u))), 3),
    "clockdiff_frac": _texts("nns", _clockdiff_frac, 3),
    "Clockdiff": _texts("nns", lambda a, b, u: float(np.trunc(_clockdiff_frac(a, b, u))), 3),
    "Clockdiff_frac": _texts("nns", _clockdiff_frac, 3),
    "dmy": Function("nnn", lambda d, m, y: mdy_days(m, d, y)),
    "daysinmonth": Function("n", lambda d: _last_of_month(d) - _first_of_month(d) + 1),
    "firstdayofmonth": Function("n", _first_of_month),
    "lastdayofmonth": Function("n", _last_of_month),
    "dayssincedow": Function("nn", _since),
    "dayssinceweekday": Function("nn", _since),
    "daysuntildow": Function("nn", _until),
    "daysuntilweekday": Function("nn", _until),
    "nextdow": Function("nn", lambda d, w: np.floor(d) + _until(d, w)),
    "nextweekday": Function("nn", lambda d, w: np.floor(d) + _until(d, w)),
    "previousdow": Function("nn", lambda d, w: np.floor(d) - _since(d, w)),
    "previousweekday": Function("nn", lambda d, w: np.floor(d) - _since(d, w)),
    "firstdowofmonth": Function("nnn", _first_weekday),
    "firstweekdayofmonth": Function("nnn", _first_weekday),
    "lastdowofmonth": Function("nnn", _last_weekday),
    "lastweekdayofmonth": Function("nnn", _last_weekday),
    "today": Function("", _today, style="plain"),
    "now": Function("", _now, style="plain"),
    "dhms": Function("nnnn", _moment),
    "mdyhms": Function("nnnnnn", lambda mo, d, y, h, m, s: _moment(mdy_days(mo, d, y), h, m, s)),
    "Cdhms": Function("nnnn", lambda d, h, m, s: _exact(_moment(d, h, m, s))),
    "Cmdyhms": Function("nnnnnn", lambda mo, d, y, h, m, s: _exact(_moment(mdy_days(mo, d, y), h, m, s))),
    "Chms": Function("nnn", lambda h, m, s: _exact(hms_of(h, m, s))),
    "Cofc": Function("n", _exact),
    "cofC": Function("n", _posix),
    "Cofd": Function("n", lambda d: _exact(np.floor(d) * _DAY)),
    "dofC": Function("n", lambda c: np.floor(_posix(c) / _DAY)),
    "hhC": Function("n", _clock_part("h")),
    "mmC": Function("n", _clock_part("m")),
    "ssC": Function("n", _clock_part("s")),
    "isleapsecond": Function("n", lambda c: np.asarray(is_leap_second(c), dtype=float)),
}
