"""Stata's display formats as pure functions from a value to a text.

``text(value, fmt)`` gives the bare characters, ``format_value(value, fmt)`` pads them to the format's width as
``display`` and ``list`` do.  Values use Stata's coding: at or above 2^1023 a value is ``.`` or ``.a`` ... ``.z``;
nan and infinities are ``.``.  Standard library only: data, commands and render share this module.

Facts: OUTPUT.md section 3 (checked on 6,914 printed cells); ``creturn list`` for wide formats (2.22044604925e-16).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from mixedcli.errors import InvalidFormat
from mixedcli.frozen import frozen

SYSMISS = 2.0**1023
_STEP = 2.0**1011

_NUMERIC = re.compile(r"%(-)?(0)?(\d+)?(?:([.,])(\d+))?([fgex])(c)?$")
_STRING = re.compile(r"%(-|~)?(\d+)?s$")
_DATE = re.compile(r"%(-)?(?:t([cCdwmqhyg])|d)(.*)$", re.DOTALL)


@frozen
class Format:
    """A parsed ``%fmt``.

    kind: "f" "g" "e" "x" (numbers), "s" (strings) or "t" (dates; unit is the letter after %t, detail the rest).
    align: "right", "left" or "center".  width 0: as wide as the text.
    """

    kind: str
    width: int = 0
    digits: int = 0
    align: str = "right"
    zeros: bool = False
    commas: bool = False
    unit: str = ""
    detail: str = ""


@lru_cache(maxsize=512)
def parse(fmt: str) -> Format:
    """The parts of a format such as ``%9.0g`` or ``%-12s``.  Errors: r(120) invalid %format."""
    if m := _NUMERIC.match(fmt):
        minus, zero, width, _, digits, kind, comma = m.groups()
        if not width and kind != "x":
            raise InvalidFormat("invalid %format")
        return Format(kind, int(width or 21), int(digits or 0), "left" if minus else "right", bool(zero), bool(comma))
    if m := _STRING.match(fmt):
        return Format("s", int(m[2] or 0), align={"-": "left", "~": "center"}.get(m[1] or "", "right"))
    if m := _DATE.match(fmt):
        return Format("t", align="left" if m[1] else "right", unit=m[2] or "d", detail=m[3])
    raise InvalidFormat("invalid %format")


def is_missing(value: float) -> bool:
    return not -SYSMISS < value < SYSMISS


def missing_text(value: float) -> str:
    """ "." or ".a" to ".z"."""
    if not SYSMISS <= value < math.inf:
        return "."
    k = round((value - SYSMISS) / _STEP)
    return "." + chr(ord("a") + k - 1) if 1 <= k <= 26 else "."


def general(value: float, width: int = 9, digits: int = 0) -> str:
    """``%w.0g``: at most w-2 significant digits, no leading zero, no trailing zeros.

    Fixed notation for 1e-5 <= |x| < 10^(w-2); outside it d.dde-dd cut to w-1 characters without the sign.
    """
    if is_missing(value):
        return missing_text(value)
    if value == 0:
        return "0"
    places = width - 2
    size = abs(value)
    if 1e-5 <= size < 10.0**places:
        whole = len(str(int(size))) if size >= 1 else 0
        shown = min(places, digits) if digits else places  # unverified: %w.dg taken as d significant digits
        lead = 0 if size >= 1 or not digits else -math.floor(math.log10(size)) - 1
        body = f"{size:.{min(max(shown - whole + lead, 0), max(places - whole, 0))}f}"
        if "." in body:
            body = body.rstrip("0").rstrip(".")
        if len(body.partition(".")[0]) <= places:
            body = body.removeprefix("0") if body != "0" else body
            return "-" + body if value < 0 else body
    text = scientific(value, width)
    if len(text) > width and size >= 1:  # too narrow for an exponent: whole digits, as many as it takes
        return f"{value:.0f}"
    return text


def scientific(value: float, width: int, digits: int | None = None) -> str:
    """``d.dde+dd`` with at most ``digits`` decimals, cut to width-1 characters besides the sign."""
    if is_missing(value):
        return missing_text(value)
    room = width - 1
    decimals = 16 if digits is None else digits
    for _ in range(2):  # the exponent may gain a digit by rounding
        body = f"{abs(value):.{decimals}e}"
        decimals = max(0, min(decimals, decimals - (len(body) - room)))
    body = f"{abs(value):.{decimals}e}"
    if "." not in body and len(body) > room + 1 and decimals == 0:
        body = f"{abs(value):.0e}"
    return "-" + body if value < 0 else body


def fixed(value: float, width: int, digits: int, commas: bool = False) -> str:
    """``%w.df``; a number that does not fit becomes scientific (123456.78 in %8.2f is 1.2e+05)."""
    if is_missing(value):
        return missing_text(value)
    text = f"{value:,.{digits}f}" if commas else f"{value:.{digits}f}"
    if len(text) > width and commas:
        text = f"{value:.{digits}f}"
    if len(text) > width:
        short = scientific(value, width)
        return short if len(short) < len(text) else text
    return text


def text(value: float | str, fmt: str) -> str:
    """The characters of a value under a format, without padding.  Errors: r(120) invalid %format."""
    if isinstance(value, str):
        return value
    f = parse(fmt)
    if is_missing(value):
        return missing_text(value)
    match f.kind:
        case "g":
            body = general(value, f.width, f.digits)
            return _with_commas(body, f.width) if f.commas else body
        case "f":
            return fixed(value, f.width, f.digits, f.commas)
        case "e":
            return scientific(value, f.width, f.digits)
        case "x":
            return _hexadecimal(value)
        case "t":
            from mixedcli.datefmt import date_text

            return date_text(value, f.unit, f.detail)
        case _:
            return general(value, 10)


def format_value(value: float | str, fmt: str) -> str:
    """The text padded to the format's width.  Errors: r(120) invalid %format."""
    f = parse(fmt)
    body = text(value, fmt)
    if f.align == "left":
        return body.ljust(f.width)
    if f.align == "center":
        return body.center(f.width)
    if f.zeros and not isinstance(value, str) and not is_missing(value):
        return body.zfill(f.width)
    return body.rjust(f.width)


def display_width(fmt: str) -> int:
    """Columns a value takes under a format (dates: their longest usual text)."""
    f = parse(fmt)
    if f.kind != "t":
        return f.width
    from mixedcli.datefmt import date_width

    return date_width(f.unit, f.detail)


def number(value: float) -> str:
    """What ``display`` shows without a format: %10.0g without padding."""
    return general(value, 10)


def abbreviate(name: str, width: int) -> str:
    """A name cut to width with a tilde before its end: "displacement" in 8 columns is "displa~t"."""
    if len(name) <= width or width < 3:
        return name
    # unverified: a final digit keeps the character before it (stata: "centfores~a2")
    tail = 2 if name[-1].isdigit() and width >= 8 else 1
    return name[: width - tail - 1] + "~" + name[-tail:]


def _with_commas(body: str, width: int) -> str:
    sign, digits = ("-", body[1:]) if body.startswith("-") else ("", body)
    whole, point, rest = digits.partition(".")
    if "e" in digits or not whole:
        return body
    grouped = f"{int(whole):,}"
    spare = width - len(sign) - len(grouped) - 1
    if point and len(rest) > spare:
        value = float(digits)
        rest = f"{value:.{max(spare, 0)}f}".partition(".")[2].rstrip("0")
        grouped = f"{int(float(f'{value:.{max(spare, 0)}f}')):,}"
    return sign + grouped + ("." + rest if rest else "")


def _hexadecimal(value: float) -> str:
    """``%21x``: +1.8000000000000X+001."""
    if value == 0:
        return "+0.0000000000000X-3ff"
    mantissa, exponent = math.frexp(abs(value))
    digits = round((mantissa * 2 - 1) * 2**52)
    power = exponent - 1
    return f"{'-' if value < 0 else '+'}1.{digits:013x}X{'-' if power < 0 else '+'}{abs(power):03x}"
