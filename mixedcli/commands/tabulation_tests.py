"""Tests and measures of association of a two-way table."""

from __future__ import annotations

import math

import numpy as np

from mixedcli import numfmt
from mixedcli.commands import Options
from mixedcli.commands.tabulation import Floats
from mixedcli.engine import distributions, fisher
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen


@frozen
class Tests:
    """Lines below the table and what they put in r()."""

    lines: tuple[str, ...]
    scalars: dict[str, float]


def tests(counts: Floats, options: Options) -> Tests:
    """The tests asked for, on counts (r, c)."""
    every = bool(options.get("all"))
    wanted = [o for o in ("chi2", "lrchi2", "V", "gamma", "taub") if options.get(o) or every]
    if "exact" in options:
        wanted.append("exact")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    lines: list[str] = []
    scalars: dict[str, float] = {}
    for what in wanted:
        text, found = _MEASURES[what](counts)
        lines += text
        scalars |= found
    return Tests(tuple(lines), scalars)


def _df(counts: Floats) -> int:
    return int((counts.shape[0] - 1) * (counts.shape[1] - 1))


def _expected(counts: Floats) -> Floats:
    out: Floats = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return out


def _pearson(counts: Floats) -> float:
    e = _expected(counts)
    return float(((counts - e) ** 2 / e).sum())


def _chi2(counts: Floats) -> tuple[list[str], dict[str, float]]:
    df = _df(counts)
    chi2 = _pearson(counts) if df else math.nan  # one row or one column: there is nothing to test
    p = distributions.chi2_tail(chi2, df)
    label = f"Pearson chi2({df})"
    return [f"{label:>25} = {_fixed(chi2, 8)}   Pr = {_p(p)}"], {"chi2": chi2, "p": p}


def _lrchi2(counts: Floats) -> tuple[list[str], dict[str, float]]:
    e, df = _expected(counts), _df(counts)
    inside = counts > 0
    chi2 = 2 * float((counts[inside] * np.log(counts[inside] / e[inside])).sum()) if df else math.nan
    p = distributions.chi2_tail(chi2, df)
    label = f"Likelihood-ratio chi2({df})"
    return [f"{label:>25} = {_fixed(chi2, 8)}   Pr = {_p(p)}"], {"chi2_lr": chi2, "p_lr": p}


def _v(counts: Floats) -> tuple[list[str], dict[str, float]]:
    """Cramer's V, with the sign of the association in 2 x 2 tables."""
    least = min(counts.shape) - 1
    v = math.sqrt(_pearson(counts) / counts.sum() / least) if least else math.nan
    if counts.shape == (2, 2) and counts[0, 0] * counts[1, 1] < counts[0, 1] * counts[1, 0]:
        v = -v
    return [f"{'Cramér' + chr(39) + 's V':>25} = {_fixed(v, 8)}"], {"CramersV": v}


def _pairs(counts: Floats) -> tuple[Floats, Floats]:
    """For every cell, how many observations are concordant and discordant with it."""
    r, c = counts.shape
    total = np.zeros((r + 1, c + 1))
    total[1:, 1:] = counts.cumsum(axis=0).cumsum(axis=1)
    upper_left = total[:-1, :-1]
    lower_right = total[-1, -1] - total[1:, -1][:, None] - total[-1, 1:][None, :] + total[1:, 1:]
    upper_right = total[:-1, -1][:, None] - total[:-1, 1:]
    lower_left = total[-1, :-1][None, :] - total[1:, :-1]
    return upper_left + lower_right, upper_right + lower_left


def _gamma(counts: Floats) -> tuple[list[str], dict[str, float]]:
    """Goodman and Kruskal's gamma and its asymptotic standard error (Brown and Benedetti 1977)."""
    a, d = _pairs(counts)
    P, Q = float((counts * a).sum()), float((counts * d).sum())
    if P + Q == 0:  # no pair is ordered on both
        gamma = ase = math.nan
    else:
        gamma = (P - Q) / (P + Q)
        ase = 4 / (P + Q) ** 2 * math.sqrt(float((counts * (Q * a - P * d) ** 2).sum()))
    return [f"{'gamma':>25} = {_fixed(gamma, 8)}  ASE = {_p(ase)}"], {"gamma": gamma, "ase_gam": ase}


def _taub(counts: Floats) -> tuple[list[str], dict[str, float]]:
    """Kendall's tau-b and its asymptotic standard error (Brown and Benedetti 1977)."""
    n = float(counts.sum())
    a, d = _pairs(counts)
    P, Q = float((counts * a).sum()), float((counts * d).sum())
    row, col = counts.sum(axis=1), counts.sum(axis=0)
    wr, wc = n * n - float(row @ row), n * n - float(col @ col)
    w = math.sqrt(wr * wc)
    label = "Kendall's tau-b"
    if not w:  # one row or one column
        return [f"{label:>25} = {_fixed(math.nan, 8)}  ASE = {_p(math.nan)}"], {"taub": math.nan, "ase_taub": math.nan}
    tau = (P - Q) / w
    v = row[:, None] * wc + col[None, :] * wr
    inside = float((counts * (2 * w * (a - d) + tau * v) ** 2).sum()) - n**3 * tau**2 * (wr + wc) ** 2
    ase = math.sqrt(max(inside, 0.0)) / w**2
    return [f"{label:>25} = {_fixed(tau, 8)}  ASE = {_p(ase)}"], {"taub": tau, "ase_taub": ase}


def _exact(counts: Floats) -> tuple[list[str], dict[str, float]]:
    """Fisher's exact test, summing tables no likelier than the one seen; one-sided too for 2 x 2."""
    if counts.shape != (2, 2):
        p = fisher.exact(counts) if (counts == np.round(counts)).all() else None
        if p is None:
            raise InvalidSyntax("exact: too many tables to enumerate")  # unverified: words
        return [f"{'Fisher' + chr(39) + 's exact':>25} = {_p(p):>21}"], {"p_exact": p}
    a, b, c, d = (round(float(v)) for v in counts.ravel())
    row, col, n = a + b, a + c, a + b + c + d
    low, high = max(0, row + col - n), min(row, col)
    logs = {k: _log_choose(col, k) + _log_choose(n - col, row - k) - _log_choose(n, row) for k in range(low, high + 1)}
    here = logs[a]
    two = math.fsum(math.exp(v) for v in logs.values() if v <= here + 1e-7)
    left = math.fsum(math.exp(v) for k, v in logs.items() if k <= a)
    right = math.fsum(math.exp(v) for k, v in logs.items() if k >= a)
    one = min(left, right)
    lines = [
        f"{label:>25} = {_p(p):>21}" for label, p in (("Fisher's exact", min(two, 1)), ("1-sided Fisher's exact", one))
    ]
    return lines, {"p_exact": min(two, 1.0), "p1_exact": one}


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _fixed(value: float, width: int) -> str:
    return f"{numfmt.text(value, f'%{width}.4f').strip():>{width}}"


def _p(value: float) -> str:
    return numfmt.text(value, "%5.3f").strip()


_MEASURES = {"chi2": _chi2, "lrchi2": _lrchi2, "V": _v, "gamma": _gamma, "taub": _taub, "exact": _exact}
