"""pwcompare - pairwise comparisons of the levels of factors after estimation

    pwcompare termlist [, options]

Every level of a factor (a), or cell of an interaction (a#b), is compared with every other; a#c.x compares slopes.

    (nothing)        differences with confidence limits     effects     with tests and limits
    pveffects        with tests                             cieffects   with limits
    cimargins        the margins with limits
    groups           the margins with letters: two that share one do not differ
    sort             in order of the margins or differences
    mcompare(noadjust | bonferroni | sidak | scheffe [adjustall])
    mcompare(tukey | snk | duncan | dunnett)                after regress and anova only
    small            after mixed with dfmethod(): its degrees of freedom      df(#)  # degrees of freedom
    asobserved       other factors as in the sample, not balanced             emptycells(strict | reweight)
    post             they become the results
    level(#) vsquish nofvlabel cformat(%fmt) pformat(%fmt) sformat(%fmt)

Example: pwcompare drug, small effects mcompare(bonferroni)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.contrast import balance_of, columns_of, command_text, stacked
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import pairing, tables
from mixedcli.commands.marginal.balanced import cells_of
from mixedcli.commands.marginal.cells import cell_texts
from mixedcli.commands.marginal.inference import Basis, Estimates, basis, covariance, estimated
from mixedcli.commands.marginal.labels import value_labels
from mixedcli.commands.marginal.pairing import Pairs
from mixedcli.commands.marginal.posting import posted
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.commands.marginal.tables import Section
from mixedcli.commands.marginal.termlist import terms_of
from mixedcli.engine.comparisons import METHODS, RANGE
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.results import Matrix, Stored
from mixedcli.session import KEEP, Outcome, Session

COMPARED = (
    OptionSpec("effects", "eff"),
    OptionSpec("cieffects", "ci"),
    OptionSpec("pveffects", "pv"),
    OptionSpec("cimargins", "cim"),
    OptionSpec("groups", "gr"),
    OptionSpec("sort", "sort"),
)
SPEC = CommandSpec(
    "pwcompare",
    (
        *COMPARED,
        *shared.DISPLAY,
        OptionSpec("mcompare", "mcomp", "text"),
        OptionSpec("small", "small"),
        OptionSpec("df", "df", "real"),
        OptionSpec("asobserved", "asobs"),
        OptionSpec("asbalanced", "asbal"),
        OptionSpec("emptycells", "empty", "name"),
        OptionSpec("post", "post"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Compare.  Errors: r(100), r(198), r(301), r(322)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    shown = shared.shown(session, options)
    base = basis(session, "pwcompare", shown.level, small=bool(options.get("small")), df=options.get("df"))
    if not body.text.strip():
        raise VarlistRequired("varlist required")
    how = shared.mcompare(options.get("mcompare"), tuple(METHODS))
    shared.allowed(how, base)
    sampled = Sampled(session, base.model)
    balance = balance_of(options, base)
    texts = value_labels(session, base.model) if shown.fvlabel else {}
    made: list[Pairs] = []
    for term in terms_of(body.text, base.model, contrast=True):
        if term.operated:
            raise InvalidSyntax("contrast operators are not allowed")  # unverified: words
        cells = cells_of(term.keys, term.numbers, base, sampled, balance)
        names = cell_texts([(k, base.model.factors[k]) for k in term.keys], texts)
        made.append(pairing.pairs_of(base.model.equation, term.label, cells, names, how))
    found = pairing.compared(made, base, how)
    margins = "asobserved" if options.get("asobserved") else "asbalanced"
    head: list[Block] = [
        Blank(), line("Pairwise comparisons of marginal linear predictions"), Blank(), line(f"Margins: {margins}"),
    ]  # fmt: skip
    notes: tuple[str, ...] = ()
    # stata: notes on its updates: Tukey and Kramer's method takes unequal counts, the others do not
    if how.method in RANGE and how.method != "tukey" and _unbalanced(made, sampled, base):
        factors = "A factor was" if len(made) == 1 else "One or more factors were"
        notes = (
            f"The {how.method} method requires balanced data for proper level coverage. "
            f"{factors} found to be unbalanced.",
        )
    blocks = comparison_blocks(made, found, options, base, how, shown, delta=False, notes=notes)
    r = results(made, found, base, how, command)
    estimates = posted(session, r, "pwcompare", (*head, *blocks)) if options.get("post") else KEEP
    return Outcome(blocks=(*head, *blocks), r=r, estimates=estimates)


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


def _unbalanced(made: Sequence[Pairs], sampled: Sampled, base: Basis) -> bool:
    """Whether levels of a compared factor occur unequally often."""
    if sampled.averages is None:
        return False
    named = {n for t in made for n in t.label.split("#")}
    for key, levels in base.model.factors.items():
        if key[0] in named:
            shares = [sampled.share(key, v) for v in levels]
            if max(shares) - min(shares) > 1e-12:
                return True
    return False


def results(
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
    macros = {"cmd": "pwcompare", "cmdline": command_text(command), "est_cmd": base.stored.macros.get("cmd", ""),
              "mcmethod_vs": how.method, "mctitle_vs": how.title}  # fmt: skip
    return Stored(scalars, macros, matrices)
