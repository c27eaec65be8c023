"""Kinds of fits and postestimation commands that ``test_after_every_fit`` crosses: a new one of either is a new row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"

#: further variables of the sleep study: two arms, levels above and below the subject, weights, a copy of the outcome
SETUP = """
generate arm = mod(subject, 2)
generate top = ceil((subject - 300) / 15)
generate low = days > 4
generate day = days
generate late = days > 4
generate w = 1 + mod(subject, 3)
constraint 1 days = 10
"""


@dataclass(frozen=True)
class Family:
    """A fit and what is special about it: words that commands name in ``refused``."""

    name: str
    command: str
    traits: frozenset[str]


def _family(name: str, command: str, traits: str = "") -> Family:
    words = set(traits.split())
    if "reml" in command:
        words.add("reml")
    if "||" not in command:
        words.add("linear")
    return Family(name, command, frozenset(words))


FAMILIES = [
    _family("linear", "mixed reaction days i.arm"),
    _family("intercept", "mixed reaction days i.arm || subject:"),
    _family("independent", "mixed reaction days i.arm || subject: days"),
    _family("unstructured", "mixed reaction days i.arm || subject: days, covariance(unstructured) reml"),
    _family("exchangeable", "mixed reaction days i.arm || subject: days, covariance(exchangeable)"),
    _family("identity", "mixed reaction days i.arm || subject: days, covariance(identity)"),
    _family("slope only", "mixed reaction days i.arm || subject: days, noconstant", "noconstant"),
    _family("two levels", "mixed reaction days i.arm || top: || subject: days, reml"),
    _family("three levels", "mixed reaction days i.arm || top: || subject: || low:"),
    _family("repeated equations", "mixed reaction days i.arm || subject: days || subject:"),
    _family("crossed", "mixed reaction days i.arm || _all: R.day || subject:", "crossed"),
    _family("crossed below", "mixed reaction days i.arm || top: R.subject, reml", "crossed"),
    _family("ind by", "mixed reaction days i.arm || subject:, residuals(independent, by(late))", "residual"),
    _family("exch", "mixed reaction days i.arm || subject:, noconstant residuals(exchangeable)", "residual empty"),
    _family("ar", "mixed reaction days i.arm || subject:, residuals(ar 1, t(days)) reml", "residual"),
    _family("ar by", "mixed reaction days i.arm || subject:, residuals(ar 1, t(days) by(arm))", "residual"),
    _family("ma", "mixed reaction days i.arm || subject:, residuals(ma 1, t(days))", "residual"),
    _family(
        "un", "mixed reaction days i.arm if days < 4 || subject:, noconstant residuals(un, t(days))", "residual empty"
    ),
    _family("banded", "mixed reaction days i.arm || subject:, residuals(banded 0, t(days))", "residual"),
    _family("toeplitz", "mixed reaction days i.arm || subject:, residuals(toeplitz 2, t(days))", "residual"),
    _family("exponential", "mixed reaction days i.arm || subject:, residuals(exponential, t(days))", "residual"),
    _family("fweight", "mixed reaction days i.arm [fweight=w] || subject: days", "weighted"),
    _family("pweight", "mixed reaction days i.arm [pweight=w] || subject:", "weighted robust"),
    _family("level weight", "mixed reaction days i.arm || subject:, fweight(w)", "weighted groups"),
    _family("robust", "mixed reaction days i.arm || subject: days, vce(robust)", "robust"),
    _family("cluster", "mixed reaction days i.arm || subject:, vce(cluster top)", "robust"),
    _family("constraints", "mixed reaction days i.arm || subject:, constraints(1)", "constraints"),
    _family("df residual", "mixed reaction days i.arm || subject:, dfmethod(residual)", "df"),
    _family("df repeated", "mixed reaction days i.arm || subject:, dfmethod(repeated)", "df"),
    _family("df anova", "mixed reaction days i.arm || subject:, dfmethod(anova) reml", "df"),
    _family("df satterthwaite", "mixed reaction days i.arm || subject: days, dfmethod(satterthwaite) reml", "df"),
    _family("df kroger", "mixed reaction days i.arm || subject: days, dfmethod(kroger) reml", "df"),
]


def smaller(family: Family) -> str:
    """A model nested in all of a family's kind, without random effects: what lrtest and hausman compare with."""
    weight = family.command.partition("[")[2].partition("]")[0]
    condition = " if days < 4" if "if days < 4" in family.command else ""
    reml = ", reml" if "reml" in family.traits else ""
    return f"mixed reaction days{condition}{f' [{weight}]' if weight else ''}{reml}"


@dataclass(frozen=True)
class After:
    """A command, run after fits; traits of the families it refuses, each with its return code.

    absent: traits it needs, with the return code where they are not there.  "less" is a smaller model, stored before.
    """

    command: str
    refused: tuple[tuple[str, int], ...] = ()
    absent: tuple[tuple[str, int], ...] = ()


_NO_EFFECTS = (("linear", 198), ("empty", 198))
_SMALL = (("df", 198),)

COMMANDS = [
    After("mixed"),
    After("mixed, stddeviations noheader"),
    After("mixed, estmetric"),
    After("mixed, coeflegend"),
    After("mixed, small", absent=_SMALL),
    After("predict double p"),
    After("predict double p, stdp"),
    After("predict double p, fitted"),
    After("predict double p, residuals"),
    After("predict double p, rstandard"),
    After("predict double p*, reffects reses(q*)", _NO_EFFECTS),
    After("predict double p*, scores", (("reml", 198),)),
    After("predictnl double p = _b[days]*days + _b[_cons], se(q)"),
    After("estat group", (("linear", 321),)),
    After("estat ic"),
    After("estat summarize"),
    After("estat vce"),
    After("estat vce, correlation"),
    After("estat recovariance", (("linear", 321), ("empty", 321))),
    After("estat recovariance, correlation", (("linear", 321), ("empty", 321))),
    After("estat icc", (("linear", 321), ("crossed", 321), ("residual", 321), ("noconstant", 321))),
    After("estat sd"),
    After("estat sd, variance verbose"),
    After("estat sd, post"),
    After("estat wcorrelation", (("linear", 321),)),
    After("estat wcorrelation, covariance list", (("linear", 321),)),
    After("estat df, method(residual)", (("weighted", 198), ("robust", 198))),
    After("estat df, method(kroger)", (("weighted", 198), ("robust", 198)), absent=(("reml", 198),)),
    After("test days"),
    After("test days, small", absent=_SMALL),
    After("test (days = 10) (1.arm = 0)"),
    After("testparm i.arm"),
    After("testnl _b[days]^2 = 100"),
    After("lincom days - 10"),
    After("lincom days, small", absent=_SMALL),
    After("nlcom _b[_cons] / _b[days]"),
    After("nlcom exp(2*_b[lnsig_e:_cons])"),
    After("_diparm lnsig_e, f(exp(@)^2) d(2*exp(@)^2)"),
    After("margins arm"),
    After("margins, at(days=(0 5 9)) over(arm)"),
    After("margins, dydx(days)"),
    After("contrast arm"),
    After("contrast r.arm, effects"),
    After("pwcompare arm, effects"),
    After("estimates store kept"),
    After("estimates replay"),
    After("estimates stats ."),
    After("estimates table ., b se"),
    After("estimates describe"),
    After("estimates title: A title"),
    After("estimates notes: A note"),
    After("estimates query"),
    After("ereturn list"),
    After("ereturn display"),
    After("matrix list e(V)"),
    After("display _b[days] + _se[days]"),
    After("count if e(sample)"),
    After("lrtest less", (("robust", 498), ("groups", 498))),
    After("hausman less .", (("robust", 498), ("constraints", 498))),
]
