"""permute - Monte Carlo permutation tests

    permute permvar explist [, options]: command

The values of permvar are put in random order again and again; a statistic's p-value is the share of orders with one at
least as extreme as the observed.  explist: name = exp, r(mean), _b[x] ...

    reps(#)                  random orders, 100 by default
    seed(#)                  start of the random numbers, as set seed
    strata(varlist)          within strata
    eps(#)                   differences that do not count, 1e-7 by default
    saving(file [, double every(#) replace])
    level(#) nodots dots(#) noheader nolegend noisily title(text)

All cores work, and a seed gives the same results whatever their number; the stream is not Stata's.

Example: permute treat _b[treat], reps(1000) seed(1): regress y treat
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, EstimationHeader, HeaderItem, HeaderRow, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.prefix import jobs, saving
from mixedcli.commands.prefix.bootstrap import marks
from mixedcli.commands.prefix.replicating import replicate
from mixedcli.commands.prefix.resampled import legend_lines
from mixedcli.commands.prefix.statistics import statistics, values
from mixedcli.commands.prefix.subject import word_of
from mixedcli.commands.prefix.through import body_of, ran
from mixedcli.data import varlist
from mixedcli.data.grouping import grouped
from mixedcli.data.missing import SYSMISS
from mixedcli.engine import resampling
from mixedcli.errors import InvalidSyntax, NoObservations
from mixedcli.results import Floats, Matrix, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "permute",
    (
        OptionSpec("reps", "r", "int"),
        OptionSpec("seed", "seed", "int"),
        OptionSpec("strata", "str", "varlist"),
        OptionSpec("eps", "eps", "real"),
        OptionSpec("saving", "sa", "text"),
        OptionSpec("level", "l", "real"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("header", "h", no=True),
        OptionSpec("legend", "l", no=True),
        OptionSpec("verbose", "v"),
        OptionSpec("noisily", "noi"),
        OptionSpec("trace", "tr"),
        OptionSpec("title", "ti", "text"),
        OptionSpec("nowarn", "now"),
        OptionSpec("force", "force"),
    ),
    prefix=True,
)

# stata: the notes of release 17; unverified: the table's exact columns
_NOTES = (
    "Notes: For lower one-sided test, c = #{T <= T(obs)} and p = p_lower = c/n.",
    "       For upper one-sided test, c = #{T >= T(obs)} and p = p_upper = c/n.",
    "       For two-sided test, p = 2*min(p_lower, p_upper); SE and CI approximate.",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Permute.  Errors: r(198) no variable or no expression, r(111), r(2000), and the command's own."""
    body = body_of(command)
    items = body.items or ()
    first = items[0] if items else None
    if first is None or first.name or not first.text.isidentifier() or len(items) < 2:
        raise InvalidSyntax("invalid syntax", command.span)
    variable = varlist.resolve(first.text, session.data)
    level = options.get("level") or session.settings.level
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    reps = options.get("reps", 100)
    if reps < 1:
        raise InvalidSyntax("reps() must be an integer greater than 0")  # unverified: wording
    file = saving.read(options["saving"], session) if "saving" in options else None
    strata = varlist.names(options["strata"], session.data) if "strata" in options else ()
    seed = jobs.seed_of(session, options.get("seed"))
    full = ran(session, body.inner)
    wanted = statistics(full.session, items[1:], "_pm_")
    observed = np.array([x if x < SYSMISS else np.nan for x in values(full.session, wanted)])
    own = jobs.run_of(session, body.inner, wanted, noisily=bool(options.get("noisily")))
    job = jobs.Permute(own, session.data, variable, grouped(session.data, strata).member, seed)
    done = replicate(job, reps, session)
    table = np.array([x.values for x in done])
    found = [
        _test(observed[k], column[~np.isnan(column)], options.get("eps", 1e-7), level)
        for k, column in enumerate(table.T)
    ]
    shown: list[Block] = [line(f"(running {word_of(body.inner)} on estimation sample)"), Blank()]
    shown += marks(done, "Permutations", options)
    n = full.session.e.scalars.get("N", full.session.r.scalars.get("N", float(session.data.n)))
    if options.get("header", True) is not False:
        title = options.get("title", "").strip('"') or "Monte Carlo permutation results"
        counts = [("Number of observations", n), ("Number of permutations", float(reps))]
        right = [HeaderItem(label, f"{count:,.0f}") for label, count in counts]
        shown += [
            Blank(),
            EstimationHeader((HeaderRow(title, right[0]), HeaderRow(f"Permutation variable: {variable}", right[1]))),
        ]
        if options.get("legend", True) is not False:
            listed = [(s.name, s.text) for s in wanted]
            shown += [Blank(), *legend_lines((("Command", body.inner), *listed))]
    names = tuple(s.name for s in wanted)
    shown += [Blank(), *_lines(names, observed, found, level)]
    if file is not None:
        columns = saving.columns(wanted, table, double=file.double)
        shown += saving.write(session, file, columns, f"permute {variable}: {word_of(body.inner)}")
    return Outcome(
        blocks=tuple(shown),
        r=_stored(names, observed, np.array(found), n, reps, level, command, variable),
        settings=replace(session.settings, seed=jobs.seed_after(seed, reps)),
    )


def _test(observed: float, values_: Floats, eps: float, level: float) -> list[float]:
    """n, and for the lower, upper and two-sided test c, p, SE(p) and the limits of p."""
    n = len(values_)
    if n == 0:
        raise NoObservations("insufficient observations to compute p-values")  # unverified: wording
    out = [float(n)]
    counts = [int((values_ <= observed + eps).sum()), int((values_ >= observed - eps).sum())]
    for c in counts:
        p = c / n
        out += [float(c), p, (p * (1 - p) / n) ** 0.5, *resampling.binomial_interval(c, n, level)]
    least = min(counts)
    p = min(1.0, 2 * least / n)
    se = (p * (1 - p) / n) ** 0.5
    half = resampling.normal_half(se, level)
    return [*out, float("nan"), p, se, max(0.0, p - half), min(1.0, p + half)]


def _lines(names: tuple[str, ...], observed: Floats, found: list[list[float]], level: float) -> list[Block]:
    width = max(12, *(len(name) for name in names))
    rest = 65
    out: list[Block] = [line("-" * (width + 2 + rest))]
    pad = " " * width
    out.append(line(f"{pad} |{'Monte Carlo error':>64}"))
    out.append(line(f"{pad} |{'-' * 19:>65}"))
    head = f"{'T(obs)':>10}{'Test':>11}{'c':>8}{'n':>8}{'p':>7}  SE(p)   [{numfmt.general(level, 9)}% CI(p)]"
    out.append(line(f"{'T':>{width}} |{head}"))
    out.append(line("-" * (width + 1) + "+" + "-" * rest))
    for name, value, tests in zip(names, observed.tolist(), found, strict=True):
        for k, kind in enumerate(("lower", "upper", "two-sided")):
            c, p, se, lo, hi = tests[1 + 5 * k : 6 + 5 * k]
            stub = f"{name:>{width}} |{numfmt.text(value, '%9.0g'):>10}" if k == 0 else f"{pad} |{'':>10}"
            counts = f"{c:>8,.0f}{tests[0]:>8,.0f}" if k < 2 else " " * 16
            shares = ((p, 7), (se, 7), (lo, 7), (hi, 7))
            cells = "".join(numfmt.text(x, "%6.4f").removeprefix("0").rjust(w) for x, w in shares)
            out.append(line(f"{stub}{kind:>11}{counts}{cells}"))
    out.append(line("-" * (width + 2 + rest)))
    return [*out, *(line(x) for x in _NOTES)]


def _stored(
    names: tuple[str, ...], b: Floats, found: Floats, n: float, reps: int, level: float, command: ast.Command, on: str
) -> Stored:
    def row(values_: Floats) -> Matrix:
        return Matrix(values_[None, :], ("y1",), names)

    def both(at: int) -> Matrix:
        return Matrix(found[:, at : at + 2].T, ("ll", "ul"), names)

    # unverified: the names of the matrices by test
    matrices = {
        "b": row(b), "reps": row(found[:, 0]),
        "c_lower": row(found[:, 1]), "p_lower": row(found[:, 2]), "se_lower": row(found[:, 3]), "ci_lower": both(4),
        "c_upper": row(found[:, 6]), "p_upper": row(found[:, 7]), "se_upper": row(found[:, 8]), "ci_upper": both(9),
        "p_twosided": row(found[:, 12]), "se_twosided": row(found[:, 13]), "ci_twosided": both(14),
    }  # fmt: skip
    scalars = {"N": n, "level": level, "n_reps": float(reps)}
    return Stored(scalars, {"cmd": "permute", "permvar": on, "command": command.text.strip()}, matrices)
