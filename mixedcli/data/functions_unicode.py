"""String functions that count and classify characters; names out of texts."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from mixedcli.data.functions import Function
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax


def _left(s: str, n: float) -> str:
    return s if n >= SYSMISS else s[: max(int(n), 0)]


def _right(s: str, n: float) -> str:
    return s if n >= SYSMISS else s[len(s) - min(max(int(n), 0), len(s)) :]


def _width(c: str) -> int:
    """Columns a character takes on the screen."""
    if unicodedata.combining(c):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def _displayed(s: str) -> float:
    return float(sum(map(_width, s)))


def _udsubstr(s: str, start: float, columns: float = SYSMISS) -> str:
    """Whole characters from one position on that fit into so many columns."""
    if start >= SYSMISS or int(start) == 0 or abs(start) > len(s):
        return ""
    rest = s[int(start) - 1 :] if start > 0 else s[int(start) :]
    if columns >= SYSMISS:
        return rest
    out, used = "", 0
    for c in rest:
        used += _width(c)
        if used > columns:
            break
        out += c
    return out


def _valid_name(s: str, prefix: float, *, ascii_only: bool) -> str:
    """A text as a name of at most 32 characters; what cannot stand in one becomes an underscore."""
    kind = re.ASCII if ascii_only else re.UNICODE
    if ascii_only:
        s = s.encode("utf-8", "surrogateescape").decode("latin-1")  # each byte on its own
    out = re.sub(r"\W", "_", s, flags=kind)
    if prefix != 0 and (not out or out[0].isdigit()):
        out = "_" + out
    return out[:32]


def _bytes_shown(s: str, n: float = 0.0) -> str:
    """tobytes(): \\d and three digits for each byte that is not ASCII, or for all of them."""
    everything = n != 0 and n < SYSMISS
    raw = s.encode("utf-8", "surrogateescape")
    return "".join(f"\\d{b:03d}" if everything or b > 127 else chr(b) for b in raw)


def _to_hex(s: str) -> str:
    """Escapes \\uhhhh and \\Uhhhhhhhh for every character."""
    return "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in s)


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x\{?([0-9a-fA-F]{1,8})\}?|([abtnvfre\"'?\\]))")
_CONTROLS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}


def _unescape(s: str) -> str:
    def char(found: re.Match[str]) -> str:
        if found[4]:
            return _CONTROLS.get(found[4], found[4])
        code = int(found[1] or found[2] or found[3], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _ESCAPE.sub(char, s)


def _invalid_count(s: str) -> float:
    return float(sum(0xDC80 <= ord(c) <= 0xDCFF for c in s))


def _fixed(s: str, replacement: str = "\ufffd") -> str:
    """Bytes that are no characters replaced by one."""
    return re.sub(r"[\udc80-\udcff]", lambda _: replacement[:1], s)


def _normalized(s: str, form: str) -> str:
    kind = form.upper()
    if kind == "NFKCCF":
        return unicodedata.normalize("NFKC", s.casefold())
    if kind not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise InvalidSyntax("invalid syntax")
    return unicodedata.normalize(kind, s)  # type: ignore[arg-type]


#: a run of letters and digits (apostrophes and points inside count), or any other single character
_WORDS = re.compile(r"\w+(?:['.’]\w+)*|[^\w\s]")


def _word(s: str, n: float, locale: str = "") -> str:
    words = _WORDS.findall(s)
    k = 0 if n >= SYSMISS else int(n)
    if k == 0 or abs(k) > len(words):
        return ""
    found: str = words[k - 1] if k > 0 else words[k]
    return found


def _soundex(s: str, *, transparent: str) -> str:
    """A letter and three digits; letters of ``transparent`` do not part two letters of the same code."""
    codes = {c: d for d, letters in enumerate(["AEIOUYHW", "BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"]) for c in letters}
    letters = [c for c in s.upper() if c in codes]
    if not letters:
        return ""
    out, last = letters[0], codes[letters[0]]
    for c in letters[1:]:
        code = codes[c]
        if code and code != last:
            out += str(code)
        if c not in transparent:
            last = code
    return (out + "000")[:4]


def _to_text(kinds: str, body: Any, least: int = -1, **how: Any) -> Function:
    return Function(kinds, body, least=least, style="text", result="s", **how)


def _to_number(kinds: str, body: Any, least: int = -1) -> Function:
    return Function(kinds, body, least=least, style="text", result="n")


TABLE: dict[str, Function] = {
    "ustrleft": _to_text("sn", _left),
    "ustrright": _to_text("sn", _right),
    "ustrltrim": _to_text("s", str.lstrip),
    "ustrrtrim": _to_text("s", str.rstrip),
    "udstrlen": _to_number("s", _displayed),
    "udsubstr": _to_text("snn", _udsubstr, 2),
    "uisdigit": _to_number("s", lambda s: float(s[:1].isdecimal())),
    "uisletter": _to_number("s", lambda s: float(s[:1].isalpha())),
    "strtoname": _to_text("sn", lambda s, p=1.0: _valid_name(s, p, ascii_only=True), 1),
    "ustrtoname": _to_text("sn", lambda s, p=1.0: _valid_name(s, p, ascii_only=False), 1),
    "strcat": _to_text("ss", lambda *s: "".join(s), many=True),
    "tobytes": _to_text("sn", _bytes_shown, 1),
    "ustrtohex": _to_text("sn", lambda s, n=1.0: _to_hex(s if n >= SYSMISS else s[max(int(n) - 1, 0) :][:200]), 1),
    "ustrunescape": _to_text("s", _unescape),
    "ustrinvalidcnt": _to_number("s", _invalid_count),
    "ustrfix": _to_text("ss", _fixed, 1),
    "ustrnormalize": _to_text("ss", _normalized),
    "ustrword": _to_text("sns", _word, 2),
    "ustrwordcount": _to_number("ss", lambda s, locale="": float(len(_WORDS.findall(s))), 1),
    "soundex": _to_text("s", lambda s: _soundex(s, transparent="")),
    "soundex_nara": _to_text("s", lambda s: _soundex(s, transparent="HW")),
}
