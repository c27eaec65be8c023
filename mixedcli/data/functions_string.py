"""String functions.  Lengths and positions count bytes of UTF-8, as in Stata; the u... forms count characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from mixedcli.data.functions import Function
from mixedcli.data.matches import compiled
from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import binary


def _bytes(s: str) -> bytes:
    return s.encode("utf-8", "surrogateescape")


def _text(b: bytes) -> str:
    return b.decode("utf-8", "replace")


def _slice(length: int, start: float, count: float) -> slice:
    """Python slice for substr(): 1-based start, negative from the end; count "." is the rest."""
    if start >= SYSMISS or start != start:
        return slice(0, 0)
    first = int(start)
    first = length + first if first < 0 else first - 1
    if first < 0 or int(start) == 0:
        return slice(0, 0)
    return slice(first, None) if count >= SYSMISS else slice(first, first + max(int(count), 0))


def _substr(s: str, start: float, count: float = SYSMISS) -> str:
    if s.isascii():
        return s[_slice(len(s), start, count)]
    raw = _bytes(s)
    return _text(raw[_slice(len(raw), start, count)])


def _usubstr(s: str, start: float, count: float = SYSMISS) -> str:
    return s[_slice(len(s), start, count)]


def _strlen(s: str) -> float:
    return float(len(s) if s.isascii() else len(_bytes(s)))


def _strpos(s: str, wanted: str) -> float:
    return float(_bytes(s).find(_bytes(wanted)) + 1) if wanted else 0.0


def _strrpos(s: str, wanted: str) -> float:
    return float(_bytes(s).rfind(_bytes(wanted)) + 1) if wanted else 0.0


def _ascii_case(plain: Callable[[str], str], method: Callable[[bytes], bytes]) -> Callable[[str], str]:
    """Plain upper and lower change only a-z."""

    def body(s: str) -> str:
        return plain(s) if s.isascii() else method(_bytes(s)).decode("utf-8", "surrogateescape")

    return body


def _proper(s: str) -> str:
    """A capital after whatever is not a letter, small letters elsewhere."""
    out, start = [], True
    for c in s:
        out.append(c.upper() if start else c.lower())
        start = not c.isalpha()
    return "".join(out)


def _itrim(s: str) -> str:
    """Runs of blanks inside the text become one."""
    body = s.strip(" ")
    if not body:
        return s
    lead, tail = len(s) - len(s.lstrip(" ")), len(s) - len(s.rstrip(" "))
    return " " * lead + re.sub(" +", " ", body) + " " * tail


def _times(s: str, count: float) -> int:
    """How often to replace: never more than there is text; "." is always."""
    return len(s) + 1 if count > len(s) else max(int(count), 0)


def _subinstr(s: str, old: str, new: str, count: float) -> str:
    if not old:
        return s
    return s.replace(old, new, _times(s, count))


def _subinword(s: str, old: str, new: str, count: float) -> str:
    if not old:
        return s
    pattern = rf"(?<![^ ]){re.escape(old)}(?![^ ])"
    times = _times(s, count)
    return re.sub(pattern, lambda _: new, s, count=times) if times else s


def _word(s: str, n: float) -> str:
    """The nth word; negative from the end; quotes bind."""
    words = _words(s)
    k = 0 if n >= SYSMISS else int(n)
    if k == 0 or abs(k) > len(words):
        return ""
    return words[k - 1] if k > 0 else words[k]


def _words(s: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', s)]


def _replacement(new: str) -> Callable[[re.Match[str]], str]:
    """Text with \\1 to \\9 standing for what the groups matched."""

    def text(match: re.Match[str]) -> str:
        def group(ref: re.Match[str]) -> str:
            k = int(ref[1])
            return (match[k] or "") if k <= (match.re.groups) else ""

        return re.sub(r"\\(\d)", group, new)

    return text


def _regexr(s: str, pattern: str, new: str) -> str:
    return compiled(pattern).sub(lambda _: new, s, count=1)


def _backward(new: str) -> Callable[[re.Match[str]], str]:
    return _replacement(re.sub(r"\$(\d)", r"\\\1", new))


def _ustrregexra(s: str, pattern: str, new: str, nocase: float = 0.0) -> str:
    return compiled(pattern, nocase != 0).sub(_backward(new), s)


def _ustrregexrf(s: str, pattern: str, new: str, nocase: float = 0.0) -> str:
    return compiled(pattern, nocase != 0).sub(_backward(new), s, count=1)


def _strmatch(s: str, pattern: str) -> float:
    wild = "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in pattern)
    return float(re.compile(wild, re.DOTALL).fullmatch(s) is not None)


def _char(n: float) -> str:
    if n >= SYSMISS or not 0 <= n <= 255:
        return ""
    return chr(int(n)) if n < 128 else bytes([int(n)]).decode("utf-8", "surrogateescape")


def _uchar(n: float) -> str:
    return chr(int(n)) if 0 <= n < 0x110000 and not 0xD800 <= n <= 0xDFFF else "\ufffd"


def _abbrev(s: str, n: float) -> str:
    """The text in n characters, the middle replaced by ~."""
    width = 32 if n >= SYSMISS else max(int(n), 5)
    if len(s) <= width:
        return s
    tail = 1 if width < 10 else 2
    return s[: width - tail - 1] + "~" + s[-tail:]


def _plural(n: float, *forms: str) -> str:
    one, many = (forms[0], forms[0] + "s") if len(forms) == 1 else (forms[0], forms[1])
    if n in (1.0, -1.0):
        return one
    if len(forms) == 2 and many.startswith("+"):
        return one + many[1:]
    if len(forms) == 2 and many.startswith("-"):
        return one.removesuffix(many[1:])
    return many


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?")


def _real(s: str) -> float:
    """The number a text stands for, "." if it is none; ".a" is that missing value."""
    text = s.strip()
    if _NUMBER.fullmatch(text):
        return float(text.replace("d", "e").replace("D", "e"))
    if re.fullmatch(r"\.[a-z]", text):
        from mixedcli.data.missing import missing_value

        return missing_value(text[1])
    return SYSMISS


def _strofreal(n: float, fmt: str = "%9.0g") -> str:
    if fmt == "%9.0g" and -1e7 < n < 1e7 and n == int(n):
        return str(int(n))  # most numbers that are made strings are whole
    from mixedcli.numfmt import format_value

    return format_value(n, fmt).strip(" ") if len(fmt) < 2 or fmt[1] != "0" else format_value(n, fmt)


def _indexnot(s: str, known: str) -> float:
    return float(next((k for k, c in enumerate(s, 1) if c not in known), 0))


def _to_text(kinds: str, body: Any, least: int = -1) -> Function:
    return Function(kinds, body, least=least, style="text", result="s")


def _to_number(kinds: str, body: Any, least: int = -1) -> Function:
    return Function(kinds, body, least=least, style="text", result="n")


def _unaccented(form: Any) -> Callable[[str], str]:
    return lambda s: unicodedata.normalize("NFC", form(s))


TABLE: dict[str, Function] = {
    "strlen": _to_number("s", _strlen),
    "length": _to_number("s", _strlen),
    "ustrlen": _to_number("s", lambda s: float(len(s))),
    "substr": _to_text("snn", _substr, 2),
    "usubstr": _to_text("snn", _usubstr, 2),
    "strpos": _to_number("ss", _strpos),
    "index": _to_number("ss", _strpos),
    "strrpos": _to_number("ss", _strrpos),
    "ustrpos": _to_number("ss", lambda s, x: float(s.find(x) + 1) if x else 0.0),
    "ustrrpos": _to_number("ss", lambda s, x: float(s.rfind(x) + 1) if x else 0.0),
    "indexnot": _to_number("ss", _indexnot),
    "upper": _to_text("s", _ascii_case(str.upper, bytes.upper)),
    "strupper": _to_text("s", _ascii_case(str.upper, bytes.upper)),
    "lower": _to_text("s", _ascii_case(str.lower, bytes.lower)),
    "strlower": _to_text("s", _ascii_case(str.lower, bytes.lower)),
    "ustrupper": _to_text("s", _unaccented(str.upper)),
    "ustrlower": _to_text("s", _unaccented(str.lower)),
    "proper": _to_text("s", _proper),
    "strproper": _to_text("s", _proper),
    "trim": _to_text("s", lambda s: s.strip(" ")),
    "strtrim": _to_text("s", lambda s: s.strip(" ")),
    "ustrtrim": _to_text("s", str.strip),
    "ltrim": _to_text("s", lambda s: s.lstrip(" ")),
    "strltrim": _to_text("s", lambda s: s.lstrip(" ")),
    "rtrim": _to_text("s", lambda s: s.rstrip(" ")),
    "strrtrim": _to_text("s", lambda s: s.rstrip(" ")),
    "itrim": _to_text("s", _itrim),
    "stritrim": _to_text("s", _itrim),
    "subinstr": _to_text("sssn", _subinstr),
    "usubinstr": _to_text("sssn", _subinstr),
    "subinword": _to_text("sssn", _subinword),
    "word": _to_text("sn", _word),
    "wordcount": _to_number("s", lambda s: float(len(_words(s)))),
    "regexr": _to_text("sss", _regexr),
    "regexreplace": _to_text("sssn", _ustrregexrf, 3),
    "regexreplaceall": _to_text("sssn", _ustrregexra, 3),
    "ustrregexrf": _to_text("sssn", _ustrregexrf, 3),
    "ustrregexra": _to_text("sssn", _ustrregexra, 3),
    "strmatch": _to_number("ss", _strmatch),
    "char": _to_text("n", _char),
    "uchar": _to_text("n", _uchar),
    "reverse": _to_text("s", lambda s: s[::-1]),
    "strreverse": _to_text("s", lambda s: s[::-1]),
    "ustrreverse": _to_text("s", lambda s: s[::-1]),
    "abbrev": _to_text("sn", _abbrev),
    "plural": _to_text("nss", _plural, 2),
    "real": _to_number("s", _real),
    "strofreal": _to_text("ns", _strofreal, 1),
    "string": _to_text("ns", _strofreal, 1),
    "strdup": Function("sn", lambda s, n: binary("*", s, n), style="plain"),
}
