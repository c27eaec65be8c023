"""Dates and times under %t formats: the value counts units since 1960, the detail says what to show."""

from __future__ import annotations

import datetime as dt
import re

_EPOCH = dt.date(1960, 1, 1)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_DEFAULT = {
    "d": "DDmonCCYY", "c": "DDmonCCYY_HH:MM:SS", "C": "DDmonCCYY_HH:MM:SS",
    "w": "CCYY!www", "m": "CCYY!mnn", "q": "CCYY!qq", "h": "CCYY!hh", "y": "CCYY",
}  # fmt: skip
_WIDTH = {"d": 9, "c": 18, "C": 18, "w": 7, "m": 7, "q": 6, "h": 6, "y": 4, "g": 9}

# longest codes first: the scanner takes the first that matches
_CODES = (
    "DAYNAME|Dayname|dayname|Month|month|Mon|mon|JJJ|jjj|Day|day|Da|da|CC|cc|YY|yy|NN|nn|DD|dd|"
    "WW|ww|HH|Hh|hH|hh|h|q|MM|mm|SS|ss|\\.sss|\\.ss|\\.s|a\\.m\\.|p\\.m\\.|A\\.M\\.|P\\.M\\.|am|pm|AM|PM|"
    "C|c|Y|y|M|m|L|l|N|n|D|d|J|j|W|w"  # the one-letter codes of old %d formats
)
_SCAN = re.compile(f"!(.)|({_CODES})|(.)", re.DOTALL)


def date_text(value: float, unit: str, detail: str) -> str:
    """A date value of unit c C d w m q h y g (generic: the number itself) as text."""
    moment = _moment(value, unit)
    if moment is None:
        return f"{value:.0f}"
    out = []
    for literal, code, other in _SCAN.findall(detail or _DEFAULT[unit]):
        if code:
            out.append(_piece(code, moment, unit))
        else:
            out.append(literal or {"_": " ", "+": ""}.get(other, other))
    return "".join(out)


def date_width(unit: str, detail: str) -> int:
    if not detail:
        return _WIDTH.get(unit, 9)
    return len(date_text(22919.0 * (86400000.0 if unit in "cC" else 1.0), "c" if unit in "cC" else "d", detail))


def _moment(value: float, unit: str) -> dt.datetime | None:
    """The instant a value stands for, None for generic units and values outside the calendar."""
    try:
        if unit in "cC":
            return dt.datetime(1960, 1, 1) + dt.timedelta(milliseconds=round(value))
        whole = int(value // 1)
        if unit == "d":
            day = _EPOCH + dt.timedelta(days=whole)
        elif unit == "y":
            day = dt.date(whole, 1, 1)
        elif unit == "w":
            # Stata's week 1 always starts on 1 January; week 52 has the days that are left
            day = dt.date(1960 + whole // 52, 1, 1) + dt.timedelta(days=7 * (whole % 52))
        elif unit in "mqh":
            months = whole * {"m": 1, "q": 3, "h": 6}[unit]
            day = dt.date(1960 + months // 12, months % 12 + 1, 1)
        else:
            return None
    except (OverflowError, ValueError):
        return None
    return dt.datetime(day.year, day.month, day.day)


def _piece(code: str, t: dt.datetime, unit: str) -> str:
    hour12 = t.hour % 12 or 12
    half_day = "pm" if t.hour >= 12 else "am"
    day = _DAYS[(t.weekday() + 1) % 7]
    month = _MONTHS[t.month - 1]
    yday = t.timetuple().tm_yday
    week = min((yday - 1) // 7 + 1, 52)
    half = (t.month - 1) // 6 + 1
    milliseconds = t.microsecond // 1000
    table = {
        "CC": f"{t.year // 100:02d}", "cc": f"{t.year // 100}", "YY": f"{t.year % 100:02d}", "yy": f"{t.year % 100}",
        "JJJ": f"{yday:03d}", "jjj": f"{yday}", "Month": month, "month": month.lower(),
        "Mon": month[:3], "mon": month[:3].lower(), "NN": f"{t.month:02d}", "nn": f"{t.month}",
        "DD": f"{t.day:02d}", "dd": f"{t.day}", "DAYNAME": day.ljust(9), "Dayname": day, "dayname": day.lower(),
        "Day": day[:3], "day": day[:3].lower(), "Da": day[:2], "da": day[:2].lower(),
        "WW": f"{week:02d}", "ww": f"{week}", "q": f"{(t.month - 1) // 3 + 1}",
        "HH": f"{t.hour:02d}", "Hh": f"{hour12:02d}", "hH": f"{t.hour}", "h": f"{half}",
        "hh": f"{hour12}" if unit in "cC" else f"{half}",
        "MM": f"{t.minute:02d}", "mm": f"{t.minute}", "SS": f"{t.second:02d}", "ss": f"{t.second}",
        "C": f"{t.year // 100:02d}", "c": f"{t.year // 100}", "Y": f"{t.year % 100:02d}", "y": f"{t.year % 100}",
        "M": month, "m": month[:3], "L": month.lower(), "l": month[:3].lower(), "N": f"{t.month:02d}",
        "n": f"{t.month}", "D": f"{t.day:02d}", "d": f"{t.day}", "J": f"{yday:03d}", "j": f"{yday}",
        "W": f"{week:02d}", "w": f"{week}",
        ".s": f".{milliseconds // 100}", ".ss": f".{milliseconds // 10:02d}", ".sss": f".{milliseconds:03d}",
    }  # fmt: skip
    if code in table:
        return table[code]
    text = half_day if "." not in code else f"{half_day[0]}.m."
    return text.upper() if code[0] in "AP" else text
