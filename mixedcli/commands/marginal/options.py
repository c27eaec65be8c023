"""Options that margins, contrast and pwcompare have in common: how comparisons are adjusted and what is shown."""

from __future__ import annotations

from collections.abc import Sequence

from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.marginal.inference import Basis
from mixedcli.engine import comparisons
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.session import Session

DISPLAY = (
    OptionSpec("level", "l", "real"),
    OptionSpec("vsquish", "vsquish"),
    OptionSpec("fvlabel", "fvlabel", no=True),
    OptionSpec("cformat", "cformat", "text"),
    OptionSpec("pformat", "pformat", "text"),
    OptionSpec("sformat", "sformat", "text"),
    OptionSpec("lstretch", "lstretch", no=True),
)

#: which parts contrast shows, also within margins, contrast()
CONTRASTS = (
    OptionSpec("effects", "eff", no=True),
    OptionSpec("cieffects", "ci"),
    OptionSpec("pveffects", "pv"),
    OptionSpec("wald", "wald", no=True),
    OptionSpec("overall", "overall"),
    OptionSpec("lincom", "lincom"),
)
#: which parts pwcompare shows, also within margins, pwcompare()
PAIRS = (
    OptionSpec("effects", "eff"),
    OptionSpec("cieffects", "ci"),
    OptionSpec("pveffects", "pv"),
    OptionSpec("cimargins", "cim"),
    OptionSpec("groups", "gr"),
    OptionSpec("sort", "sort"),
)
#: how contrast and pwcompare compare
COMPARING = (
    OptionSpec("mcompare", "mcomp", "text"),
    OptionSpec("small", "small"),
    OptionSpec("df", "df", "real"),
    OptionSpec("asobserved", "asobs"),
    OptionSpec("asbalanced", "asbal"),
    OptionSpec("emptycells", "empty", "name"),
    OptionSpec("post", "post"),
)


@frozen
class Shown:
    """Display options."""

    level: float
    vsquish: bool = False
    fvlabel: bool = True
    cformat: str = "%9.0g"
    pformat: str = "%5.3f"
    sformat: str = "%8.2f"
    lstretch: bool = True


@frozen
class Mcompare:
    """mcompare(): method; every: over the comparisons of all terms together (adjustall)."""

    method: str = "noadjust"
    every: bool = False

    @property
    def title(self) -> str:
        """The word above adjusted columns."""
        return comparisons.METHODS[self.method][2]


def shown(session: Session, options: Options) -> Shown:
    """The display options.  Errors: r(198)."""
    level = options.get("level", session.settings.level)
    if not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    formats = {n: options[n] for n in ("cformat", "pformat", "sformat") if n in options}
    return Shown(
        float(level), bool(options.get("vsquish")), options.get("fvlabel", True) is not False,
        lstretch=options.get("lstretch", True) is not False, **formats,
    )  # fmt: skip


def mcompare(text: str | None, known: Sequence[str]) -> Mcompare:
    """mcompare(method [adjustall]).  Errors: r(198)."""
    words = (text or "").split()
    if not words:
        return Mcompare()
    name = comparisons.method(words[0], known)
    rest = words[1:]
    every = bool(rest) and "adjustall".startswith(rest[0]) and len(rest[0]) >= 6
    if len(rest) > 1 or (rest and not (every and name in ("bonferroni", "sidak", "scheffe"))):
        raise InvalidSyntax("option mcompare() incorrectly specified")
    return Mcompare(name, every)


def allowed(how: Mcompare, base: Basis) -> None:
    """Studentized ranges are for balanced means of least squares.  Errors: r(198)."""
    command = base.stored.macros.get("cmd", "")
    if how.method in comparisons.RANGE and command not in ("regress", "anova"):
        # unverified: words; Stata's help allows them after anova, manova, regress and mvreg only
        raise InvalidSyntax(f"mcompare({how.method}) is not allowed with results from {command}")


def subset(text: str, specs: Sequence[OptionSpec], session: Session, name: str) -> dict[str, object]:
    """Suboptions in an option's text, as flags and texts by full name.  Errors: r(198)."""
    out: dict[str, object] = {}
    depth, words, now = 0, [], ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if (c.isspace() or c == ",") and not depth:
            words.append(now)
            now = ""
        else:
            now += c
    for word in [*words, now]:
        if not word:
            continue
        head, bracket, tail = word.partition("(")
        row = next((s for s in specs if s.name.startswith(head) and len(head) >= len(s.abbreviation)), None)
        negated = None if row else next(
            (s for s in specs if s.no and head.startswith("no") and s.name.startswith(head[2:])
             and len(head) - 2 >= len(s.abbreviation)), None)  # fmt: skip
        if negated is not None and not bracket:
            out[negated.name] = False
        elif row is None or bool(bracket) != (row.type != "flag"):
            raise InvalidSyntax(f"option {name}() incorrectly specified;\noption {word} not allowed")
        else:
            out[row.name] = tail.rstrip(")").strip() if bracket else True
    return out


def columns_of(options: Options, default: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the table of effects; degrees of freedom of its own only beside tests or limits alone."""
    if options.get("effects") or (options.get("pveffects") and options.get("cieffects")):
        return ("coef", "se", "stat", "p", "ci")
    df = ("df",) if options.get("small") else ()
    if options.get("pveffects"):
        return ("coef", "se", *df, "stat", "p")
    return ("coef", "se", *df, "ci") if options.get("cieffects") or "ci" in default else default
