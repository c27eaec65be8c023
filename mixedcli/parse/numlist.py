"""Stata's number lists: ``1 2 3``, ``1/4``, ``10(5)30``, ``1 2 to 5``, ``1 2:5``."""

from __future__ import annotations

import math
import re

from mixedcli.errors import InvalidNumlist

_NUMBER = r"[-+]?(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d++)?+"  # possessive: long digits stay linear
_ELEMENT = re.compile(
    rf"\s*(?:({_NUMBER})\s*/\s*({_NUMBER})|({_NUMBER})\s*[(\[]\s*({_NUMBER})\s*[)\]]\s*({_NUMBER})"
    rf"|({_NUMBER})\s+({_NUMBER})\s*(?:to\s|:)\s*({_NUMBER})|({_NUMBER})|(\.[a-z]?))(?![\w.])[\s,]*"
)
#: Stata refuses longer lists
LARGEST = 2500
#: factor levels and lags
LARGEST_WHOLE = 2**31 - 1


def parse_numlist(text: str) -> tuple[float, ...]:
    """The numbers of a list in order; a missing value is nan.  Errors: r(121)."""
    numbers: list[float] = []
    position = 0
    if not text.strip():
        raise InvalidNumlist("invalid numlist")
    while position < len(text):
        found = _ELEMENT.match(text, position)
        if found is None or found.end() == position:
            raise InvalidNumlist("invalid numlist")
        position = found.end()
        from_, to, first, step, last, one, two, upto, single, missing = found.groups()
        if single:
            numbers.append(float(single))
        elif missing:
            numbers.append(math.nan)
        elif from_:
            numbers += _steps(float(from_), 1.0 if float(to) >= float(from_) else -1.0, float(to))
        elif first:
            numbers += _steps(float(first), float(step), float(last))
        else:
            numbers += _steps(float(one), float(two) - float(one), float(upto))
        if len(numbers) > LARGEST:
            raise InvalidNumlist("invalid numlist has too many elements")
    return tuple(numbers)


def _steps(first: float, step: float, last: float) -> list[float]:
    """first, first+step ... up to last, which may be missed by rounding of the step."""
    span = last - first
    if step == 0 or not math.isfinite(span) or not math.isfinite(step) or span * step < 0:
        raise InvalidNumlist("invalid numlist")
    if abs(span) > LARGEST * abs(step):
        raise InvalidNumlist("invalid numlist has too many elements")
    count = math.floor(span / step + 1e-9) + 1
    return [first + k * step for k in range(count)]


def whole_numbers(text: str) -> tuple[int, ...] | None:
    """A list of whole numbers not below 0, as factor levels and lags have; None if it is something else."""
    try:
        numbers = parse_numlist(text)
    except InvalidNumlist:
        return None
    if not all(0 <= number <= LARGEST_WHOLE and number == math.floor(number) for number in numbers):
        return None
    return tuple(int(number) for number in numbers)
