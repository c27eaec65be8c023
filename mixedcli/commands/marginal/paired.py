"""Pairwise comparisons as tables and as r(): what pwcompare and margins, pwcompare show and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.commands import Options
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import pairing, tables
from mixedcli.commands.marginal.inference import Basis, Estimates, covariance, estimated, stacked
from mixedcli.commands.marginal.options import columns_of
from mixedcli.commands.marginal.pairing import Pairs
from mixedcli.commands.marginal.tables import Section
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Matrix, Stored


def comparison_blocks(
    made: Sequence[Pairs],
    found: Sequence[Estimates],
    options: Options,
    base: Basis,
    how: shared.Mcompare,
    shown: shared.Shown,
    *,
    delta: bool,
    title: str = "Margin",
    notes: tuple[str, ...] = (),
) -> list[Block]:
    """Counts, then the tables asked for: margins, groups, differences.  Errors: r(198)."""
    limits = how.method not in ("snk", "duncan")
    asked = [n for n in ("effects", "cieffects", "pveffects", "cimargins", "groups") if options.get(n)]
    if not limits and ("effects" in asked or "cieffects" in asked or not asked):
        # unverified: words
        raise InvalidSyntax(f"mcompare({how.method}) has no confidence intervals; specify pveffects or groups")
    blocks: list[Block] = []
    if how.method != "noadjust":
        blocks += tables.counts([(t.equation, t.label, len(t.pairs)) for t in made], shown)
    for name in ("cimargins", "groups"):
        if name in asked:
            blocks += _margin_table(made, found, options, base, how, shown, name == "groups", delta, title)
    if asked and not {"effects", "cieffects", "pveffects"} & set(asked):
        return blocks
    sections = [_section(t, x, bool(options.get("sort"))) for t, x in zip(made, found, strict=True)]
    table = tables.effects_table(
        sections, columns_of(options, ("coef", "se", "ci")), base, shown,
        adjusted=how.title, delta=delta, above="Contrast" if title == "dy/dx" else "",
        title="dy/dx" if title == "dy/dx" else "Contrast", notes=notes,
    )  # fmt: skip
    return [*blocks, Blank(), table]


def _section(t: Pairs, x: Estimates, sort: bool) -> Section:
    order = np.argsort(x.b, kind="stable").tolist() if sort else list(range(len(t.labels)))
    return Section(t.equation, t.label, tuple(t.labels[i] for i in order), _ordered(x, order))


def _ordered(x: Estimates, order: list[int]) -> Estimates:
    names = ("b", "se", "statistic", "p", "lo", "hi", "df", "critical", "estimable")
    return replace(x, **{n: getattr(x, n)[order] for n in names})


def _margin_table(
    made: Sequence[Pairs],
    found: Sequence[Estimates],
    options: Options,
    base: Basis,
    how: shared.Mcompare,
    shown: shared.Shown,
    groups: bool,
    delta: bool,
    title: str,
) -> list[Block]:
    alpha = 1 - base.level / 100
    sections = pairing.margin_sections(made, found, base, alpha=alpha, groups=groups, how=how)
    if options.get("sort"):
        orders = [np.argsort(s.estimates.b, kind="stable").tolist() for s in sections]
        sections = [
            Section(s.equation, s.heading, tuple(s.labels[i] for i in o), _ordered(s.estimates, o),
                    tuple(s.groups[i] for i in o) if s.groups else ())
            for s, o in zip(sections, orders, strict=True)
        ]  # fmt: skip
    columns = ("coef", "se", "groups") if groups else ("coef", "se", "ci")
    same = "Margins sharing a letter in the group label are not significantly different"
    same += f" at the {100 - base.level:g}% level."
    table = tables.effects_table(
        sections, columns, base, shown, adjusted=how.title, delta=delta, title=title, notes=(same,) if groups else ()
    )
    return [Blank(), table]


def pair_results(
    made: Sequence[Pairs], found: Sequence[Estimates], base: Basis, how: shared.Mcompare, command: ast.Command
) -> Stored:
    """r(): margins, comparisons and their covariances."""
    margins = stacked([t.margins for t in made])
    compared = stacked([t.comparisons for t in made])
    eq = f"{base.model.equation}:" if base.model.equation else ""
    names = tuple(f"{eq}{t.label}.{n}".replace(" ", "_") for t in made for n in t.names)
    versus = tuple(f"{eq}{t.label}.{n}".replace(" ", "") for t in made for n in t.labels)
    letter = tables.letter(base)
    own = tables.joined([estimated(t.margins, base) for t in made])
    matrices = {
        "b": Matrix(margins.estimate[None, :], ("r1",), names),
        "V": Matrix(covariance(margins, base), names, names),
        "table": tables.r_table(own, names, letter),
        "b_vs": Matrix(compared.estimate[None, :], ("r1",), versus),
        "V_vs": Matrix(covariance(compared, base), versus, versus),
        "table_vs": tables.r_table(tables.joined(found), versus, letter),
        "k_groups": Matrix(np.array([[float(len(t.names)) for t in made]]), ("r1",), tuple(t.label for t in made)),
    }
    scalars = {"k_terms": float(len(made)), "level": base.level}
    if letter == "t" and base.small is None:
        scalars["df_r"] = base.df_r
    macros = {"cmd": "pwcompare", "cmdline": command.cmdline, "est_cmd": base.stored.macros.get("cmd", ""),
              "mcmethod_vs": how.method, "mctitle_vs": how.title}  # fmt: skip
    return Stored(scalars, macros, matrices)
