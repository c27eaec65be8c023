"""Texts that name dates and times: date(), clock(), monthly() and their kin, td(), tc() written out."""

from __future__ import annotations

import re
from collections.abc import Callable

from mixedcli.data.functions import Function
from mixedcli.data.leapseconds import inserted_before_posix
from mixedcli.data.missing import SYSMISS

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MASK = re.compile(r"(\d\d)?([DMYWQHhms#])")
_NOISE = re.compile(r"[^\w]*", re.ASCII)
_LONG_YEARS = (100, 9999)


def _mask(mask: str) -> list[tuple[str, str]] | None:
    """The elements of a mask with the century before Y; None for what is no mask."""
    elements = _MASK.findall(mask)
    left = _MASK.sub("", mask)
    return elements if elements and not left.strip(" ") else None


def parts(text: str, mask: str, topyear: float = SYSMISS, *, letters: str = "") -> dict[str, float] | None:
    """What the elements of a mask find in a text; None when it does not fit.

    letters: single letters that count as separators (the q of 2010q3).
    """
    elements = _mask(mask)
    if elements is None:
        return None
    found: dict[str, float] = {}
    at = 0
    for century, element in elements:
        at = _behind_noise(text, at, letters if element not in "M" or letters else "")
        read = _skipped(text, at) if element == "#" else _month(text, at) if element == "M" else None
        read = read or _digits(text, at, element)
        if read is None:
            return None
        value, at = read
        if element == "Y" and value < 100:
            year = _year(value, century, topyear)
            if year is None:
                return None
            value = year
        if element != "#":
            found[element] = value
    rest = re.sub(r"[\s.]", "", text[at:]).lower()
    if rest in ("am", "pm") and "h" in found:
        if not 1 <= found["h"] <= 12:
            return None
        found["h"] = found["h"] % 12 + (12 if rest == "pm" else 0)
    elif rest:
        return None
    return found


def _behind_noise(text: str, at: int, letters: str) -> int:
    while True:
        noise = _NOISE.match(text, at)
        end = noise.end() if noise else at
        if (end < len(text) and text[end] == "_") or (
            letters and end < len(text) and text[end].lower() in letters and not text[end + 1 : end + 2].isalpha()
        ):
            end += 1
        if end == at:
            return at
        at = end


def _skipped(text: str, at: int) -> tuple[float, int] | None:
    found = re.compile(r"\w+", re.ASCII).match(text, at)
    return None if found is None else (0.0, found.end())


def _month(text: str, at: int) -> tuple[float, int] | None:
    found = re.compile(r"[A-Za-z]{3,9}").match(text, at)
    if found is None:
        return None
    matches = [k for k, name in enumerate(_MONTHS, 1) if name.startswith(found[0].lower())]
    return (float(matches[0]), found.end()) if matches else None


def _digits(text: str, at: int, element: str) -> tuple[float, int] | None:
    run = re.compile(r"[0-9]+").match(text, at)
    if run is None:
        return None
    if element == "s":
        found = re.compile(r"[0-9]{1,2}(?:\.[0-9]+)?").match(text, at)
        assert found is not None
        return float(found[0]), found.end()
    length = len(run[0])
    of_year = length if length <= 4 else 2 if length == 6 else 4
    width = of_year if element == "Y" else min(2, length)
    return float(text[at : at + width]), at + width


def _year(value: float, century: str, topyear: float) -> float | None:
    if century:
        return value + 100 * int(century)
    if topyear < SYSMISS:
        return value + 100 * ((topyear - value) // 100)
    return None


def _days(found: dict[str, float]) -> float | None:
    """Days since 1960 of D, M, Y; None for a day that there is not."""
    import datetime as dt

    year, month, day = found.get("Y", 1960.0), found.get("M", 1.0), found.get("D", 1.0)
    if not _LONG_YEARS[0] <= year <= _LONG_YEARS[1]:
        return None
    try:
        return float((dt.date(int(year), int(month), int(day)) - dt.date(1960, 1, 1)).days)
    except ValueError:
        return None


def date(text: str, mask: str, topyear: float = SYSMISS) -> float:
    """date(): days since 1960; a mask in small letters is one in capitals."""
    upper = re.sub(r"[dmy]", lambda m: m[0].upper(), mask)
    if re.search(r"[hsWQH]", upper):
        return SYSMISS
    found = parts(text, upper, topyear)
    days = None if found is None else _days(found)
    return SYSMISS if days is None else days


def clock(text: str, mask: str, topyear: float = SYSMISS) -> float:
    """clock(): milliseconds since 1960, leap seconds ignored."""
    if re.search(r"[WQH]", mask):
        return SYSMISS
    found = parts(text, mask, topyear)
    days = None if found is None else _days(found)
    if found is None or days is None:
        return SYSMISS
    h, m, s = (found.get(c, 0.0) for c in "hms")
    if h >= 24 or m >= 60 or s >= 60:
        return SYSMISS
    return days * 86_400_000 + h * 3_600_000 + m * 60_000 + round(s * 1000)


def exact_clock(text: str, mask: str, topyear: float = SYSMISS) -> float:
    """Clock(): milliseconds since 1960 with leap seconds."""
    value = clock(text, mask, topyear)
    return value if value >= SYSMISS else value + 1000.0 * inserted_before_posix(value)


def _period(letter: str, per_year: int, separators: str) -> Callable[..., float]:
    """monthly(), quarterly() ...: periods since 1960."""

    def body(text: str, mask: str, topyear: float = SYSMISS) -> float:
        upper = mask.upper()
        if sorted(re.sub(r"[^A-Z]", "", upper)) != sorted({letter, "Y"}):
            return SYSMISS
        found = parts(text, upper, topyear, letters=separators)
        if found is None or not _LONG_YEARS[0] <= found["Y"] <= _LONG_YEARS[1]:
            return SYSMISS
        part = found.get(letter, 1.0) if letter != "Y" else 1.0
        if not 1 <= part <= per_year:
            return SYSMISS
        return (found["Y"] - 1960) * per_year + part - 1 if letter != "Y" else found["Y"]

    return body


_PERIODS: dict[str, Callable[..., float]] = {
    "monthly": _period("M", 12, "m"),
    "quarterly": _period("Q", 4, "q"),
    "weekly": _period("W", 52, "w"),
    "halfyearly": _period("H", 2, "h"),
    "yearly": _period("Y", 1, ""),
}


def written_clock(text: str, *, exact: bool = False) -> float:
    """``tc(1jan2020 10:30)``; without a date it is 01jan1960."""
    read = exact_clock if exact else clock
    for mask in ("DMYhms", "DMYhm", "DMY", "hms", "hm"):
        value = read(text, mask)
        if value < SYSMISS:
            return value
    return SYSMISS


#: unit letter -> what reads a value written out in it
WRITTEN: dict[str, Callable[[str], float]] = {
    "d": lambda text: date(text, "DMY"),
    "c": written_clock,
    "C": lambda text: written_clock(text, exact=True),
    "m": lambda text: _PERIODS["monthly"](text, "YM"),
    "q": lambda text: _PERIODS["quarterly"](text, "YQ"),
    "w": lambda text: _PERIODS["weekly"](text, "YW"),
    "h": lambda text: _PERIODS["halfyearly"](text, "YH"),
    "y": lambda text: _PERIODS["yearly"](text, "Y"),
}


def _text(body: Callable[..., float], kinds: str = "ssn", least: int = 2) -> Function:
    return Function(kinds, body, least=least, style="text")


TABLE: dict[str, Function] = {
    "date": _text(date),
    "daily": _text(date),
    "clock": _text(clock),
    "Clock": _text(exact_clock),
    **{name: _text(body) for name, body in _PERIODS.items()},
    **{f"t{unit}": _text(read, "s", 1) for unit, read in WRITTEN.items()},
}
