"""Student's tests of means: the arithmetic and the layout that ttest and ttesti share (# stata: public logs)."""

from __future__ import annotations

import math

from mixedcli.blocks import Blank, Block, line
from mixedcli.engine import distributions
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Stored

RULE = "-" * 78


@frozen
class Group:
    """A sample by its size, mean and standard deviation."""

    name: str
    n: float
    mean: float
    sd: float

    @property
    def se(self) -> float:
        """Standard error of the mean."""
        return self.sd / math.sqrt(self.n) if self.n else math.nan


@frozen
class Tested:
    """t with df degrees of freedom, and the tails' probabilities."""

    t: float
    df: float

    @property
    def lower(self) -> float:
        half = distributions.t_p(self.t, self.df) / 2
        return half if self.t < 0 else 1 - half

    @property
    def upper(self) -> float:
        half = distributions.t_p(self.t, self.df) / 2
        return half if self.t > 0 else 1 - half

    @property
    def both(self) -> float:
        return distributions.t_p(self.t, self.df)


def one_sample(
    g: Group, mu: float, level: float, shown: str = "", stub: str = "Variable"
) -> tuple[tuple[Block, ...], Stored]:
    """Mean against a number."""
    test = Tested((g.mean - mu) / g.se if g.se else math.nan, g.n - 1)
    value = text(mu, "%9.0g")
    of = f"mean({shown})" if shown else "mean(x)"
    blocks = (
        *_head("One-sample t test", stub, level),
        _row(g, g.n - 1, level),
        line(RULE),
        _statistic(f"    mean = {of}", test.t),
        _freedom(f"H0: mean = {value}", "Degrees of freedom", test.df),
        *_alternatives("mean", value, test),
    )
    return blocks, Stored(_scalars(test, level, g.se, {"N_1": g.n, "mu_1": g.mean, "sd_1": g.sd}))


def paired(a: Group, b: Group, d: Group, level: float) -> tuple[tuple[Block, ...], Stored]:
    """Mean of the differences d."""
    test = Tested(d.mean / d.se if d.se else math.nan, d.n - 1)
    blocks = (
        *_head("Paired t test", "Variable", level),
        _row(a, a.n - 1, level),
        _row(b, b.n - 1, level),
        _rule(),
        _row(d, d.n - 1, level),
        line(RULE),
        _statistic(f"     mean(diff) = mean({a.name} - {b.name})", test.t),
        _freedom(" H0: mean(diff) = 0", "Degrees of freedom", test.df),
        *_alternatives("mean(diff)", "0", test),
    )
    own = {"N_1": a.n, "N_2": b.n, "mu_1": a.mean, "mu_2": b.mean, "sd_1": a.sd, "sd_2": b.sd}
    return blocks, Stored(_scalars(test, level, d.se, own))


def two_sample(a: Group, b: Group, level: float, kind: str, stub: str = "   Group") -> tuple[tuple[Block, ...], Stored]:
    """Difference of two means; kind: equal, unequal (Satterthwaite's degrees of freedom) or welch."""
    n = a.n + b.n
    mean = (a.n * a.mean + b.n * b.mean) / n
    within = _square(a) + _square(b)
    total = within + a.n * (a.mean - mean) ** 2 + b.n * (b.mean - mean) ** 2
    whole = Group("Combined", n, mean, math.sqrt(total / (n - 1)))
    if kind == "equal":
        df = n - 2
        se = math.sqrt(within / df * (1 / a.n + 1 / b.n)) if df > 0 else math.nan
    else:
        va, vb = a.sd**2 / a.n, b.sd**2 / b.n
        se = math.sqrt(va + vb)
        extra = 1 if kind == "welch" else -1
        df = (va + vb) ** 2 / (va**2 / (a.n + extra) + vb**2 / (b.n + extra)) - (2 if kind == "welch" else 0)
    diff = a.mean - b.mean
    test = Tested(diff / se if se else math.nan, df)
    margin = _critical(df, level) * se
    title = f"Two-sample t test with {'equal' if kind == 'equal' else 'unequal'} variances"
    word = {"equal": "Degrees of freedom", "unequal": "Satterthwaite's degrees of freedom"}.get(
        kind, "Welch's degrees of freedom"
    )
    blocks = (
        *_head(title, stub, level),
        _row(a, a.n - 1, level),
        _row(b, b.n - 1, level),
        _rule(),
        _row(whole, n - 1, level),
        _rule(),
        line(f"{'diff':>8} |{'':8}{_n(diff)}{_n(se)}{'':12}{_n(diff - margin)}{_n(diff + margin)}"),
        line(RULE),
        _statistic(f"    diff = mean({a.name.strip()}) - mean({b.name.strip()})", test.t),
        _freedom("H0: diff = 0", word, df),
        *_alternatives("diff", "0", test),
    )
    own = {"N_1": a.n, "N_2": b.n, "mu_1": a.mean, "mu_2": b.mean, "sd_1": a.sd, "sd_2": b.sd, "sd": whole.sd}
    return blocks, Stored(_scalars(test, level, se, own))


def _square(g: Group) -> float:
    return (g.n - 1) * g.sd**2 if g.n > 1 else 0.0


def _critical(df: float, level: float) -> float:
    return distributions.t_quantile(0.5 + level / 200, df)


def _head(title: str, stub: str, level: float) -> tuple[Block, ...]:
    interval = f"[{text(level, '%9.0g')}% conf. interval]"
    return (
        Blank(),
        line(title),
        line(RULE),
        line(f"{stub:<8} |     Obs        Mean    Std. err.   Std. dev.{interval:>23}"),
        _rule(),
    )


def _rule() -> Block:
    return line("---------+" + "-" * 68)


def _n(value: float) -> str:
    return f"{text(value, '%9.0g'):>12}"


def _row(g: Group, df: float, level: float) -> Block:
    margin = _critical(df, level) * g.se if g.n > 1 else math.nan
    name = g.name[:8] if " " in g.name else abbreviate(g.name, 8)
    cells = "".join(_n(v) for v in (g.mean, g.se, g.sd, g.mean - margin, g.mean + margin))
    return line(f"{name:>8} |{f'{g.n:,.0f}':>8}{cells}")


def _statistic(left: str, t: float) -> Block:
    return line(f"{left:<66}t = {text(t, '%8.4f'):>8}")


def _freedom(left: str, word: str, df: float) -> Block:
    value = f"{text(df, '%8.0g'):>8}"
    return line(f"{left}{f'{word} = {value}':>{78 - len(left)}}")


def _alternatives(of: str, value: str, test: Tested) -> tuple[Block, ...]:
    low, two, high = (f"Ha: {of} {sign} {value}" for sign in ("<", "!=", ">"))
    out = ""
    for start, words in ((4, low), (33, two), (63, high)):
        place = start - (len(words) - (13 if "!=" in words else 12) + (1 if "!=" in words else 0)) // 2
        out = f"{out:<{place}}{words}"
    p = test.lower, test.both, test.upper
    one, both, other = (text(v, "%6.4f") for v in p)
    tails = f" Pr(T < t) = {one:>6}         Pr(|T| > |t|) = {both:>6}          Pr(T > t) = {other:>6}"
    return Blank(), line(out), line(tails)


def _scalars(test: Tested, level: float, se: float, own: dict[str, float]) -> dict[str, float]:
    # unverified: order
    tails = {"p_l": test.lower, "p_u": test.upper, "p": test.both}
    return {"level": level, **own, "se": se, "t": test.t, "df_t": test.df, **tails}
