"""lrtest - likelihood-ratio test of two nested models

    lrtest modelspec1 [modelspec2] [, stats dir force df(#)]

Compares two stored estimation results; a period, or leaving the second out, means the last estimates.  A modelspec is
a name or several in parentheses, (A B), whose log likelihoods and degrees of freedom are added up.  Which model is the
restricted one is seen from their degrees of freedom.  stats shows AIC and BIC of the models, dir where they came from,
df() says the degrees of freedom of the test, force tests what does not look comparable.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, Block, LrTestTable, Note
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimates import find
from mixedcli.commands.estimation import information
from mixedcli.commands.estimation.directory import directory
from mixedcli.commands.mixed import BOUNDARY_NOTE
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax, ProgramDefined
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "lrtest",
    (OptionSpec("stats", "st"), OptionSpec("force", "force"), OptionSpec("df", "df", "int"), OptionSpec("dir", "d")),
)

REML_NOTE = "LR tests based on REML are valid only when the fixed-effects specification is identical for both models."

NAME_WIDTH = 14
"""Names are shortened to this many characters (# stata: manual example 6)."""


@frozen
class _Model:
    """One side of the test: results by name, several of which make a composite model."""

    parts: tuple[tuple[str, Estimates], ...]

    def total(self, name: str) -> float:
        """The sum of a scalar of e() over the parts."""
        return float(sum(e.stored.scalars[name] for _, e in self.parts))

    @property
    def variances(self) -> float | None:
        """Number of variances, None for other estimators than mixed."""
        known = [e.stored.scalars.get("k_rs") for _, e in self.parts]
        return None if None in known else sum(x for x in known if x is not None)

    @property
    def title(self) -> str:
        names = [abbreviate(n, NAME_WIDTH) for n, _ in self.parts]
        return names[0] if len(names) == 1 else f"({', '.join(names)})"  # unverified: composite models


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test one model against the other.  Errors: r(111), r(198), r(301), r(498)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    specs = [w.text for w in body.words]
    if not 1 <= len(specs) <= 2:
        raise InvalidSyntax("invalid syntax")
    first, second = (_model(session, spec) for spec in (*specs, ".")[:2])
    parts = (*first.parts, *second.parts)
    _likelihoods(parts)
    if "force" not in options:
        _comparable(first, second)
    restricted, full = sorted((first, second), key=lambda m: m.total("rank"))
    # with equal degrees of freedom the order as typed would decide; there is nothing to test then
    df = int(options.get("df", full.total("rank") - restricted.total("rank")))
    if df <= 0:
        raise ProgramDefined(f"df(unrestricted) = df(restricted) = {full.total('rank'):.0f}")
    chi2 = 2 * (full.total("ll") - restricted.total("ll"))
    p = distributions.chi2_tail(max(chi2, 0.0), df)
    blocks: list[Block] = []
    if "dir" in options:
        blocks += [Blank(), directory([*restricted.parts, *full.parts])]
    blocks += [Blank(), LrTestTable(f"{restricted.title} nested within {full.title}", df, chi2, p)]
    if full.variances != restricted.variances:
        blocks += [Blank(), Note(lines=BOUNDARY_NOTE)]
    if any(e.stored.macros.get("method") == "REML" for _, e in parts):
        blocks += [Blank(), Note(REML_NOTE)]
    if "stats" in options:
        blocks += [Blank(), *information.table([*restricted.parts, *full.parts], information.Asked())]
    return Outcome(blocks=tuple(blocks), r=Stored({"p": p, "chi2": chi2, "df": df}))


def _model(session: Session, spec: str) -> _Model:
    names = spec[1:-1].split() if spec.startswith("(") and spec.endswith(")") else [spec]
    if not names:
        raise InvalidSyntax("invalid syntax")
    return _Model(tuple((n, find(session, n)) for n in names))


def _likelihoods(parts: tuple[tuple[str, Estimates], ...]) -> None:
    """Errors: r(498) without a log likelihood, whatever is forced."""
    for name, estimates in parts:
        for scalar in ("ll", "rank"):
            if scalar not in estimates.stored.scalars:
                raise ProgramDefined(f"{name} does not contain scalar e({scalar})")  # unverified: words


def _comparable(first: _Model, second: _Model) -> None:
    """Errors: r(498) for models whose likelihoods cannot be compared."""
    parts = (*first.parts, *second.parts)
    shared = {n for n, _ in first.parts} & {n for n, _ in second.parts}
    composite = len(parts) > 2
    if shared and composite:
        raise ProgramDefined(f"model {min(shared)} is in both specifications")  # unverified: words
    for estimates in (e for _, e in parts):
        if estimates.stored.macros.get("vce", "oim") not in ("oim", "ols", "conventional"):
            raise ProgramDefined("LR test likely invalid for models with robust vce")
    a, b = parts[0][1].stored, parts[-1][1].stored
    if first.total("N") != second.total("N"):
        raise ProgramDefined(f"observations differ: {first.total('N'):.0f} vs. {second.total('N'):.0f}")
    if composite:
        return
    commands = [x.macros.get("cmd", "") for x in (a, b)]
    if commands[0] != commands[1]:
        raise ProgramDefined(f"test involves different estimators: {commands[0]} vs. {commands[1]}")
    if a.macros.get("depvar") != b.macros.get("depvar"):
        raise ProgramDefined(f"dependent variables differ: {a.macros.get('depvar')} vs. {b.macros.get('depvar')}")
    if a.macros.get("method") != b.macros.get("method"):
        raise ProgramDefined("one model was fit by ML and the other by REML")  # unverified: words
