"""Mathematical and logical functions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function
from mixedcli.data.missing import MAX_DOUBLE, SYSMISS, narrow, widen
from mixedcli.data.operators import Value, as_column, binary, clean, is_text
from mixedcli.errors import TypeMismatch

Floats = NDArray[np.float64]

_MAX_FLOAT = float(np.nextafter(np.float32(2.0**127), np.float32(0)))


def _rows(*values: Value) -> int | None:
    """Number of rows of the first column among values; None if all are plain."""
    for value in values:
        if isinstance(value, np.ndarray):
            return len(value)
    return None


def _keeps_missing(body: Any) -> Any:
    """abs(.a) is .a: the function leaves missing values as they are."""

    def wrapped(x: Value) -> Value:
        array = np.asarray(x, dtype=np.float64)
        with np.errstate(all="ignore"):
            out = np.where(array >= SYSMISS, array, body(array))
        return out if out.ndim else float(out)

    return wrapped


def _round(x: Value, unit: Value = 1.0) -> Value:
    values, units = np.asarray(x, dtype=np.float64), np.asarray(unit, dtype=np.float64)
    with np.errstate(all="ignore"):
        # halves go up  # unverified: round(-2.5)
        near = np.floor(values / units + 0.5) * units
        small = np.rint(1 / units)
        # round(1.005, .01): dividing by 100 is exact where multiplying by .01 is not
        near = np.where(np.abs(small * units - 1) < 1e-12, np.floor(values / units + 0.5) / small, near)
    out = np.where(units == 0, values, np.where(np.isfinite(near), near, SYSMISS))
    out = np.where(values >= SYSMISS, values, out)
    out = np.where(units >= SYSMISS, SYSMISS, out)
    return out if out.ndim else float(out)


def _mod(x: Floats, y: Floats) -> Floats:
    out: Floats = np.where(y > 0, x - y * np.floor(x / y), np.nan)
    return out


def _least(*args: Value) -> Value:
    """The smallest of the values that are not missing; "." if all are."""
    out = np.asarray(args[0], dtype=np.float64)
    for arg in args[1:]:
        out = np.minimum(out, arg)  # missing values are the greatest
    return _sysmiss(out)


def _greatest(*args: Value) -> Value:
    low = -MAX_DOUBLE
    out = np.full((), low)
    seen = np.zeros((), dtype=bool)
    for arg in args:
        known = np.less(arg, SYSMISS)
        seen = seen | known
        out = np.maximum(out, np.where(known, arg, low))
    return _sysmiss(np.where(seen, out, SYSMISS))


def _sysmiss(values: Floats) -> Value:
    """Every missing value as "."."""
    out = np.minimum(values, SYSMISS)
    return out if out.ndim else float(out)


def _running_sum(x: Value) -> Value:
    values = np.asarray(x, dtype=np.float64)
    out = np.cumsum(np.where(values < SYSMISS, values, 0.0))
    return clean(out) if values.ndim else clean(out[0])


def _missing(*args: Value) -> Value:
    out: Any = False
    for arg in args:
        out = out | (np.equal(_box(arg), "") if is_text(arg) else np.greater_equal(arg, SYSMISS))
    return clean(np.asarray(out, dtype=np.float64))


def _box(value: Value) -> Any:
    if isinstance(value, np.ndarray):
        return value
    box = np.empty((), dtype=object)
    box[()] = value
    return box


def _cond(test: Value, yes: Value, no: Value, unknown: Value | None = None) -> Value:
    branches = [yes, no] if unknown is None else [yes, no, unknown]
    if len({is_text(branch) for branch in branches}) > 1:
        raise TypeMismatch("type mismatch")
    n = _rows(test, *branches)
    if n is None:
        assert not isinstance(test, (np.ndarray, str))
        if unknown is not None and test >= SYSMISS:
            return unknown
        return yes if test != 0 else no
    truth = as_column(test, n)
    out = np.where(truth != 0, as_column(yes, n), as_column(no, n))
    if unknown is not None:
        out = np.where(truth >= SYSMISS, as_column(unknown, n), out)
    return out


def _inlist(x: Value, *members: Value) -> Value:
    out: Value = 0.0
    for member in members:
        out = binary("|", out, binary("==", x, member))
    return out


def _inrange(x: Value, low: Value, high: Value) -> Value:
    """A missing bound is no bound; a missing x is in no range."""
    if is_text(x):
        return binary("&", binary(">=", x, low), binary("<=", x, high))
    if is_text(low) or is_text(high):
        raise TypeMismatch("type mismatch")
    above = binary("|", binary(">=", x, low), binary(">=", low, SYSMISS))
    below = binary("|", binary("<=", x, high), binary(">=", high, SYSMISS))
    return binary("&", binary("<", x, SYSMISS), binary("&", above, below))


def _clip(x: Floats, low: Floats, high: Floats) -> Floats:
    return np.where(low > high, np.nan, np.minimum(np.maximum(x, low), high))


def _as_float(x: Value) -> Value:
    """The value rounded to float, missing values kept; "." beyond the range of float."""
    values = np.atleast_1d(np.asarray(x, dtype=np.float64))
    values = np.where((values < SYSMISS) & (np.abs(values) > _MAX_FLOAT), SYSMISS, values)
    out = widen(narrow(values, "float"), "float")
    return out if isinstance(x, np.ndarray) else float(out[0])


def _recode(x: Value, *bounds: Value) -> Value:
    """The first bound that x does not exceed; the last bound otherwise."""
    out = np.asarray(bounds[-1], dtype=np.float64)
    for bound in reversed(bounds[:-1]):
        out = np.where(np.less_equal(x, bound), bound, out)
    out = np.where(np.greater_equal(x, SYSMISS), x, out)
    return out if out.ndim else float(out)


def _irecode(x: Value, *bounds: Value) -> Value:
    out = np.zeros(())
    for bound in bounds:
        out = out + np.greater(x, bound)
    out = np.where(np.greater_equal(x, SYSMISS), SYSMISS, out)
    return out if out.ndim else float(out)


def _autocode(x: Floats, n: Floats, low: Floats, high: Floats) -> Floats:
    step = (high - low) / n
    return low + np.clip(np.ceil((x - low) / step), 1, n) * step


def _special(name: str) -> Any:
    def body(*args: Floats) -> Any:
        from scipy import special

        return getattr(special, name)(*args)

    return body


def _comb(n: Floats, k: Floats) -> Any:
    from scipy.special import comb

    whole = (np.floor(n) == n) & (np.floor(k) == k) & (k >= 0) & (n >= k)
    return np.where(whole, comb(np.where(whole, n, 1), np.where(whole, k, 1)), np.nan)


def _gammaln(x: Floats) -> Any:
    from scipy.special import gammaln

    return np.where((x <= 0) & (np.floor(x) == x), np.nan, gammaln(x))


def _lnfactorial(x: Floats) -> Any:
    from scipy.special import gammaln

    return np.where((x < 0) | (np.floor(x) != x), np.nan, gammaln(x + 1))


def _trigamma(x: Floats) -> Any:
    from scipy.special import polygamma

    return polygamma(1, x)


def _plain(kinds: str, body: Any, **how: Any) -> Function:
    return Function(kinds, body, style="plain", **how)


TABLE: dict[str, Function] = {
    "abs": _plain("n", _keeps_missing(np.abs)),
    "ceil": _plain("n", _keeps_missing(np.ceil)),
    "floor": _plain("n", _keeps_missing(np.floor)),
    "int": _plain("n", _keeps_missing(np.trunc)),
    "trunc": _plain("n", _keeps_missing(np.trunc)),
    "round": _plain("nn", _round, least=1),
    "float": _plain("n", _as_float),
    "double": _plain("n", lambda x: x),
    "min": _plain("nn", _least, many=True),
    "max": _plain("nn", _greatest, many=True),
    "sum": _plain("n", _running_sum),
    "missing": _plain("a", _missing, many=True),
    "mi": _plain("a", _missing, many=True),
    "cond": _plain("naaa", _cond, least=3),
    "inlist": _plain("aa", _inlist, many=True),
    "inrange": _plain("aaa", _inrange),
    "recode": _plain("nn", _recode, many=True),
    "irecode": _plain("nn", _irecode, many=True),
    "sqrt": Function("n", np.sqrt),
    "exp": Function("n", np.exp),
    "expm1": Function("n", np.expm1),
    "ln": Function("n", np.log),
    "log": Function("n", np.log),
    "log10": Function("n", np.log10),
    "log2": Function("n", np.log2),
    "ln1p": Function("n", np.log1p),
    "log1p": Function("n", np.log1p),
    "ln1m": Function("n", lambda x: np.log1p(-x)),
    "log1m": Function("n", lambda x: np.log1p(-x)),
    "sign": Function("n", np.sign),
    "mod": Function("nn", _mod),
    "clip": Function("nnn", _clip),
    "autocode": Function("nnnn", _autocode),
    "sin": Function("n", np.sin),
    "cos": Function("n", np.cos),
    "tan": Function("n", np.tan),
    "asin": Function("n", np.arcsin),
    "acos": Function("n", np.arccos),
    "atan": Function("n", np.arctan),
    "atan2": Function("nn", np.arctan2),
    "sinh": Function("n", np.sinh),
    "cosh": Function("n", np.cosh),
    "tanh": Function("n", np.tanh),
    "asinh": Function("n", np.arcsinh),
    "acosh": Function("n", np.arccosh),
    "atanh": Function("n", np.arctanh),
    "logit": Function("n", lambda p: np.where((p > 0) & (p < 1), np.log(p) - np.log1p(-p), np.nan)),
    "invlogit": Function("n", lambda x: np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))),
    "cloglog": Function("n", lambda p: np.log(-np.log1p(-p))),
    "invcloglog": Function("n", lambda x: -np.expm1(-np.exp(x))),
    "comb": Function("nn", _comb),
    "lngamma": Function("n", _gammaln),
    "lnfactorial": Function("n", _lnfactorial),
    "digamma": Function("n", _special("psi")),
    "trigamma": Function("n", _trigamma),
    "gammap": Function("nn", _special("gammainc")),
    "gammaptail": Function("nn", _special("gammaincc")),
    "invgammap": Function("nn", _special("gammaincinv")),
    "invgammaptail": Function("nn", _special("gammainccinv")),
    "ibeta": Function("nnn", _special("betainc")),
    "invibeta": Function("nnn", _special("betaincinv")),
}
