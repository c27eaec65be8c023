"""What one step of a time variable is called, by its display format."""

from __future__ import annotations

#: option of xtset -> (format of the time variable, singular, plural)
UNITS: dict[str, tuple[str, str, str]] = {
    "clocktime": ("%tc", "millisecond", "milliseconds"),
    "daily": ("%td", "day", "days"),
    "weekly": ("%tw", "week", "weeks"),
    "monthly": ("%tm", "month", "months"),
    "quarterly": ("%tq", "quarter", "quarters"),
    "halfyearly": ("%th", "half-year", "half-years"),
    "yearly": ("%ty", "year", "years"),
    "generic": ("%tg", "unit", "units"),
}


def unit_of(shown: str) -> tuple[str, str]:
    """Singular and plural of the unit of a display format; "unit" for formats that are no dates."""
    for mark, one, many in UNITS.values():
        if shown.startswith((mark, "%-" + mark[1:])):
            return one, many
    if shown.startswith("%tC"):
        return "millisecond", "milliseconds"
    return ("day", "days") if shown.startswith(("%d", "%-d")) else ("unit", "units")
