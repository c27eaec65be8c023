"""contrast - contrasts and tests of factors after estimation

    contrast termlist [, options]

A term is a factor (a), an interaction (a#b, a##b), a slope by factor (a#c.x), one of these within others (a@b), or a
contrast of your own ({a 1 -.5 -.5}).  Before a factor may stand an operator; a number or (numlist) behind it chooses:

    r.   from the base level (rb3.: from level 3)      a.  ar.   from the next, the previous level
    g.   from the mean of all levels                   h.  j.    from the mean of later, earlier levels
    p.  q.   polynomials of the level's value, rank    gw. hw. jw. pw. qw.   weighted by observations

    effects | cieffects | pveffects | noeffects    each contrast, with tests and limits, limits, tests, or not
    nowald                                         without the table of joint tests
    overall                                        all terms at once as well
    mcompare(noadjust | bonferroni | sidak | scheffe [adjustall])
    small            after mixed with dfmethod(): its degrees of freedom      df(#)  # degrees of freedom
    asobserved       other factors as in the sample, not balanced             emptycells(strict | reweight)
    lincom           contrasts of your own need not sum to zero               post   they become the results
    level(#) vsquish nofvlabel cformat(%fmt) pformat(%fmt) sformat(%fmt)

Continuous covariates that are not in the term are at 0, other factors balanced.

Examples: contrast r.drug, small
          contrast treat#time
          contrast r.treat@time, effects mcompare(bonferroni)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import tables
from mixedcli.commands.marginal.balanced import Balance, cells_of, facts
from mixedcli.commands.marginal.contrasting import contrasts_of
from mixedcli.commands.marginal.inference import Basis, Quantities, WaldTest, basis, covariance, estimated, wald
from mixedcli.commands.marginal.labels import value_labels
from mixedcli.commands.marginal.posting import posted
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.commands.marginal.tables import Section, Tested
from mixedcli.commands.marginal.termlist import ContrastTerm, terms_of
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import KEEP, Outcome, Session

EFFECTS = (
    OptionSpec("effects", "eff", no=True),
    OptionSpec("cieffects", "ci"),
    OptionSpec("pveffects", "pv"),
    OptionSpec("wald", "wald", no=True),
    OptionSpec("overall", "overall"),
    OptionSpec("lincom", "lincom"),
)
SPEC = CommandSpec(
    "contrast",
    (
        *EFFECTS,
        *shared.DISPLAY,
        OptionSpec("mcompare", "mcomp", "text"),
        OptionSpec("small", "small"),
        OptionSpec("df", "df", "real"),
        OptionSpec("asobserved", "asobs"),
        OptionSpec("asbalanced", "asbal"),
        OptionSpec("emptycells", "empty", "name"),
        OptionSpec("noatlevels", "noatlevels"),
        OptionSpec("atequations", "ateq"),
        OptionSpec("post", "post"),
    ),
)
METHODS = ("noadjust", "bonferroni", "sidak", "scheffe")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate and test the contrasts.  Errors: r(100), r(198), r(301), r(322)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    shown = shared.shown(session, options)
    base = basis(session, "contrast", shown.level, small=bool(options.get("small")), df=options.get("df"))
    if not body.text.strip():
        raise VarlistRequired("varlist required")
    how = shared.mcompare(options.get("mcompare"), METHODS)
    terms = terms_of(body.text, base.model, contrast=True, lincom=bool(options.get("lincom")))
    sampled = Sampled(session, base.model)
    balance = balance_of(options, base)
    texts = value_labels(session, base.model) if shown.fvlabel else {}
    made: list[Tested] = []
    for term in terms:
        weighted = any(e.operator.endswith("w") for e in term.main)
        known = facts(term.keys, base.model, sampled, weighted=weighted)
        cells = cells_of(term.keys, term.numbers, base, sampled, balance)
        made.append(tables.tested(base.model.equation, contrasts_of(term, known, texts), cells, base))
    overall = None
    if options.get("overall"):
        overall = wald(stacked([t.quantities for t in made]), base)
    observed = bool(options.get("asobserved"))
    head: list[Block] = [
        Blank(), line("Contrasts of marginal linear predictions"), Blank(),
        line(f"Margins: {'asobserved' if observed else 'asbalanced'}"),
    ]  # fmt: skip
    blocks = contrast_blocks(made, terms, options, base, how, shown, overall, delta=False)
    r = results(made, base, how, overall, command)
    estimates: Estimates = KEEP
    if options.get("post"):
        estimates = posted(session, r, "contrast", (*head, *blocks))
    return Outcome(blocks=(*head, *blocks), r=r, estimates=estimates)


def balance_of(options: Options, base: Basis) -> Balance:
    """asobserved and emptycells().  Errors: r(198)."""
    if options.get("asobserved") and options.get("asbalanced"):
        raise InvalidSyntax("options asobserved and asbalanced may not be combined")
    empty = options.get("emptycells", "strict")
    if empty not in ("strict", "reweight"):
        raise InvalidSyntax("option emptycells() incorrectly specified")
    observed = frozenset(base.model.factors) if options.get("asobserved") else frozenset()
    return Balance(observed, empty == "reweight")


def stacked(parts: list[Quantities]) -> Quantities:
    """Quantities one below the other."""
    return Quantities(
        np.concatenate([p.estimate for p in parts]),
        np.vstack([p.gradient for p in parts]),
        np.concatenate([p.estimable for p in parts]),
    )


def columns_of(options: Options, default: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the table of effects; degrees of freedom of its own only beside tests or limits alone."""
    if options.get("effects") or (options.get("pveffects") and options.get("cieffects")):
        return ("coef", "se", "stat", "p", "ci")
    df = ("df",) if options.get("small") else ()
    if options.get("pveffects"):
        return ("coef", "se", *df, "stat", "p")
    return ("coef", "se", *df, "ci") if options.get("cieffects") or "ci" in default else default


def contrast_blocks(
    made: list[Tested],
    terms: list[ContrastTerm],
    options: Options,
    base: Basis,
    how: shared.Mcompare,
    shown: shared.Shown,
    overall: WaldTest | None,
    *,
    delta: bool,
    title: str = "Contrast",
    above: str = "",
    notes: tuple[str, ...] = (),
) -> list[Block]:
    """The Wald table and that of effects, which comes unasked where a term has an operator."""
    blocks: list[Block] = []
    adjust = how.method != "noadjust"
    if options.get("wald", True) is not False:
        blocks += [Blank(), tables.wald_table(made, base, how, shown, overall)]
    asked = any(options.get(n) for n in ("effects", "cieffects", "pveffects"))
    if options.get("effects") is False or not (asked or any(any(e.named for e in t.main) for t in terms)):
        return blocks
    if adjust:
        blocks += tables.counts([(t.equation, t.contrasts.label, len(t.contrasts.labels)) for t in made], shown)
    sections = [
        Section(t.equation, t.contrasts.label, t.contrasts.labels, estimated(t.quantities, base, how.method, family))
        for t, family in zip(made, tables.families(made, how), strict=True)
    ]
    table = tables.effects_table(
        sections, columns_of(options, ("coef", "se", "ci")), base, shown,
        adjusted=how.title if adjust else "", delta=delta, title=title, above=above,
        notes=notes,
    )  # fmt: skip
    return [*blocks, Blank(), table]


def results(
    made: list[Tested], base: Basis, how: shared.Mcompare, overall: WaldTest | None, command: ast.Command
) -> Stored:
    """r(): contrasts with their covariances, the table, the tests."""
    whole = stacked([t.quantities for t in made])
    names = tuple(contrast_names(made))
    V = covariance(whole, base)
    parts = [
        estimated(t.quantities, base, how.method, family)
        for t, family in zip(made, tables.families(made, how), strict=True)
    ]
    tests = [x for t in made for x in t.tests] + ([overall] if overall is not None else [])
    labels = tuple(
        f"{t.contrasts.label}:{g.label if i < len(t.contrasts.groups) else 'Joint'}".replace(" ", "_").rstrip(":")
        for t in made
        for i, g in enumerate([*t.contrasts.groups, *([t.contrasts.groups[0]] if t.contrasts.joint else [])])
    ) + (("Overall",) if overall is not None else ())
    f = tables.letter(base) == "t"

    def row(values: list[float], name: str) -> Matrix:
        return Matrix(np.array([values], dtype=float), (name,), labels)

    matrices = {
        "b": Matrix(whole.estimate[None, :], ("r1",), names),
        "V": Matrix(V, names, names),
        "table": tables.r_table(tables.joined(parts), names, tables.letter(base)),
        "F" if f else "chi2": row([x.statistic for x in tests], "F" if f else "chi2"),
        "df": row([float(x.df) for x in tests], "df"),
        "p": row([x.p for x in tests], "p"),
        "L": Matrix(whole.gradient, names, base.stored.matrices["b"].colnames),
    }
    if base.small is not None:
        matrices["df2"] = row([x.ddf for x in tests], "df2")
    scalars = {"k_terms": float(len(made)), "level": base.level}
    if tables.letter(base) == "t" and base.small is None:
        scalars["df_r"] = base.df_r
    macros = {"cmd": "contrast", "cmdline": command_text(command), "est_cmd": base.stored.macros.get("cmd", ""),
              "mcmethod": how.method, "mctitle": how.title}  # fmt: skip
    return Stored(scalars, macros, matrices)


def contrast_names(made: list[Tested]) -> list[str]:
    """Columns of r(b); unverified: Stata's own names of contrasts, which carry the operators in each level."""
    out: list[str] = []
    for t in made:
        for k, label in enumerate(t.contrasts.labels):
            name = f"{t.equation}:" if t.equation else ""
            name += f"{t.contrasts.label}{label}".replace(" ", "")
            out.append(name if name not in out else f"{name}{k}")
    return out


def command_text(command: ast.Command) -> str:
    """As typed, without prefixes."""
    assert command.span is not None
    return " ".join(command.text[command.span.start : command.span.end].split())
