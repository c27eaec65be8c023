"""oneway - one-way analysis of variance

    oneway depvar factor [if] [in] [weight] [, options]

    tabulate [nomeans nostandard nofreq noobs]     means, standard deviations and frequencies of the groups first
    bonferroni scheffe sidak                       comparisons of all pairs of means
    noanova                                        without the table of the analysis
    missing nolabel wrap

Bartlett's test of equal variances follows the table.  aweights (the default) and fweights are allowed.

Example: oneway score machine, tabulate bonferroni
"""

from __future__ import annotations

import math

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import Floats, known, used_rows, variables
from mixedcli.commands.tabulation import Ints, Levels, levels_of
from mixedcli.commands.tabulation_oneway import one_way_summary
from mixedcli.data.dataset import Dataset
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax, NoObservations
from mixedcli.frozen import frozen
from mixedcli.numfmt import text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "oneway",
    (
        OptionSpec("tabulate", "t"),
        OptionSpec("means", "me", no=True),
        OptionSpec("standard", "st", no=True),
        OptionSpec("freq", "f", no=True),
        OptionSpec("obs", "o", no=True),
        OptionSpec("bonferroni", "b"),
        OptionSpec("scheffe", "sc"),
        OptionSpec("sidak", "si"),
        OptionSpec("anova", "a", no=True),
        OptionSpec("missing", "m"),
        OptionSpec("label", "label", no=True),
        OptionSpec("wrap", "w"),
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


@frozen
class Layout:
    """Sums of squares of a one-way layout; n, mean, ss: (k,) of the groups."""

    n: Floats
    mean: Floats
    ss: Floats
    between: float
    obs: float

    @property
    def k(self) -> int:
        return len(self.n)

    @property
    def within(self) -> float:
        return float(self.ss.sum())

    @property
    def df_m(self) -> float:
        return self.k - 1.0

    @property
    def df_r(self) -> float:
        return self.obs - self.k

    @property
    def ms(self) -> float:
        return self.within / self.df_r if self.df_r > 0 else math.nan

    @property
    def ratio(self) -> float:
        return self.between / self.df_m / self.ms if self.df_m and self.ms > 0 else math.nan


def analysed(y: Floats, codes: Ints, k: int, w: Floats | None, kind: str) -> Layout:
    """The layout of y (n,) in groups codes (n,)."""
    v = np.ones(len(y)) if w is None else w if kind == "fweight" else w * (len(y) / w.sum())
    n = np.bincount(codes, v, k).astype(float)
    mean = np.bincount(codes, v * y, k) / n
    mean = mean + np.bincount(codes, v * (y - mean[codes]), k) / n
    ss = np.bincount(codes, v * (y - mean[codes]) ** 2, k).astype(float)
    grand = float((n * mean).sum() / n.sum())
    return Layout(n, mean, ss, float((n * (mean - grand) ** 2).sum()), float(n.sum()))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Analyse.  Errors: r(109), r(198), r(2000)."""
    names = variables(session, command, numeric=False)
    if len(names) != 2:
        raise InvalidSyntax("invalid syntax" if len(names) < 2 else "too many variables specified", command.span)
    name, by = names
    data = session.data
    used = used_rows(session, command, ("aweight", "fweight"))
    rows = known(data, (name,), used.rows)
    groups = levels_of(data, by, rows, missing=bool(options.get("missing")), label=options.get("label", True))
    rows = rows & (groups.codes >= 0)
    if not rows.any():
        raise NoObservations("no observations")
    y, codes, w = data.numeric(name)[rows], groups.codes[rows], used.weights(rows)
    x = analysed(y, codes, groups.count, w, used.weight)
    blocks: list[Block] = list(used.notes)
    if options.get("tabulate"):
        weight = np.ones(len(y)) if w is None else w if used.weight == "fweight" else w * (len(y) / w.sum())
        blocks += one_way_summary(groups, codes, y, weight, data.column(name).label or name, options)
    scalars = {"N": x.obs, "F": x.ratio, "df_r": x.df_r, "rss": x.within, "df_m": x.df_m, "mss": x.between}
    if options.get("anova", True):
        blocks += _table(x)
        told, bartlett = _bartlett(x)
        blocks += told
        scalars |= bartlett
    for method in ("bonferroni", "scheffe", "sidak"):
        if options.get(method):
            blocks += _comparison(data, x, groups, name, by, method, session.settings.linesize)
    return Outcome(blocks=tuple(blocks), r=Stored(scalars))


def _table(x: Layout) -> list[Block]:
    """# stata: public logs."""

    def row(label: str, ss: float, df: float, rest: str = "") -> Block:
        ms = ss / df if df > 0 else math.nan
        return line(f"{label:<14}{text(ss, '%11.0g'):>16}{df:>7.0f}{text(ms, '%11.0g'):>13}{rest}")

    p = distributions.f_tail(x.ratio, x.df_m, x.df_r)
    return [
        Blank(),
        line("                        Analysis of variance"),
        line("    Source              SS         df      MS            F     Prob > F"),
        line("-" * 72),
        row("Between groups", x.between, x.df_m, f"{text(x.ratio, '%9.2f'):>10}{text(p, '%9.4f'):>11}"),
        row(" Within groups", x.within, x.df_r),
        line("-" * 72),
        row("    Total", x.between + x.within, x.obs - 1),
    ]


def _bartlett(x: Layout) -> tuple[list[Block], dict[str, float]]:
    """Bartlett's test on the groups whose variance is above 0."""
    use = (x.n > 1) & (x.ss > 0)
    k = int(use.sum())
    left = x.k - k
    if k < 2:
        return [], {}
    df = x.n[use] - 1
    variance = x.ss[use] / df
    total = float(df.sum())
    pooled = float(x.ss[use].sum()) / total
    statistic = total * math.log(pooled) - float((df * np.log(variance)).sum())
    chi2 = statistic / (1 + (float((1 / df).sum()) - 1 / total) / (3 * (k - 1)))
    p = distributions.chi2_tail(chi2, k - 1)
    out: list[Block] = [
        Blank(),
        line(f"Bartlett's equal-variances test: chi2({k - 1}) = {text(chi2, '%8.4f'):>8}    Prob>chi2 = {p:.3f}"),
    ]
    if left:
        alone = int((x.n <= 1).sum())
        out += [Blank(), line("note: Bartlett's test performed on cells with positive variance:")]
        if alone:
            out.append(line(f"      {alone} single-observation cell{'s' * (alone > 1)} not used"))
        if left - alone:
            out.append(line(f"      {left - alone} multiple-observation cell{'s' * (left - alone > 1)} not used"))
    return out, {"chi2bart": chi2, "df_bart": k - 1.0}


def _comparison(
    data: Dataset, x: Layout, groups: Levels, name: str, by: str, method: str, linesize: int
) -> list[Block]:
    title = f"Comparison of {data.column(name).label or name} by {groups.title}"
    out: list[Block] = [Blank()]
    out += [line(_centred(title)), line(_centred(f"({method.capitalize()})"))]
    room = max(1, (linesize - 10) // 11)
    for start in range(0, x.k - 1, room):
        stop = min(start + room, x.k - 1)
        if start:
            out.append(Blank())
        out += [
            line("Row Mean-|"),
            line("Col Mean |" + "".join(f"{groups.texts[j][:8]:>11}" for j in range(start, stop))),
        ]
        out.append(line("---------+" + "-" * 11 * (stop - start)))
        for i in range(start + 1, x.k):
            columns = range(start, min(i, stop))
            if i > start + 1:
                out.append(line("         |"))
            out.append(line(f"{groups.texts[i][:8]:>8} |" + "".join(_number(x.mean[i] - x.mean[j]) for j in columns)))
            out.append(line("         |" + "".join(f"{_p(x, i, j, method):>11.3f}" for j in columns)))
    return out


def _centred(words: str) -> str:
    return " " * max((78 - len(words)) // 2, 0) + words


def _number(value: float) -> str:
    return f"{text(float(value), '%9.0g'):>11}"


def _p(x: Layout, i: int, j: int, method: str) -> float:
    t = float(x.mean[i] - x.mean[j]) / math.sqrt(x.ms * float(1 / x.n[i] + 1 / x.n[j]))
    if method == "scheffe":
        return distributions.f_tail(t * t / x.df_m, x.df_m, x.df_r)
    p, pairs = distributions.t_p(t, x.df_r), x.k * (x.k - 1) / 2
    return min(1.0, pairs * p) if method == "bonferroni" else -math.expm1(pairs * math.log1p(-p)) if p < 1 else 1.0
