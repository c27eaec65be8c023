"""Noncentral chi-squared, t, F and beta distributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli.data.functions import Function

Floats = NDArray[np.float64]

#: beyond these scipy's series take for ever or fail; Stata's own limits are similar ([FN])
_MOST_DF, _MOST_NC, _MOST_NCT = 1e6, 10_000.0, 1000.0


def _sp() -> Any:
    from scipy import special

    return special


def within_domain(kinds: str, body: Callable[..., Any]) -> Callable[..., Any]:
    """The body with harmless arguments wherever one is out of its domain, and "." there.

    kinds: one letter per argument: d degrees of freedom or a shape, n a noncentrality, t one of either sign, x any
    value, + a value above 0, s a small one, p a probability.
    """

    def wrapped(*args: Floats) -> Any:
        ok: Any = True
        for kind, a in zip(kinds, args, strict=True):
            ok = ok & _DOMAINS[kind](a)
        good = np.asarray(ok)
        safe = [np.where(good, a, 0.5) for a in args]
        return np.where(good, body(*safe), np.nan)

    return wrapped


_DOMAINS: dict[str, Callable[[Any], Any]] = {
    "d": lambda a: (a >= 1e-3) & (a <= _MOST_DF),
    "n": lambda a: (a >= 0) & (a <= _MOST_NC),
    "t": lambda a: np.abs(a) <= _MOST_NCT,
    "x": lambda a: np.abs(a) <= 1e6,
    "+": lambda a: (a >= 1e-6) & (a <= 1e4),
    "s": lambda a: np.abs(a) <= 100,
    "p": lambda a: (a >= 1e-10) & (a <= 1 - 1e-10),
}


def _density(name: str, x: Any, *parameters: Any) -> Any:
    """A density of scipy.stats, which has its series."""
    from scipy import stats

    return getattr(stats, name).pdf(x, *parameters)


def _nf(d1: Floats, d2: Floats, nc: Floats, x: Floats) -> Any:
    return np.where(x <= 0, 0.0, _sp().ncfdtr(d1, d2, nc, np.maximum(x, 0)))


def _ratio(a: Any, b: Any, x: Any) -> Any:
    """The F ratio behind a beta variable."""
    return x / (1 - x) * b / a


def _nibeta(a: Floats, b: Floats, nc: Floats, x: Floats) -> Any:
    inside = (x > 0) & (x < 1)
    out = _sp().ncfdtr(2 * a, 2 * b, nc, _ratio(a, b, np.where(inside, x, 0.5)))
    return np.where(inside, out, np.where(x <= 0, 0.0, 1.0))


def _nbetaden(a: Floats, b: Floats, nc: Floats, x: Floats) -> Any:
    inside = (x > 0) & (x < 1)
    safe = np.where(inside, x, 0.5)
    density = _density("ncf", _ratio(a, b, safe), 2 * a, 2 * b, nc) * b / a / (1 - safe) ** 2
    return np.where(inside, density, 0.0)


def _invnibeta(a: Floats, b: Floats, nc: Floats, p: Floats) -> Any:
    f = _sp().ncfdtri(2 * a, 2 * b, nc, p)
    return a * f / (b + a * f)


def _npnf(d1: Floats, d2: Floats, f: Floats, p: Floats) -> Any:
    """The noncentrality for which the distribution function at f is p; scipy's own answer is right to 1e-6 only."""
    x = d1 * f / (d2 + d1 * f)
    nc = np.clip(np.asarray(_sp().ncfdtrinc(d1, d2, p, f), dtype=np.float64), 0, _MOST_NC)
    for _ in range(5):
        here = _nibeta(d1 / 2, d2 / 2, nc, x)
        slope = (_nibeta(d1 / 2 + 1, d2 / 2, nc, x) - here) / 2
        nc = np.clip(nc - np.where(slope < 0, (here - p) / slope, 0.0), 0.0, _MOST_NC)
    return np.where(np.abs(_nibeta(d1 / 2, d2 / 2, nc, x) - p) < 1e-8, nc, np.nan)


def _row(kinds: str, body: Callable[..., Any]) -> Function:
    return Function("n" * len(kinds), within_domain(kinds, body))


TABLE: dict[str, Function] = {
    "nchi2": _row("dnx", lambda df, nc, x: np.where(x <= 0, 0.0, _sp().chndtr(np.maximum(x, 0), df, nc))),
    "nchi2tail": _row("dnx", lambda df, nc, x: np.where(x <= 0, 1.0, 1 - _sp().chndtr(np.maximum(x, 0), df, nc))),
    "nchi2den": _row("dnx", lambda df, nc, x: np.where(x < 0, 0.0, _density("ncx2", np.maximum(x, 0), df, nc))),
    "invnchi2": _row("dnp", lambda df, nc, p: _sp().chndtrix(p, df, nc)),
    "invnchi2tail": _row("dnp", lambda df, nc, p: _sp().chndtrix(1 - p, df, nc)),
    "npnchi2": _row("d+p", lambda df, x, p: _sp().chndtrinc(x, df, p)),
    "nF": _row("ddnx", _nf),
    "nFtail": _row("ddnx", lambda d1, d2, nc, x: 1 - _nf(d1, d2, nc, x)),
    "nFden": _row(
        "ddnx", lambda d1, d2, nc, x: np.where(x <= 0, 0.0, _density("ncf", np.maximum(x, 1e-6), d1, d2, nc))
    ),
    "invnF": _row("ddnp", lambda d1, d2, nc, p: _sp().ncfdtri(d1, d2, nc, p)),
    "invnFtail": _row("ddnp", lambda d1, d2, nc, p: _sp().ncfdtri(d1, d2, nc, 1 - p)),
    "npnF": _row("dd+p", _npnf),
    "nt": _row("dtx", lambda df, nc, t: _sp().nctdtr(df, nc, t)),
    "nttail": _row("dtx", lambda df, nc, t: 1 - _sp().nctdtr(df, nc, t)),
    "ntden": _row("dtx", lambda df, nc, t: _density("nct", t, df, nc)),
    "invnt": _row("dtp", lambda df, nc, p: _sp().nctdtrit(df, nc, p)),
    "invnttail": _row("dtp", lambda df, nc, p: _sp().nctdtrit(df, nc, 1 - p)),
    "npnt": _row("dsp", lambda df, t, p: _sp().nctdtrinc(df, p, t)),
    "nibeta": _row("ddnx", _nibeta),
    "nbetaden": _row("ddnx", _nbetaden),
    "invnibeta": _row("ddnp", _invnibeta),
}
