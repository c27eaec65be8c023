"""ttest - tests of means

    ttest varname == # [if] [in] [, level(#)]                       one sample against a number
    ttest varname [if] [in], by(groupvar) [unequal welch level(#)]  two groups
    ttest varname1 == varname2 [if] [in] [, level(#)]               the same subjects twice
    ttest varname1 == varname2 [if] [in], unpaired [unequal welch]  two variables as two samples

unequal lets the variances differ, with Satterthwaite's degrees of freedom; welch takes Welch's.

Example: ttest distance, by(sex)
"""

from __future__ import annotations

import re

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Floats, used_rows
from mixedcli.commands.tabulation import levels_of
from mixedcli.commands.ttest_table import Group, one_sample, paired, two_sample
from mixedcli.data import varlist
from mixedcli.data.missing import is_missing
from mixedcli.data.moments import figures
from mixedcli.errors import Coded, InvalidSyntax, NoObservations, TypeMismatch
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "ttest",
    (
        OptionSpec("by", "by", "name"),
        OptionSpec("unequal", "une"),
        OptionSpec("welch", "w"),
        OptionSpec("unpaired", "unp"),
        OptionSpec("level", "l", "real"),
        OptionSpec("reverse", "rev"),
    ),
    allows=frozenset({"if", "in"}),
    by="each",
)

_FORM = re.compile(r"\s*([^\s=]+)\s*(?:==?\s*(\S+)\s*)?$")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test.  Errors: r(109), r(111), r(198), r(420) not two groups, r(2000)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    found = _FORM.match(body.text)
    if found is None:
        raise InvalidSyntax("invalid syntax", command.span)
    name = _variable(session, found[1])
    rows = used_rows(session, command).rows
    level = options.get("level", session.settings.level)
    kind = "welch" if options.get("welch") else "unequal" if options.get("unequal") else "equal"
    if "by" in options:
        if found[2]:
            raise InvalidSyntax("may not combine = and option by()")  # unverified: words
        return _outcome(_by(session, name, options, rows, level, kind))
    if not found[2]:
        raise InvalidSyntax("by() option required")
    other = found[2]
    if other[0].isdigit() or other[0] in "+-.":
        try:
            mu = float(other)
        except ValueError:
            raise InvalidSyntax(f"'{other}' found where number expected") from None
        return _outcome(one_sample(_group(name, _values(session, name, rows)), mu, level, name))
    second = _variable(session, other)
    if options.get("unpaired"):
        a, b = (_group(n, _values(session, n, rows)) for n in (name, second))
        return _outcome(two_sample(a, b, level, kind, "Variable"))
    if kind != "equal":
        raise InvalidSyntax("unequal and welch are for unpaired data")  # unverified: words
    x, y = session.data.numeric(name), session.data.numeric(second)
    both = rows & ~is_missing(x) & ~is_missing(y)
    if not both.any():
        raise NoObservations("no observations")
    d = x[both] - y[both]
    return _outcome(paired(_group(name, x[both]), _group(second, y[both]), _group("diff", d), level))


def _outcome(made: tuple[tuple[Block, ...], Stored]) -> Outcome:
    return Outcome(blocks=made[0], r=made[1])


def _variable(session: Session, word: str) -> str:
    name = varlist.resolve(word, session.data)
    if session.data.column(name).is_string:
        raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
    return name


def _values(session: Session, name: str, rows: np.ndarray) -> Floats:
    x = session.data.numeric(name)
    out = x[rows & ~is_missing(x)]
    if not len(out):
        raise NoObservations("no observations")
    return np.asarray(out)


def _group(name: str, x: Floats) -> Group:
    f = figures(x)
    return Group(name, f["N"], f["mean"], f["sd"])


def _by(
    session: Session, name: str, options: Options, rows: np.ndarray, level: float, kind: str
) -> tuple[tuple[Block, ...], Stored]:
    data = session.data
    by = varlist.resolve(options["by"], data)
    x = data.numeric(name)
    rows = rows & ~is_missing(x)
    groups = levels_of(data, by, rows, missing=False)
    if groups.count != 2:
        how = "more than" if groups.count > 2 else f"{groups.count} group{'s' * (groups.count != 1)} found,"
        if groups.count > 2:
            raise Coded(420, f"{how} 2 groups found, only 2 allowed")
        raise Coded(420, f"{how} 2 required")
    a, b = (_group(t, x[groups.codes == k]) for k, t in enumerate(groups.texts))
    return two_sample(b, a, level, kind) if options.get("reverse") else two_sample(a, b, level, kind)
