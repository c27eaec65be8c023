"""xtreg - linear regression with panel effects

    xtreg depvar [indepvars] [if] [in] [, re | fe | be | mle] [options]

    re      random effects by feasible GLS (the default); theta shows how far means are subtracted
    fe      fixed effects: deviations from the panels' means
    be      regression on the panels' means
    mle     random effects by maximum likelihood, as mixed depvar indepvars || panelvar:

    i(panelvar)                                     the panels, unless xtset names them
    vce(conventional|robust|cluster clustvar), robust, cluster(clustvar)   robust is clustered by panel
    level(#) noheader notable coeflegend baselevels allbaselevels noomitted vsquish nofvlabel nolog
    cformat(%fmt) pformat(%fmt) sformat(%fmt)

Example: xtset subject
         xtreg reaction days, fe
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import display_options, xtreg_fit, xtreg_mle
from mixedcli.commands.estimation.coefrows import factor_labels
from mixedcli.commands.estimation.tablefit import replayed
from mixedcli.commands.estimation.xtreg_fit import Asked
from mixedcli.data import sample
from mixedcli.data.varlist import resolve
from mixedcli.errors import DataAssumption, InvalidSyntax
from mixedcli.model.regression import Vce, bind, vce_of
from mixedcli.results import Estimates
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "xtreg",
    (
        OptionSpec("re", "re"),
        OptionSpec("fe", "fe"),
        OptionSpec("be", "be"),
        OptionSpec("mle", "mle"),
        OptionSpec("ml", "ml"),
        OptionSpec("i", "i", "name"),
        OptionSpec("theta", "th"),
        OptionSpec("vce", "vce", "text"),
        OptionSpec("robust", "r"),
        OptionSpec("cluster", "cl", "text"),
        OptionSpec("log", "log", no=True),
        *display_options.OPTIONS,
    ),
    allows=frozenset({"if", "in"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit, or show the last results again.  Errors: r(459) without a panel variable, those of ``bind``."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    display = display_options.display(options)
    level = display.level if display.level is not None else session.settings.level
    if not body.varlist.terms:
        return replayed(session, "xtreg", display, level)
    model = _model(options)
    panel = _panel(session, options)
    vce = vce_of({k: options[k] for k in ("vce", "robust", "cluster") if k in options})
    if vce.kind in ("hc2", "hc3") or (model in ("mle", "be") and vce.kind != "ols"):
        raise InvalidSyntax(f"vcetype '{options.get('vce', vce.kind)}' not allowed")
    if vce.kind == "robust":
        vce = Vce("cluster", panel)
    context = expression_context(session)
    selected = sample.mask(session.data, command.condition, command.in_range, context)
    bound = bind(command, session.data, selected, context, vce=vce, panel=panel, weights=())
    asked = Asked(
        model, panel, vce, bool(options.get("theta")), factor_labels(bound.terms, session.data), command.cmdline
    )
    made = xtreg_mle.fit(bound, asked) if model == "mle" else xtreg_fit.fit(bound, asked)
    table = replace(made.table, display=replace(display, level=None))
    notes: list[Block] = [line(text) for text in made.notes]
    log = made.log if options.get("log", True) else ()
    return Outcome(
        blocks=(*notes, *log, *table.blocks(display, level)),
        estimates=Estimates(made.stored, bound.sample, table),
        r=table.r_table(level),
    )


def _model(options: Options) -> str:
    given = [m for m in ("re", "fe", "be", "mle", "ml") if m in options]
    if len(given) > 1 and set(given) != {"mle", "ml"}:
        raise InvalidSyntax(f"options {given[0]} and {given[1]} may not be combined")
    return {"ml": "mle"}.get(given[0], given[0]) if given else "re"


def _panel(session: Session, options: Options) -> str:
    if "i" in options:
        return resolve(options["i"], session.data)
    settings = session.data.settings
    if settings is None or not settings.panel:
        raise DataAssumption("must specify panelvar; use xtset")
    return settings.panel
