"""hausman - Hausman's specification test

    hausman consistent [efficient] [, options]

Compares stored estimates that are consistent under both hypotheses with others (the last ones if not named) that are
efficient when the model holds, such as fixed effects with random effects.

    constant          compare the constants as well         alleqs   all equations, not the first alone
    skipeqs(eqlist)   leave equations out                   force    compare what does not look comparable
    equations(#:# [, #:# ...])   which equations are the same, by their numbers in the two estimates
    df(#)             degrees of freedom
    sigmamore         both covariance matrices with the error variance of the efficient estimates
    sigmaless         ... of the consistent ones
    tconsistent(name) tefficient(name)   headings of the columns

Example: hausman fixed random, sigmamore
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import canonical
from mixedcli.commands.estimates import find
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.engine import distributions
from mixedcli.errors import Conformability, InvalidSyntax, ProgramDefined
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Estimates, Floats, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "hausman",
    (
        OptionSpec("constant", "c"),
        OptionSpec("alleqs", "alleqs"),
        OptionSpec("skipeqs", "sk", "words"),
        OptionSpec("equations", "eq", "text"),
        OptionSpec("force", "force"),
        OptionSpec("df", "df", "int"),
        OptionSpec("sigmamore", "sigmamore"),
        OptionSpec("sigmaless", "sigmaless"),
        OptionSpec("tconsistent", "tc", "text"),
        OptionSpec("tefficient", "te", "text"),
    ),
)


@frozen
class Comparison:
    """The coefficients both models have: names, b of each, and the difference of their covariance matrices."""

    names: tuple[str, ...]
    b: Floats
    B: Floats
    difference: Floats


@frozen
class HausmanTest:
    """(b-B)'[(V_b-V_B)^(-1)](b-B), its rank and whether the difference is positive definite."""

    chi2: float
    df: int
    positive: bool


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test.  Errors: r(111), r(198), r(301), r(498)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    names = [w.text for w in body.words]
    if not 1 <= len(names) <= 2:
        raise InvalidSyntax("invalid syntax", body.span)
    if "sigmamore" in options and "sigmaless" in options:
        raise InvalidSyntax("options sigmamore and sigmaless may not be combined")
    first, second = (*names, ".")[:2]
    consistent, efficient = find(session, first), find(session, second)
    if "force" not in options:
        for e in (consistent, efficient):
            if e.stored.macros.get("vce", "") in ("robust", "cluster") or "clustvar" in e.stored.macros:
                raise ProgramDefined("hausman cannot be used with vce(robust), vce(cluster cvar), or p-weighted data")
    comparison = _compare(consistent, efficient, options)
    test = hausman(comparison.b - comparison.B, comparison.difference)
    df = int(options.get("df", test.df))
    p = distributions.chi2_tail(test.chi2, df) if test.chi2 >= 0 else math.nan
    heads = (options.get("tconsistent", first), options.get("tefficient", second))
    obtained = tuple(e.stored.macros.get("cmd", "") for e in (consistent, efficient))
    blocks = [Blank(), *_table(comparison, heads), *_legend(obtained), Blank(), *_verdict(test, df, p)]
    r = Stored({"chi2": test.chi2, "df": float(df), "p": p, "rank": float(test.df)})
    return Outcome(blocks=tuple(blocks), r=r)


def _compare(consistent: Estimates, efficient: Estimates, options: Options) -> Comparison:
    places: list[tuple[int, int]] = []
    names: list[str] = []
    mine, theirs = (with_coefficients(e).matrices["b"].colnames for e in (consistent, efficient))
    V, W = (e.stored.matrices["V"].values for e in (consistent, efficient))
    matched = _matched(options["equations"], mine, theirs) if "equations" in options else ({}, {})
    known = {_key(c, options, matched[1]): k for k, c in enumerate(theirs) if _wanted(c, theirs, options, matched[1])}
    for i, c in enumerate(mine):
        k = known.get(_key(c, options, matched[0])) if _wanted(c, mine, options, matched[0]) else None
        if k is not None and V[i, i] > 0 and W[k, k] > 0:
            places.append((i, k))
            names.append(c.rpartition(":")[2])
    if not places:
        raise ProgramDefined("no coefficients in common")
    at, to = (list(x) for x in zip(*places, strict=True))
    b, B = consistent.stored.matrices["b"].values[0][at], efficient.stored.matrices["b"].values[0][to]
    Vb, VB = V[np.ix_(at, at)], W[np.ix_(to, to)]
    if "sigmamore" in options or "sigmaless" in options:
        s, S = _error_variance(consistent), _error_variance(efficient)
        if "sigmamore" in options:
            Vb = Vb * (S / s)
        else:
            VB = VB * (s / S)
    return Comparison(tuple(names), b, B, Vb - VB)


def _matched(typed: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """equations(1:1, 2:3): the equations of either estimates that are compared, with the name of their pair."""
    sides = [list(dict.fromkeys(c.rpartition(":")[0] for c in names)) for names in (mine, theirs)]
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for pair in typed.replace(",", " ").split():
        numbers = pair.split(":")
        if len(numbers) != 2 or not all(
            n.isdigit() and 0 < int(n) <= len(s) for n, s in zip(numbers, sides, strict=True)
        ):
            raise InvalidSyntax("option equations() incorrectly specified")
        for n, equations, names in zip(numbers, sides, found, strict=True):
            names[equations[int(n) - 1]] = pair
    return found


def _wanted(name: str, names: tuple[str, ...], options: Options, matched: dict[str, str]) -> bool:
    equation, _, own = name.rpartition(":")
    if own == "_cons" and "constant" not in options:
        return False
    if equation in {w.text for w in options.get("skipeqs", ())}:
        return False
    if "equations" in options:
        return equation in matched
    return "alleqs" in options or equation == names[0].rpartition(":")[0]


def _key(name: str, options: Options, matched: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """What makes two coefficients the same one: the name, and the equation when several are compared."""
    equation, _, own = name.rpartition(":")
    return matched.get(equation, equation if "alleqs" in options else ""), canonical(own)


def _error_variance(estimates: Estimates) -> float:
    """The variance of the residuals.  Errors: r(503) where the estimator has none."""
    scalars = estimates.stored.scalars
    for name in ("rmse", "sigma_e"):
        if name in scalars:
            return scalars[name] ** 2
    b = estimates.stored.matrices["b"]
    if "lnsig_e:_cons" in b.colnames:
        return math.exp(2 * float(b.values[0, b.colnames.index("lnsig_e:_cons")]))
    raise Conformability("estimators do not save e(sigma) or e(rmse)")  # unverified: words and code


def hausman(d: Floats, V: Floats) -> HausmanTest:
    """The statistic with a generalised inverse of V (k, k) and its rank (Hausman 1978).

    V is scaled to a correlation matrix first, so that units do not decide about the rank.
    """
    scale = np.sqrt(np.abs(np.diag(V)))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh(V / np.outer(scale, scale))
    kept = np.abs(values) > 1e-10 * max(1.0, float(np.abs(values).max(initial=0)))
    parts = vectors.T @ (d / scale)
    chi2 = float(np.sum(parts[kept] ** 2 / values[kept]))
    return HausmanTest(chi2, int(kept.sum()), bool(kept.all() and (values > 0).all()))


def _table(c: Comparison, heads: tuple[str, str]) -> list[Block]:
    bar = "-" * 13 + "+"
    lines = [
        " " * 17 + "---- Coefficients ----",
        f"{'':12} |{'(b)':>9}{'(B)':>13}{'(b-B)':>17}     sqrt(diag(V_b-V_B))",
        _heading(*heads),
        bar + "-" * 64,
    ]
    for name, b, B, v in zip(c.names, c.b, c.B, np.diag(c.difference), strict=True):
        se = math.sqrt(v) if v >= 0 else math.nan
        cells = f"{text(b, '%9.0g'):>12}{text(B, '%9.0g'):>13}{text(b - B, '%9.0g'):>16}{text(se, '%9.0g'):>16}"
        lines.append(f"{abbreviate(name, 12):>12} |{cells}")
    return [line(x.rstrip()) for x in [*lines, "-" * 78]]


def _heading(first: str, second: str) -> str:
    """Names of the estimates over their columns (# stata: logs of hausman with names of 1 to 5 characters)."""
    cells = [" "] * 41
    for name, centre in ((first[:12], 8), (second[:12], 21)):
        start = centre - (len(name) + 1) // 2
        cells[start : start + len(name)] = name
    return f"{'':12} |{''.join(cells[:31])}Difference{'Std. err.':>16}"


def _legend(obtained: tuple[str, ...]) -> list[Block]:
    first = f"b = Consistent under H0 and Ha; obtained from {obtained[0]}."
    second = f"B = Inconsistent under Ha, efficient under H0; obtained from {obtained[1]}."
    return [line(first.rjust(78)), line(second.rjust(78))]


def _verdict(test: HausmanTest, df: int, p: float) -> list[Block]:
    label = f"chi2({df})"
    width = len("Prob > chi2")
    chi2 = text(test.chi2, "%9.2f").strip()
    room = max(len(chi2), 6)
    lines = ["Test of H0: Difference in coefficients not systematic", "",
             f"{label:>{width}} = (b-B)'[(V_b-V_B)^(-1)](b-B)"]  # fmt: skip
    lines.append(f"{'':>{width}} = {chi2:>{room}}")
    if test.chi2 >= 0:
        lines.append(f"{'Prob > chi2':>{width}} = {text(p, '%6.4f').strip():>{room}}")
    if not test.positive:
        lines.append("(V_b-V_B is not positive definite)")
    if test.chi2 < 0:
        lines += ["", "Warning: chi2 < 0 ==> model fitted on these data",
                  "         fails to meet the asymptotic assumptions",
                  "         of the Hausman test; see suest for a",
                  "         generalized test."]  # fmt: skip
    return [line(x) for x in lines]
