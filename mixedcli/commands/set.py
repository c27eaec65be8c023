"""set - settings

    set obs #                    number of observations (more than now)
    set seed #                   start of the random numbers
    set level #                  confidence level, 10 to 99.99
    set linesize #               width of the output, 40 to 255
    set type byte|int|long|float|double
                                 storage type of new variables
    set varabbrev on|off         whether variable names may be abbreviated
    set cformat|pformat|sformat [%fmt]
                                 formats of coefficients, p-values and test statistics; without a format the usual one
    set showbaselevels on|off|all
    set showomitted|showemptycells|fvlabel|lstretch|iterlog on|off
                                 what tables show when the command's options do not say
    set rngstate text            the state of the random numbers, as c(rngstate) gave it

The random numbers are not those of Stata: a seed gives the same ones here every time, but others than there.

Settings that only concern Stata's windows and memory (more, scheme, graphics,
maxvar, matsize ...) are accepted without effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from mixedcli import ast, numfmt
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS, narrow
from mixedcli.errors import InvalidFormat, InvalidSyntax, NotYetAvailable
from mixedcli.session import KEEP, Outcome, Session, Settings

SPEC = CommandSpec("set", (OptionSpec("permanently", "perm"),))

#: without effect here: Stata's windows, memory and maintenance
IGNORED = frozenset(
    {
        "adosize", "autotabgraphs", "charset", "clevel", "coeftabresults", "dockable", "dots", "doublebuffer",
        "floatwindows", "fvtrack", "fvwrapon", "graphics", "haverdir", "httpproxy", "include_bitmap",
        "java_heapmax", "locale_functions", "locale_ui", "logtype", "matacache", "mataoptimize", "matastrict",
        "matsize", "max_it", "max_memory", "maxbezierpath", "maxdb", "maxiter", "maxvar", "memory",
        "min_memory", "more", "mp", "niceness", "notifyuser", "odbcmgr", "output", "pagesize", "playsnd",
        "printcolor", "processors", "python_exec", "reset_rngstream", "reventries", "revkeyboard", "rmsg",
        "rng", "scheme", "scrollbufsize", "segmentsize", "sortmethod", "sortrngstate", "sortseed", "timeout1",
        "timeout2", "trace", "tracedepth", "update_interval", "update_query", "varkeyboard", "virtual",
    }
)  # fmt: skip
#: would change tables or numbers: better refused than passed over in silence
LATER = frozenset({"dp", "emptycells", "fvwrap", "rngstream"})
#: values of these that are Stata's own from the start
_USUAL = {"dp": ("period",), "emptycells": ("keep",), "fvwrap": ("1",)}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change one setting."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    words = [w.text for w in body.words]
    if not words:
        raise InvalidSyntax("invalid syntax")
    name, values = words[0], words[1:]
    if name == "obs":
        return _obs(session, values)
    if name in _FORMATS and not values:
        return Outcome(settings=_other(session.settings, name, ""))
    for full, (least, change) in _CHANGES.items():
        if full.startswith(name) and len(name) >= least:
            if len(values) != 1:
                raise InvalidSyntax("invalid syntax")
            return Outcome(settings=change(session.settings, values[0]))
    if name in IGNORED:
        return Outcome(settings=replace(session.settings, other={**session.settings.other, name: " ".join(values)}))
    if tuple(values) == _USUAL.get(name):
        return Outcome()
    if name in LATER:
        raise NotYetAvailable(f"set {name} is not yet available")
    raise InvalidSyntax(f"set {name}: no such setting")  # unverified: wording


def _number(text: str, low: float, high: float, message: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidSyntax("invalid syntax") from None
    if not low <= value <= high:
        raise InvalidSyntax(message)
    return value


def _level(settings: Settings, text: str) -> Settings:
    return replace(settings, level=_number(text, 10, 99.99, "level() must be between 10 and 99.99 inclusive"))


def _linesize(settings: Settings, text: str) -> Settings:
    # unverified: wording
    return replace(settings, linesize=int(_number(text, 40, 255, "linesize must be between 40 and 255")))


def _seed(settings: Settings, text: str) -> Settings:
    # unverified: wording
    return replace(settings, seed=int(_number(text, 0, 2**31 - 1, "seed must be between 0 and 2,147,483,647")))


def _type(settings: Settings, text: str) -> Settings:
    if text not in ("byte", "int", "long", "float", "double"):
        raise InvalidSyntax("invalid syntax")
    return replace(settings, default_type=text)


def _varabbrev(settings: Settings, text: str) -> Settings:
    if text not in ("on", "off"):
        raise InvalidSyntax("invalid syntax")
    return replace(settings, varabbrev=text == "on")


#: the widest format each column of a table has room for
_FORMATS = {"cformat": 9, "pformat": 5, "sformat": 8}


def _other(settings: Settings, name: str, value: str) -> Settings:
    kept = {k: v for k, v in settings.other.items() if k != name}
    return replace(settings, other={**kept, name: value} if value else kept)


def _format(name: str) -> Callable[[Settings, str], Settings]:
    def change(settings: Settings, text: str) -> Settings:
        shown = numfmt.parse(text)
        if shown.kind not in "fge" or shown.width > _FORMATS[name]:
            # unverified: wording
            raise InvalidFormat(f"invalid {name}: width may not be greater than {_FORMATS[name]}")
        return _other(settings, name, text)

    return change


def _choice(name: str, *choices: str) -> Callable[[Settings, str], Settings]:
    def change(settings: Settings, text: str) -> Settings:
        if text not in choices:
            raise InvalidSyntax("invalid syntax")
        return _other(settings, name, text)

    return change


def _rngstate(settings: Settings, text: str) -> Settings:
    if not re.fullmatch(r"pcg\d{1,20}", text):
        raise InvalidSyntax("invalid state of the random-number generator")  # unverified: wording
    return replace(settings, seed=int(text[3:]))


_CHANGES: dict[str, tuple[int, Callable[[Settings, str], Settings]]] = {
    "level": (1, _level),
    "linesize": (4, _linesize),
    "seed": (3, _seed),
    "type": (4, _type),
    "varabbrev": (4, _varabbrev),
    "rngstate": (8, _rngstate),
    **{name: (7, _format(name)) for name in _FORMATS},
    "showbaselevels": (14, _choice("showbaselevels", "on", "off", "all")),
    **{
        name: (len(name), _choice(name, "on", "off"))
        for name in ("showomitted", "showemptycells", "fvlabel", "lstretch", "iterlog")
    },
}


def _obs(session: Session, values: list[str]) -> Outcome:
    data = session.data
    if len(values) != 1 or not values[0].isdigit():
        raise InvalidSyntax("invalid syntax")
    n = int(values[0])
    if n < data.n:
        raise InvalidSyntax(f"number of observations must be at least {data.n:,}")  # unverified: wording
    return with_observations(session, n)


def with_observations(session: Session, n: int) -> Outcome:
    """The data set with n observations, new ones missing; the estimation sample goes on without them."""
    data = session.data
    old, estimates = data.n, session.estimates
    grown = replace(
        data,
        columns=MappingProxyType({k: _lengthened(c, n) for k, c in data.columns.items()}),
        n=n,
        changed=data.changed or n != old,
        sorted_by=data.sorted_by if n == old else (),
    )
    if estimates is not None and estimates.sample is not None:
        longer = np.concatenate([estimates.sample, np.zeros(n - old, dtype=np.bool_)])
        estimates = replace(estimates, sample=longer)
    message = f"Number of observations (_N) was {old:,}, now {n:,}."
    return Outcome(
        blocks=(line(message),) if n != old else (), data=grown, estimates=KEEP if estimates is None else estimates
    )


def _lengthened(column: Column, n: int) -> Column:
    extra = n - len(column.values)
    filler = np.full(extra, "", dtype=object) if column.is_string else narrow(np.full(extra, SYSMISS), column.type)
    return replace(column, values=np.concatenate([column.values, filler]))
