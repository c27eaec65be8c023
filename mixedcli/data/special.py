"""Functions that need more of the context than the values of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mixedcli import ast
from mixedcli.data import expression
from mixedcli.data.expression import Context, as_column, element, evaluate, matrix_of
from mixedcli.data.matches import compiled, group
from mixedcli.data.missing import SYSMISS
from mixedcli.data.operators import Value, is_text
from mixedcli.errors import InvalidSyntax, NotFound, NotSorted, TypeMismatch

Args = tuple[ast.Expr, ...]


def call(function: str, args: Args, context: Context) -> Value:
    """The value of such a function.  Errors: r(109), r(111), r(198), r(5)."""
    special = _FUNCTIONS.get(function)
    if special is not None:
        return special(args, context)
    from mixedcli.data.matrices.expression import scalar_function

    return scalar_function(function, args, context)


def _wanted(args: Args, least: int, most: int | None = None) -> None:
    if not least <= len(args) <= (least if most is None else most):
        raise InvalidSyntax("invalid syntax")


def _scalar(args: Args, context: Context) -> Value:
    """scalar(exp): names are scalars whatever variables there are."""
    _wanted(args, 1)
    match args:
        case (ast.Var(name, ()),):
            if name not in context.scalars:
                raise NotFound(f"scalar {name} not found")  # unverified: wording
            return context.scalars[name]
    return evaluate(args[0], replace(context, data=replace(context.data, columns={})))


def _matrix(args: Args, context: Context) -> Value:
    """matrix(exp): names are scalars and matrices, not variables."""
    _wanted(args, 1)
    return evaluate(args[0], replace(context, data=replace(context.data, columns={})))


def _el(args: Args, context: Context) -> Value:
    _wanted(args, 3)
    return element(matrix_of(args[0], context), evaluate(args[1], context), evaluate(args[2], context))


def _has_eprop(args: Args, context: Context) -> Value:
    _wanted(args, 1)
    name = args[0].name if isinstance(args[0], ast.Var) else evaluate(args[0], context)
    properties = context.stored("e", "properties")
    return float(isinstance(properties, str) and name in properties.split())


def _replay(args: Args, context: Context) -> Value:
    """Whether a program was called without arguments other than options."""
    _wanted(args, 0)
    return float(context.arguments.lstrip()[:1] in ("", ","))


# ------------------------------------------------------------------------------------------------- regular expressions


def _texts(value: Value, n: int) -> list[str]:
    if not is_text(value):
        raise TypeMismatch("type mismatch")
    column: list[str] = as_column(value, n).tolist()
    return column


def _matcher(kind: str, most: int) -> Callable[[Args, Context], Value]:
    """regexm(s, pattern[, nocase]): whether the pattern is found; what is found is remembered for regexs()."""

    def body(args: Args, context: Context) -> Value:
        _wanted(args, 2, most)
        values = [evaluate(arg, context) for arg in args]
        ignore = len(values) > 2 and bool(np.all(np.not_equal(values[2], 0)))
        if not any(isinstance(v, np.ndarray) for v in values[:2]):
            text, pattern = (_texts(v, 1)[0] for v in values[:2])
            found = compiled(pattern, ignore).search(text)
            context.matches.keep(kind, None, [found])
            return float(found is not None)
        n = context.count
        texts, patterns = _texts(values[0], n), _texts(values[1], n)
        matches = [compiled(p, ignore).search(t) for t, p in zip(texts, patterns, strict=True)]
        context.matches.keep(kind, context.positions(), matches)
        return np.array([m is not None for m in matches], dtype=np.float64)

    return body


def _captured(kind: str, *, named: bool = False) -> Callable[[Args, Context], Value]:
    """regexs(n): a part of what regexm() found in the row."""

    def body(args: Args, context: Context) -> Value:
        _wanted(args, 1)
        which = evaluate(args[0], context)
        if is_text(which) != named:
            raise TypeMismatch("type mismatch")
        if context.matches.single(kind) and not isinstance(which, np.ndarray):
            (found,) = context.matches.at(kind, np.zeros(1, dtype=np.int64))
            return group(found, _key(which))
        positions = context.positions()
        matches = context.matches.at(kind, positions)
        keys: Sequence[Any] = as_column(which, len(positions)).tolist()
        out = np.empty(len(positions), dtype=object)
        out[:] = [group(m, _key(k)) for m, k in zip(matches, keys, strict=True)]
        return out

    return body


def _key(which: Any) -> int | str:
    if isinstance(which, str):
        return which
    return int(which) if 0 <= which < SYSMISS and which < 100 else 99


# --------------------------------------------------------------------------------------------------------------- time


def _within(*, ends: bool) -> Callable[[Args, Context], Value]:
    """tin(d1, d2), twithin(d1, d2): whether the time variable lies between dates written in its format."""

    def body(args: Args, context: Context) -> Value:
        from mixedcli import numfmt
        from mixedcli.data.functions_moment import WRITTEN

        settings = context.data.settings
        if settings is None or not settings.time:
            raise NotSorted("time variable not set, use tsset varname ...")  # unverified: wording and code
        column = context.data.column(settings.time)
        form = numfmt.parse(column.format)
        match args:
            case (ast.String(text),):
                first, comma, second = text.partition(",")
            case _:
                raise InvalidSyntax("invalid syntax")
        if not comma:
            raise InvalidSyntax("invalid syntax")
        limits = []
        for typed, otherwise in ((first.strip(), -np.inf), (second.strip(), np.inf)):
            value = otherwise if not typed else _written(typed, WRITTEN.get(form.unit) if form.kind == "t" else None)
            if typed and not abs(value) < SYSMISS:
                raise InvalidSyntax(f"{typed} invalid date")  # unverified: wording
            limits.append(value)
        time = expression.evaluate(ast.Var(settings.time), context)
        assert isinstance(time, np.ndarray)
        inside = (time >= limits[0]) & (time <= limits[1]) if ends else (time > limits[0]) & (time < limits[1])
        return (inside & (time < SYSMISS)).astype(np.float64)

    return body


def _written(text: str, read: Callable[[str], float] | None) -> float:
    try:
        return float(text) if read is None else read(text)
    except ValueError:
        return SYSMISS


_FUNCTIONS: dict[str, Callable[[Args, Context], Value]] = {
    "scalar": _scalar,
    "matrix": _matrix,
    "el": _el,
    "has_eprop": _has_eprop,
    "replay": _replay,
    "tin": _within(ends=True),
    "twithin": _within(ends=False),
    "regexm": _matcher("bytes", 3),
    "regexmatch": _matcher("bytes", 5),
    "regexs": _captured("bytes"),
    "regexcapture": _captured("bytes"),
    "regexcapturenamed": _captured("bytes", named=True),
    "ustrregexm": _matcher("unicode", 3),
    "ustrregexs": _captured("unicode"),
}
