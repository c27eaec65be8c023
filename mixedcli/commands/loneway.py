"""loneway - one-way analysis of variance with the intraclass correlation

    loneway depvar groupvar [if] [in] [weight] [, mean median exact level(#)]

The intraclass correlation with its asymptotic standard error, the standard deviations of and within groups, and the
reliability of a group's mean.  exact (groups of one size) takes the confidence interval from the F distribution; mean
takes F's expected value, median its median, in place of 1 in the estimate.  aweights are allowed.

Example: loneway yield block
"""

from __future__ import annotations

import math

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.oneway import Layout, analysed
from mixedcli.commands.sampling import known, used_rows, variables
from mixedcli.commands.tabulation import levels_of
from mixedcli.engine import distributions, limits
from mixedcli.errors import InsufficientObservations, InvalidSyntax, NoObservations
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "loneway",
    (
        OptionSpec("mean", "mean"),
        OptionSpec("median", "med"),
        OptionSpec("exact", "ex"),
        OptionSpec("level", "l", "real"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Analyse.  Errors: r(109), r(198), r(2000), r(2001)."""
    names = variables(session, command, numeric=False)
    if len(names) != 2:
        raise InvalidSyntax("invalid syntax" if len(names) < 2 else "too many variables specified", command.span)
    name, by = names
    data = session.data
    used = used_rows(session, command, ("aweight",))
    rows = known(data, (name,), used.rows)
    groups = levels_of(data, by, rows, missing=False)
    rows = rows & (groups.codes >= 0)
    if not rows.any():
        raise NoObservations("no observations")
    x = analysed(data.numeric(name)[rows], groups.codes[rows], groups.count, used.weights(rows), used.weight)
    if x.k < 2 or not x.df_r > 0:
        raise InsufficientObservations("insufficient observations")
    level = options.get("level", session.settings.level)
    f = _estimates(x, options, level)
    return Outcome(
        blocks=(*used.notes, *_layout(x, name, data.column(name).label, by, f, level)), r=Stored({"N": x.obs, **f})
    )


def _estimates(x: Layout, options: Options, level: float) -> dict[str, float]:
    """Donner (1986): rho = (F - e) / (F - e + e g), where e is 1, or F's mean or median under no effect."""
    T, k = x.obs, x.k
    squares = float((x.n**2).sum())
    cubes = float((x.n**3).sum())
    g = (T - squares / T) / (k - 1)
    e = 1.0
    if options.get("mean"):
        e = x.df_r / (x.df_r - 2)
    elif options.get("median"):
        e = limits.f_quantile(0.5, x.df_m, x.df_r)
    ratio = x.ratio / e
    rho = (ratio - 1) / (ratio - 1 + g)
    a = (1 + rho * (g - 1)) ** 2 / (T - k)
    b = (k - 1) * (1 - rho) * (1 + rho * (2 * g - 1)) + rho**2 * (squares - 2 * cubes / T + squares**2 / T**2)
    se = math.sqrt(2 * (1 - rho) ** 2 / g**2 * (a + b / (k - 1) ** 2))
    half = 0.5 + level / 200
    z = distributions.normal_quantile(half)
    low, high = rho - z * se, rho + z * se
    if options.get("exact"):
        if float(x.n.max() - x.n.min()) != 0:
            raise InvalidSyntax("exact requires groups of equal size")  # unverified: words
        top, bottom = (limits.f_quantile(q, x.df_m, x.df_r) for q in (half, 1 - half))
        low, high = ((x.ratio / q - 1) / (x.ratio / q - 1 + g) for q in (top, bottom))
    rho0 = max(rho, 0.0)
    return {
        "rho": rho0, "lb": max(low, 0.0), "ub": max(high, 0.0), "rho_t": g * rho0 / (1 + (g - 1) * rho0), "se": se,
        "sd_w": math.sqrt(x.ms), "sd_b": math.sqrt(max(x.ms * (ratio - 1) / g, 0.0)), "g": g,
        "truncated": float(rho < 0),
    }  # fmt: skip


def _layout(x: Layout, name: str, label: str, by: str, f: dict[str, float], level: float) -> list[Block]:
    """# stata: public log of loneway."""
    g, truncated = f.pop("g"), f.pop("truncated")

    def row(label: str, ss: float, df: float, rest: str = "") -> Block:
        return line(f"{label:<20}{text(ss, '%10.0g'):>12}{f'{df:,.0f}':>7}{text(ss / df, '%10.0g'):>14}{rest}")

    total = x.between + x.within
    p = distributions.f_tail(x.ratio, x.df_m, x.df_r)
    star = "*" if truncated else " "
    interval = f"[{text(level, '%9.0g')}% conf. interval]"
    out: list[Block] = [
        Blank(),
        line(f"                 One-way analysis of variance for {name}: {label}"),
        Blank(),
        line(f"{'Number of obs':>58} = {f'{x.obs:,.0f}':>12}"),
        line(f"{'R-squared':>58} = {text(x.between / total if total > 0 else math.nan, '%9.4f'):>12}"),
        Blank(),
        line("    Source                SS         df      MS            F     Prob > F"),
        line("-" * 73),
        row(f"Between {by}", x.between, x.df_m, f"{text(x.ratio, '%9.2f'):>10}{text(p, '%9.4f'):>11}"),
        row(f"Within {by}", x.within, x.df_r),
        line("-" * 73),
        row("Total", total, x.obs - 1),
        Blank(),
        line("         Intraclass       Asy.        "),
        line(f"         correlation      S.E.       {interval}"),
        line("         " + "-" * 48),
        line(f"{f['rho']:>19.5f}{star}{f['se']:>11.5f}{f['lb']:>14.5f}{f['ub']:>12.5f}"),
        Blank(),
        line(f"         Estimated SD of {by + ' effect':<23}{text(f['sd_b'], '%9.0g'):>9}"),
        line(f"         Estimated SD within {by:<19}{text(f['sd_w'], '%9.0g'):>9}"),
        line(f"         Est. reliability of a {by + ' mean':<17}{f['rho_t']:>9.5f}"),
        line(f"              (evaluated at n={g:.2f})"),
    ]
    if truncated:
        out += [Blank(), line("(*) Truncated at zero.")]
    return out
