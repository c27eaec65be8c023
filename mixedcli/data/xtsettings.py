"""xtset and tsset settings as Stata files keep them: characteristics of _dta."""

from __future__ import annotations

from collections.abc import Container, Mapping

from mixedcli.data.dataset import TimeSettings

#: iis and tis are the names older releases (and xt commands still) use
_KEYS = frozenset({"_TSpanel", "_TStvar", "_TSdelta", "_TSitrvl", "iis", "tis"})


def split(characteristics: Mapping[str, str], names: Container[str]) -> tuple[TimeSettings | None, dict[str, str]]:
    """Settings and the other characteristics.  Settings that name a variable the data lack are ignored."""
    rest = {k: v for k, v in characteristics.items() if k not in _KEYS}
    time = characteristics.get("_TStvar") or characteristics.get("tis", "")
    panel = characteristics.get("_TSpanel") or characteristics.get("iis", "")
    time = time if time in names else ""
    panel = panel if panel in names else ""
    if not time and not panel:
        return None, rest
    return TimeSettings(panel=panel, time=time, delta=parse_hex(characteristics.get("_TSdelta", "")) or 1.0), rest


def join(settings: TimeSettings | None, characteristics: Mapping[str, str]) -> dict[str, str]:
    """All characteristics of _dta for a file."""
    out = dict(characteristics)
    if settings is None:
        return out
    if settings.time:
        out |= {"_TStvar": settings.time, "_TSdelta": to_hex(settings.delta), "_TSitrvl": "1", "tis": settings.time}
    if settings.panel:
        out |= {"iis": settings.panel}
        if settings.time:
            out |= {"_TSpanel": settings.panel}
    return out


def parse_hex(text: str) -> float:
    """Number in %21x form ("+1.0000000000000X+000") or decimal; 0.0 when it is neither."""
    mantissa, x, exponent = text.strip().upper().partition("X")
    try:
        if not x:
            return float(mantissa)
        return float.fromhex(mantissa[:1] + "0x" + mantissa[1:]) * 2.0 ** int(exponent, 16)
    except (ValueError, OverflowError):
        return 0.0


def to_hex(value: float) -> str:
    """%21x form of a number: 1 is "+1.0000000000000X+000"."""
    sign, _, rest = value.hex().rpartition("0x")
    mantissa, _, exponent = rest.partition("p")
    whole, _, digits = mantissa.partition(".")
    power = int(exponent)
    return f"{sign or '+'}{whole}.{digits.ljust(13, '0')}X{'-' if power < 0 else '+'}{abs(power):03x}"
