"""predictnl - nonlinear predictions with standard errors by the delta method

    predictnl [type] newvar = exp [if] [in] [, options]

    se(newvar) variance(newvar) wald(newvar) p(newvar)   what goes with the predictions
    ci(newvar newvar) level(#)                            confidence limits
    g(stub)                                               derivatives, one variable for each coefficient
    df(#)                                                 t with # degrees of freedom in place of z
    force                                                 compute where missing values arise

The expression may hold variables, _b[name] and xb(), the linear prediction (fixed portion), also written predict()
or predict(xb); xb(eq) is that of another equation.

Example: predictnl ratio = xb()/_b[_cons], se(ratio_se)
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import nonlinear
from mixedcli.commands.estimation.linearform import prediction
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import Context, evaluate
from mixedcli.data.missing import SYSMISS, is_missing
from mixedcli.engine import distributions
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TooFewSpecified
from mixedcli.frozen import frozen
from mixedcli.results import Floats, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "predictnl",
    (
        OptionSpec("se", "se", "name"),
        OptionSpec("variance", "var", "name"),
        OptionSpec("wald", "wald", "name"),
        OptionSpec("p", "p", "name"),
        OptionSpec("ci", "ci", "words"),
        OptionSpec("level", "l", "real"),
        OptionSpec("g", "g", "name"),
        OptionSpec("df", "df", "real"),
        OptionSpec("iterate", "iter", "int"),
        OptionSpec("force", "force"),
    ),
    allows=frozenset({"if", "in"}),
)

#: the variables that stand for xb() while the expression is evaluated
_HIDDEN = "__predictnl_"


@frozen
class _Prediction:
    """values, and their gradient (k, rows) when a standard error was asked for."""

    values: Floats
    gradient: Floats | None


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the predictions.  Errors: r(102), r(110), r(198), r(301)."""
    body = command.body
    assert isinstance(body, ast.AssignBody) and body.expr is not None
    estimates, b, V = nonlinear.required(session)
    limits = [w.text for w in options.get("ci", ())]
    if "ci" in options and len(limits) != 2:
        raise TooFewSpecified("ci() requires two new variables")  # unverified: words
    level = options.get("level", session.settings.level)
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    storage = body.type or session.settings.default_type
    if not types.is_type(storage) or storage.startswith("str"):
        raise InvalidSyntax(f"{storage} invalid type", body.span)
    rows = sample.mask(session.data, command.condition, command.in_range, expression_context(session))
    wanted = [n for n in ("se", "variance", "wald", "p") if n in options]
    derive = bool(wanted or limits or "g" in options)
    made = _predict(session, body.expr, estimates.stored, b, V, rows, derive=derive)
    new: list[tuple[str, Floats, str]] = [(body.target, made.values, f"Prediction: {_text(command, body.expr)}")]
    if made.gradient is not None:
        new += _errors(made, V, options, level, limits, estimates.stored)
    return _outcome(session, new, rows, storage)


def _text(command: ast.Command, expr: ast.Expr) -> str:
    assert expr.span is not None
    return command.text[expr.span.start : expr.span.end].strip()[:60]


def _errors(
    made: _Prediction, V: Floats, options: Options, level: float, limits: list[str], stored: Stored
) -> list[tuple[str, Floats, str]]:
    """The variables that options name."""
    G = made.gradient
    assert G is not None
    variance = np.maximum(np.einsum("kn,kl,ln->n", G, V, G, optimize=True), 0.0)
    se = np.sqrt(variance)
    df = float(options.get("df", math.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = made.values / se
    half = 0.5 + level / 200
    crit = distributions.t_quantile(half, df) if df > 0 else distributions.normal_quantile(half)
    out: list[tuple[str, Floats, str]] = []
    for name, values, label in (
        ("se", se, "Standard error of prediction"),
        ("variance", variance, "Variance of prediction"),
        ("wald", z * z, "Wald test of prediction"),
        ("p", distributions.two_sided(z, df), "p-value of Wald test"),
    ):
        if name in options:
            out.append((options[name], values, label))
    if limits:
        shown = f"{level:g}%"
        out.append((limits[0], made.values - crit * se, f"{shown} confidence interval, lower bound"))
        out.append((limits[1], made.values + crit * se, f"{shown} confidence interval, upper bound"))
    if "g" in options:
        names = stored.matrices["b"].colnames
        out += [(f"{options['g']}{k + 1}", g, f"Derivative w.r.t. _b[{names[k]}]"[:80]) for k, g in enumerate(G)]
    return out


def _predict(
    session: Session, expr: ast.Expr, stored: Stored, b: Floats, V: Floats, rows: NDArray[np.bool_], *, derive: bool
) -> _Prediction:
    """Values over the wanted rows; the derivatives run over whole columns, coefficient by coefficient."""
    forms: dict[str, Callable[[Floats], Floats]] = {}
    base = expression_context(session, rows)

    def form(call: ast.Call) -> ast.Expr:
        equation = _equation(call)
        name = f"{_HIDDEN}{equation or ''}"
        if name not in forms:
            forms[name] = prediction(session, equation)
        return ast.Var(name)

    rewritten = _replaced(expr, form)
    columns = sorted(set(nonlinear.named([expr], stored)) | {k for f in forms.values() for k in _uses(f, b)})

    def values(at: Floats) -> Floats:
        context = nonlinear.moved(base, stored, at)
        if forms:
            made = [Column(n, "double", f(at), "%10.0g") for n, f in forms.items()]
            context = replace(context, data=context.data.with_columns(made))
        found = np.broadcast_to(np.asarray(_numeric(rewritten, context), dtype=float), (int(rows.sum()),))
        return np.where(is_missing(found), np.nan, found)

    return _Prediction(values(b), nonlinear.gradient(values, b, V, columns).T if derive else None)


def predictions(session: Session, expr: ast.Expr, data: Dataset, rows: NDArray[np.bool_]) -> _Prediction:
    """Values of an expression over rows of a data set, with derivatives in every coefficient of e(b).

    Errors: r(111), r(198), r(301).
    """
    estimates, b, V = nonlinear.required(session)
    own = copy.copy(session)
    own.data = data
    return _predict(own, expr, estimates.stored, b, V, rows, derive=True)


def through_prediction(
    session: Session, expr: ast.Expr, data: Dataset, rows: NDArray[np.bool_]
) -> tuple[Floats, Floats] | None:
    """Values of an expression and their derivatives in the linear prediction, row by row: (rows,) each.

    None where the expression names coefficients or other equations, so that this is not all it depends on.
    """
    estimates, b, _ = nonlinear.required(session)
    if nonlinear.named([expr], estimates.stored):
        return None
    equations: list[str | None] = []

    def form(call: ast.Call) -> ast.Expr:
        equations.append(_equation(call))
        return ast.Var(_HIDDEN)

    rewritten = _replaced(expr, form)
    if not equations or any(e is not None for e in equations):
        return None
    own = copy.copy(session)
    own.data = data
    xb = prediction(own, None)(b)
    base = expression_context(own, rows)
    scale = max(float(np.std(xb[rows])), 1e-300)

    def values(change: float) -> Floats:
        moved = Column(_HIDDEN, "double", xb + change * scale, "%10.0g")
        found = evaluate(rewritten, replace(base, data=data.with_columns([moved])))
        whole = np.broadcast_to(np.asarray(found, dtype=float), (int(rows.sum()),))
        return np.where(is_missing(whole), np.nan, whole)

    widths = (1e-2, 5e-3, 2.5e-3)
    first = [(values(w) - values(-w)) / (2 * w * scale) for w in widths]
    second = [(4 * narrow - wide) / 3 for wide, narrow in pairwise(first)]
    return values(0.0), (16 * second[1] - second[0]) / 15


def _numeric(expr: ast.Expr, context: Context) -> object:
    value = evaluate(expr, context)
    if isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind in "OUS"):
        raise InvalidSyntax("expression must be numeric", expr.span)  # unverified: words
    return value


def _uses(form: Callable[[Floats], Floats], b: Floats) -> list[int]:
    """Coefficients a linear prediction depends on."""
    return list(getattr(form, "positions", range(len(b))))


def _equation(call: ast.Call) -> str | None:
    """xb(), xb(eq), predict(), predict(xb): the equation.  Errors: r(198) for other predictions."""
    names = [a.name for a in call.args if isinstance(a, ast.Var)]
    if len(names) != len(call.args) or len(names) > 1:
        raise InvalidSyntax("invalid syntax", call.span)
    if call.function == "predict":
        if names not in ([], ["xb"]):
            raise InvalidSyntax(f"predict({' '.join(names)}) may not be used in predictnl", call.span)
        return None
    return names[0] if names else None


def _replaced(node: ast.Expr, make: Callable[[ast.Call], ast.Expr]) -> ast.Expr:
    """The expression with every xb() and predict() replaced."""
    if isinstance(node, ast.Call) and node.function in ("xb", "predict"):
        return make(node)
    changes = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if isinstance(value, ast.Node):
            changes[f.name] = _replaced(value, make)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and value and all(isinstance(v, ast.Node) for v in value):
            changes[f.name] = tuple(_replaced(v, make) for v in value)  # type: ignore[assignment]
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def _outcome(session: Session, new: list[tuple[str, Floats, str]], rows: NDArray[np.bool_], storage: str) -> Outcome:
    data = session.data
    columns: list[Column] = []
    blocks: list[Block] = []
    for k, (name, values, label) in enumerate(new):
        types.check_name(name)
        if name in data or any(c.name == name for c in columns):
            raise AlreadyDefined(f"variable {name} already defined")
        full = np.full(data.n, SYSMISS)
        full[rows] = np.where(np.isfinite(values), values, SYSMISS)
        native = stored_numbers(full, storage)
        columns.append(Column(name, storage, native, types.default_format(storage), label=label))
        gaps = count_missing(native, storage)
        if gaps and not k:
            blocks.append(line(f"({plural(gaps, 'missing value')} generated)"))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns))
