"""_diparm - a function of ancillary parameters with its delta-method standard error

    _diparm equation [equation ...] [, function(exp) derivative(exp [exp ...]) | exp | tanh | invlogit]
                                    [label(text) ci(log|logit|atanh) level(#) prob notab]

@ stands for the constant of the equation, @1 @2 ... for those of several.  The interval of a function of one
parameter is the function of the parameter's limits, otherwise symmetric; ci() builds it on another scale.

Example: _diparm lns1_1_1, f(exp(@)^2) d(2*exp(@)^2)
"""

from __future__ import annotations

import math
import re

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Cell, Column, Grid
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import column_of, expression_context
from mixedcli.commands.macros.text import unquoted
from mixedcli.data.expression import evaluate
from mixedcli.engine import distributions, inference
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.frozen import frozen
from mixedcli.results import Floats, Quantity, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "_diparm",
    (
        OptionSpec("function", "f", "text"),
        OptionSpec("derivative", "d", "text"),
        OptionSpec("exp", "exp"),
        OptionSpec("tanh", "tanh"),
        OptionSpec("invlogit", "invlogit"),
        OptionSpec("label", "l", "text"),
        OptionSpec("ci", "ci", "name"),
        OptionSpec("level", "level", "real"),
        OptionSpec("prob", "p"),
        OptionSpec("noprob", "nop"),
        OptionSpec("notab", "notab"),
    ),
)

#: function and derivative of the named transformations
_NAMED = {
    "exp": ("exp(@)", "exp(@)"),
    "tanh": ("tanh(@)", "1-tanh(@)^2"),
    "invlogit": ("invlogit(@)", "invlogit(@)*(1-invlogit(@))"),
}
_SCALES = {"log": "log", "logit": "logit", "atanh": "atanh"}


@frozen
class _Function:
    """The function's text and the values @, @1, @2 ... stand for."""

    session: Session
    text: str

    def __call__(self, values: list[float]) -> float:
        language = self.session.language
        assert language is not None
        filled = re.sub(r"@(\d*)", lambda m: f"({_value(values, m[1])!r})", self.text)
        found = evaluate(language.expr(filled), expression_context(self.session))
        if isinstance(found, str) or np.ndim(found):
            raise InvalidSyntax(f"{self.text} is not a number")  # unverified: words
        return float(found)


def _value(values: list[float], index: str) -> float:
    k = int(index or 1) - 1
    if not 0 <= k < len(values):
        raise InvalidSyntax(f"@{index} found where there are {len(values)} parameters")  # unverified: words
    return values[k]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Evaluate and show.  Errors: r(111), r(198), r(301), r(303)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    b, V = session.e.matrices.get("b"), session.e.matrices.get("V")
    if b is None or V is None:
        raise LastEstimatesNotFound("last estimates not found")
    names = [w.text for w in body.words]
    if not names:
        raise InvalidSyntax("invalid syntax", command.span)
    places = [column_of(b.colnames, name, "_cons") for name in names]
    values = [float(b.values[0, k]) for k in places]
    named = [o for o in _NAMED if options.get(o)]
    if len(named) > 1 or (named and ("function" in options or len(names) > 1)):
        raise InvalidSyntax(f"option {named[0]} not allowed")
    text, slopes = _NAMED[named[0]] if named else (options.get("function", "@"), options.get("derivative"))
    f = _Function(session, text)
    estimate = f(values)
    gradient = _gradient(session, f, slopes if slopes is not None or "function" in options else "1", values)
    se = math.sqrt(max(float(gradient @ V.values[np.ix_(places, places)] @ gradient), 0.0))
    level = float(options.get("level", session.settings.level))
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    crit = distributions.normal_quantile(0.5 + level / 200)
    if "ci" in options:
        if options["ci"] not in _SCALES:
            raise InvalidSyntax("option ci() incorrectly specified")
        lo, hi = inference.interval(Quantity(estimate, se, options["ci"]), level)
    elif len(names) == 1:
        width = crit * math.sqrt(max(float(V.values[places[0], places[0]]), 0.0))
        lo, hi = sorted((f([values[0] - width]), f([values[0] + width])))
    else:
        lo, hi = estimate - crit * se, estimate + crit * se
    z = estimate / se if se > 0 else math.nan
    p = distributions.normal_p(z) if se > 0 else math.nan
    r = Stored({"est": estimate, "se": se, "z": z, "p": p, "lb": lo, "ub": hi, "level": level})
    if options.get("notab"):
        return Outcome(r=r)
    label = unquoted(options.get("label", "")) or f"/{names[0]}"
    tests = (Cell(z, "%8.2f"), Cell(p, "%5.3f")) if options.get("prob") else (Cell(""), Cell(""))
    row = (Cell(label), Cell(estimate), Cell(se), *tests, Cell(lo), Cell(hi))
    # a line of a coefficient table
    widths = ((9, 2), (9, 2), (8, 1), (5, 3), (9, 4), (9, 3))
    columns = tuple(Column((), w, gap=gap) for w, gap in widths)
    return Outcome(blocks=(Grid(Column((), 12), columns, (row,), top=False, bottom=False),), r=r)


def _gradient(session: Session, f: _Function, text: str | None, values: list[float]) -> Floats:
    """Derivatives as told, one expression per parameter, or numerical ones."""
    if text is None:
        out = []
        for k, value in enumerate(values):
            step = 1e-5 * max(abs(value), 1.0)
            up, down = ([x + s * (i == k) for i, x in enumerate(values)] for s in (step, -step))
            out.append((f(up) - f(down)) / (2 * step))
        return np.array(out)
    parts = _parts(text)
    if len(parts) != len(values):
        raise InvalidSyntax("option derivative() incorrectly specified")
    return np.array([_Function(session, part)(values) for part in parts])


def _parts(text: str) -> list[str]:
    """Split at blanks outside parentheses."""
    out, depth = [""], 0
    for c in text.strip():
        depth += (c == "(") - (c == ")")
        if c == " " and depth == 0:
            out.append("")
        else:
            out[-1] += c
    return [x for x in out if x]
