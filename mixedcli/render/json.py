"""--json: values to one line of JSON, missing values as null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

_MISSING = 2.0**1023


def dumps(value: Any) -> str:
    """One line; floats at full precision."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def plain(value: Any) -> Any:
    """Mappings, sequences, arrays and numbers as JSON knows them; whole floats become integers."""
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return _number(value)
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case Sequence():
            return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value)


def _number(value: float) -> float | int | None:
    if math.isnan(value) or not -_MISSING < value < _MISSING:
        return None
    return int(value) if value == int(value) and abs(value) < 2**53 else value
