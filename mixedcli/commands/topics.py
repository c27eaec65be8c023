"""Help on what is no command: the functions of expressions."""

from __future__ import annotations

import importlib
import textwrap

from mixedcli.data import functions
from mixedcli.errors import UnknownFunction

#: heading -> module with the table, what is to be known about the whole group
_GROUPS = {
    "Mathematics and logic": ("functions_math", ""),
    "Strings": ("functions_string", "Positions and lengths count bytes; the functions whose names begin with u count "
                "characters.  regexs(n) gives a part of what regexm() matched last in the observation."),
    "Unicode, names": ("functions_unicode", ""),
    "Distributions": ("functions_prob", ""),
    "More distributions": ("functions_continuous", ""),
    "Noncentral distributions": ("functions_noncentral", ""),
    "Random numbers": ("functions_random", "The stream is not Stata's: after set seed the same numbers come every "
                       "time, but others than in Stata."),
    "Dates": ("functions_date", ""),
    "Dates and times written as texts": ("functions_moment", ""),
    "Calendar and clock": ("functions_calendar", ""),
    "Program, number types, files": ("functions_system", ""),
}  # fmt: skip
_MATRICES = ("rowsof", "colsof", "rownumb", "colnumb", "el", "det", "trace", "issymmetric", "matmissing", "mreldif",
             "diag0cnt", "roweqnumb", "coleqnumb")  # fmt: skip
_CONTEXT = ("scalar", "matrix", "has_eprop", "replay", "tin", "twithin", "regexm", "regexs", "regexmatch",
            "regexcapture", "regexcapturenamed", "ustrregexm", "ustrregexs")  # fmt: skip


def find(topic: str, width: int) -> list[str] | None:
    """The lines of a topic; None for what is none."""
    if topic in ("functions", "function"):
        return _functions(width)
    name = topic.removesuffix("()")
    if name in (*_MATRICES, *_CONTEXT):
        return [f"{name}() is a function of expressions; help functions lists them all."]
    try:
        row = functions.find(name)
    except UnknownFunction:
        return None
    least = len(row.kinds) if row.least < 0 else row.least
    kinds = {"n": "number", "s": "string", "a": "number or string"}
    arguments = ", ".join(kinds[k] for k in row.kinds[:least])
    optional = ", ".join(kinds[k] for k in row.kinds[least:])
    more = f"[{', ' if arguments else ''}{optional}]" if optional else ""
    text = f"{name}({arguments}{more}{', ...' if row.many else ''}) is a function of expressions."
    if row.style == "random":
        text += "  " + _GROUPS["Random numbers"][1]
    return textwrap.wrap(text, width)


def _functions(width: int) -> list[str]:
    out = ["Functions of expressions"]
    groups = [(title, sorted(_table(module)), note) for title, (module, note) in _GROUPS.items()]
    groups += [("Matrices", list(_MATRICES), ""), ("Names, results, matches", list(_CONTEXT), "")]
    for title, names, note in groups:
        out += ["", f"{title}:"]
        if note:
            out += textwrap.wrap(note, width - 4, initial_indent="    ", subsequent_indent="    ")
        out += textwrap.wrap(" ".join(names), width - 4, initial_indent="    ", subsequent_indent="    ")
    return out


def _table(module: str) -> functions.Table:
    table: functions.Table = importlib.import_module(f"mixedcli.data.{module}").TABLE
    return table
