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

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal import pairing
from mixedcli.commands.marginal.balanced import balance_of, cells_of
from mixedcli.commands.marginal.cells import cell_texts
from mixedcli.commands.marginal.inference import Basis, basis
from mixedcli.commands.marginal.labels import value_labels
from mixedcli.commands.marginal.paired import comparison_blocks, pair_results
from mixedcli.commands.marginal.pairing import Pairs
from mixedcli.commands.marginal.posting import posted
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.commands.marginal.termlist import terms_of
from mixedcli.engine.comparisons import METHODS, RANGE
from mixedcli.errors import InvalidSyntax, VarlistRequired
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "pwcompare",
    (
        *shared.PAIRS,
        *shared.DISPLAY,
        *shared.COMPARING,
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
    r = pair_results(made, found, base, how, command)
    estimates = posted(session, r, "pwcompare", (*head, *blocks)) if options.get("post") else KEEP
    return Outcome(blocks=(*head, *blocks), r=r, estimates=estimates)


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
