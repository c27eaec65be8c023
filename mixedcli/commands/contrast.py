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

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import tables
from mixedcli.commands.marginal.balanced import balance_of, cells_of, facts
from mixedcli.commands.marginal.contrasted import contrast_blocks, contrast_results
from mixedcli.commands.marginal.contrasting import contrasts_of
from mixedcli.commands.marginal.inference import (
    basis,
    stacked,
    wald,
)
from mixedcli.commands.marginal.labels import value_labels
from mixedcli.commands.marginal.posting import posted
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.commands.marginal.tables import Tested
from mixedcli.commands.marginal.termlist import terms_of
from mixedcli.errors import VarlistRequired
from mixedcli.results import Estimates
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "contrast",
    (
        *shared.CONTRASTS,
        *shared.DISPLAY,
        *shared.COMPARING,
        OptionSpec("noatlevels", "noatlevels"),
        OptionSpec("atequations", "ateq"),
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
    r = contrast_results(made, base, how, overall, command)
    estimates: Estimates = KEEP
    if options.get("post"):
        estimates = posted(session, r, "contrast", (*head, *blocks))
    return Outcome(blocks=(*head, *blocks), r=r, estimates=estimates)
