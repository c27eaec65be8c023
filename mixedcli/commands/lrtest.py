"""lrtest - likelihood-ratio test of two nested models

    lrtest name1 [name2] [, stats force df(#)]

Compares two stored estimation results; a period, or leaving the second name out, means the last estimates.
Which model is the restricted one is seen from their degrees of freedom.
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank, Block, LrTestTable, Note
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimates import find, stats_blocks
from mixedcli.commands.mixed import BOUNDARY_NOTE
from mixedcli.engine import distributions
from mixedcli.errors import InvalidSyntax, ProgramDefined
from mixedcli.results import Estimates, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "lrtest",
    (OptionSpec("stats", "st"), OptionSpec("force", "force"), OptionSpec("df", "df", "int"), OptionSpec("dir", "d")),
)

REML_NOTE = "LR tests based on REML are valid only when the fixed-effects specification is identical for both models."

NAME_WIDTH = 14
"""Names are shortened to this many characters (# stata: manual example 6)."""


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test one model against the other."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    names = [w.text for w in body.words]
    if not 1 <= len(names) <= 2:
        raise InvalidSyntax("invalid syntax")
    pair = [(n, find(session, n)) for n in (*names, ".")[:2]]
    if "force" not in options:
        _comparable(*(e for _, e in pair))
    (small, restricted), (large, full) = sorted(pair, key=lambda x: x[1].stored.scalars["rank"])
    # with equal degrees of freedom the order as typed would decide; there is nothing to test then
    df = int(options.get("df", full.stored.scalars["rank"] - restricted.stored.scalars["rank"]))
    if df <= 0:
        rank = int(full.stored.scalars["rank"])
        raise ProgramDefined(f"df(unrestricted) = df(restricted) = {rank}")
    chi2 = 2 * (full.stored.scalars["ll"] - restricted.stored.scalars["ll"])
    p = distributions.chi2_tail(max(chi2, 0.0), df)
    assumption = f"{abbreviate(small)} nested within {abbreviate(large)}"
    blocks: list[Block] = [Blank(), LrTestTable(assumption, df, chi2, p)]
    if full.stored.scalars.get("k_rs") != restricted.stored.scalars.get("k_rs"):
        blocks += [Blank(), Note(lines=BOUNDARY_NOTE)]
    if full.stored.macros.get("method") == "REML":
        blocks += [Blank(), Note(REML_NOTE)]
    if "stats" in options:
        blocks += [Blank(), *stats_blocks([(small, restricted), (large, full)], None)]
    return Outcome(blocks=tuple(blocks), r=Stored({"p": p, "chi2": chi2, "df": df}))


def abbreviate(name: str) -> str:
    """A name in at most NAME_WIDTH characters: its beginning, a tilde, its last character."""
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 2]}~{name[-1]}"


def _comparable(first: Estimates, second: Estimates) -> None:
    """Errors: r(498) for models whose likelihoods cannot be compared."""
    a, b = first.stored, second.stored
    commands = [x.macros.get("cmd", "") for x in (a, b)]
    if commands[0] != commands[1]:
        raise ProgramDefined(f"test involves different estimators: {commands[0]} vs. {commands[1]}")
    if "ll" not in a.scalars or "ll" not in b.scalars:
        raise ProgramDefined("log likelihood not available")
    if a.scalars.get("N") != b.scalars.get("N"):
        raise ProgramDefined(f"observations differ: {a.scalars['N']:.0f} vs. {b.scalars['N']:.0f}")
    if a.macros.get("depvar") != b.macros.get("depvar"):
        raise ProgramDefined(f"dependent variables differ: {a.macros.get('depvar')} vs. {b.macros.get('depvar')}")
    if a.macros.get("method") != b.macros.get("method"):
        raise ProgramDefined("one model was fit by ML and the other by REML")
    for estimates in (a, b):
        if estimates.macros.get("vce", "oim") not in ("oim", "ols"):
            raise ProgramDefined("LR test likely invalid for models with robust vce")
