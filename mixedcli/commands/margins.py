"""margins - predictions, slopes and differences averaged over the data

    margins [marginlist] [if] [in] [weight] [, options]

The marginlist names factors and interactions of the model (a, a#b, a##b): the prediction with everyone at that level.
With contrast operators (r.a, ar.a@b) margins are compared, as contrast does.

    at(x=(0 5 10) a=1 (mean) z)      covariates held at values; statistics: mean median min max p# zero base
                                     asobserved asbalanced; x=gen(exp); repeated for several scenarios
    atmeans  asbalanced              all at their means; factors balanced
    over(varlist)                    separately in groups of observations
    dydx(varlist) eyex() dyex() eydx()   slopes and elasticities; of factors, the change from the base level
    predict(xb)  expression(exp)     of what: the linear prediction, or an expression in predict() and _b[]
    grand                            the overall margin too
    contrast[(options)]              with effects, cieffects, pveffects, nowald, overall, atcontrast(op._at)
    pwcompare[(options)]             pairwise comparisons: effects, cieffects, pveffects, cimargins, groups, sort
    mcompare(method)                 noadjust, bonferroni, sidak, scheffe
    subpop([varname] [if exp])  noesample  noweights  noestimcheck  nose  df(#)
    post                             the margins become the results      saving(file[, replace])   to a data set
    coeflegend  noatlegend  nopvalues  noci  vsquish  nofvlabel  level(#)  cformat() pformat() sformat()

Standard errors are by the delta method, for the covariates as they are in the sample.

Examples: margins group, at(week=(0(2)10)) vsquish
          margins, dydx(age) over(sex)
          margins r.treat, at(week=(0 4)) contrast(effects)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Note
from mixedcli.blocks.margins import AtRow, MarginsHeader
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.marginal import compare, margintable, plan, results, saving
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal.asked import Asked, asked, scope
from mixedcli.commands.marginal.inference import Basis, basis, estimated
from mixedcli.commands.marginal.labels import value_labels, variable_labels
from mixedcli.commands.marginal.margintable import Frame
from mixedcli.commands.marginal.posting import posted
from mixedcli.commands.marginal.sampling import Sampled
from mixedcli.commands.marginal.scenarios import Population, all_fixed, legend
from mixedcli.engine.comparisons import Family
from mixedcli.model.linearmodel import Key, text_of
from mixedcli.model.marginrows import Setting, Shares, null_space
from mixedcli.results import Floats
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "margins",
    (
        OptionSpec("at", "at", "text", repeat=True),
        OptionSpec("atmeans", "atmeans"),
        OptionSpec("asbalanced", "asbal"),
        OptionSpec("over", "over", "text"),
        OptionSpec("within", "within", "text"),
        OptionSpec("subpop", "subpop", "text"),
        OptionSpec("dydx", "dydx", "text"),
        OptionSpec("eyex", "eyex", "text"),
        OptionSpec("dyex", "dyex", "text"),
        OptionSpec("eydx", "eydx", "text"),
        OptionSpec("continuous", "cont"),
        OptionSpec("predict", "pr", "text"),
        OptionSpec("expression", "exp", "expr"),
        OptionSpec("grand", "grand"),
        OptionSpec("contrast", "contrast", "text", optional=True),
        OptionSpec("pwcompare", "pwcomp", "text", optional=True),
        OptionSpec("mcompare", "mcomp", "text"),
        OptionSpec("esample", "esample", no=True),
        OptionSpec("weights", "weights", no=True),
        OptionSpec("se", "se", no=True),
        OptionSpec("estimcheck", "estimcheck", no=True),
        OptionSpec("emptycells", "empty", "name"),
        OptionSpec("estimtolerance", "estimtol", "real"),
        OptionSpec("vce", "vce", "name"),
        OptionSpec("df", "df", "real"),
        OptionSpec("post", "post"),
        OptionSpec("saving", "saving", "text"),
        OptionSpec("coeflegend", "coefl"),
        OptionSpec("atlegend", "atlegend", no=True),
        OptionSpec("pvalues", "pvalues", no=True),
        OptionSpec("ci", "ci", no=True),
        OptionSpec("force", "force"),
        OptionSpec("chainrule", "chain", no=True),
        *shared.DISPLAY,
    ),
    allows=frozenset({"if", "in", "weight"}),
)
_WORD = {"dydx": "dy/dx", "eyex": "ey/ex", "dyex": "dy/ex", "eydx": "ey/dx"}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate the margins.  Errors: r(111), r(198), r(301), r(322), r(2000)."""
    shown = shared.shown(session, options)
    base = basis(session, "margins", shown.level, df=options.get("df"))
    want = asked(session, command, options, base)
    area = scope(session, command, options, base, want)
    population, frame = area.population, area.frame
    balanced = _balanced(base, options)
    responses = _responses(base, population, want, options)
    sampled = Sampled(session, base.model)

    @cache
    def open_directions() -> Floats:
        averages = sampled.averages if sampled.averages is not None else population.averages
        return null_space(base.model, averages)

    blocks = []
    for response in responses:
        for term in want.terms:
            cells = plan.cells_of(term, base.model, contrast=want.mode == "contrast")
            found = plan.computed(response, cells, want.scenarios, population, balanced)
            if options.get("estimcheck", True) is not False:
                found = plan.checked(found, base.model, population, open_directions)
            blocks.append(margintable.Block(response, cells, found))
    nose = options.get("se", True) is False
    estimates = [
        estimated(
            b.quantities, base, want.how.method if want.mode == "margins" else "noadjust",
            Family(len(b.quantities.estimate), len(b.quantities.estimate)), nose=nose or b.response.base,
        )
        for b in blocks
    ]  # fmt: skip
    head = _header(session, base, want, options, population, frame, balanced)
    title = _WORD[want.kind] if want.kind else "Margin"
    # the slope in a level's indicator is the change from the base, whose coefficients are 0
    notes = () if options.get("continuous") else _notes(want, base)
    columns = _columns(options)
    labels = _labels(session, base, frame) if shown.fvlabel else {}
    made: list[Block] = [Blank()]
    if want.mode == "margins":
        if want.ignored:
            # stata: a published log, for pwcompare
            what = "pairwise comparisons" if want.ignored == "pwcompare" else "contrasts"
            made.insert(
                0, Note(f"note: ignoring {want.ignored} options because there are no margins for making {what}.")
            )
        table = margintable.table(
            blocks,
            estimates,
            frame,
            labels,
            base,
            shown,
            title=title,
            columns=columns,
            notes=notes,
            adjusted="" if want.how.method == "noadjust" else want.how.title,
        )
        made += [head, Blank(), table]
        r = results.plain(session, command, base, want, area, blocks, estimates, head.title)
    else:
        tables_, r = compare.compared(session, command, base, want, area, blocks, labels, shown, title, notes)
        made += [head, *tables_]
        r = results.merged(results.plain(session, command, base, want, area, blocks, estimates, head.title), r)
    if "saving" in options:
        made += saving.saved(session, options["saving"], base, want, area, blocks, estimates)
    posting = posted(session, r, "margins", tuple(made)) if options.get("post") else KEEP
    return Outcome(blocks=tuple(made), r=r, estimates=posting)


def _columns(options: Options) -> tuple[str, ...]:
    if options.get("coeflegend"):
        return ("coef", "legend")
    columns = ["coef", "se"]
    if options.get("pvalues", True) is not False:
        columns += ["stat", "p"]
    if options.get("ci", True) is not False:
        columns.append("ci")
    return tuple(columns)


def _balanced(base: Basis, options: Options) -> dict[Key, Setting]:
    """asbalanced: every factor that nothing else sets has equal shares of its levels."""
    if not options.get("asbalanced"):
        return {}
    return {k: Shares({v: 1.0 / len(x) for v in x}, "asbalanced") for k, x in base.model.factors.items()}


def _responses(base: Basis, population: Population, want: Asked, options: Options) -> list[plan.Response]:
    if want.kind:
        return plan.effects(base, population, want.derivatives, want.kind, want.levels)
    return plan.prediction(base, population, want.expression)


def _labels(session: Session, base: Basis, frame: Frame) -> dict[str, Mapping[int, str]]:
    """Value labels by variable."""
    labels: dict[str, Mapping[int, str]] = {k[0]: v for k, v in value_labels(session, base.model).items()}
    for key in frame.over:
        labels.setdefault(key[0], variable_labels(session, key[0]))
    return labels


def _notes(want: Asked, base: Basis) -> tuple[str, ...]:
    if want.kind and any(k in base.model.factors for k in want.derivatives):
        return (f"{_WORD[want.kind]} for factor levels is the discrete change from the base level.",)
    return ()


def _header(
    session: Session, base: Basis, want: Asked, options: Options, population: Population, frame: Frame,
    balanced: Mapping[Key, Setting],
) -> MarginsHeader:  # fmt: skip
    """Title, observations and legends."""
    held = [k for t in want.terms if t is not None for k in t.keys]
    held = [k for k in held if all(t is not None and k in t.keys for t in want.terms)]
    fixed = bool(base.model.covariates) and all_fixed(want.scenarios, [*held, *balanced], base.model)
    if want.kind:
        what = f"{'Conditional' if fixed else 'Average'} marginal effects"
    else:
        what = "Adjusted predictions" if fixed else "Predictive margins"
    lead = {"contrast": "Contrasts of ", "pwcompare": "Pairwise comparisons of "}.get(want.mode, "")
    title = lead + (what[0].lower() + what[1:] if lead else what)
    legends = [("Expression", want.label)]
    if want.kind:
        names = []
        for key in want.derivatives:
            levels = base.model.factors.get(key)
            own = text_of(key)
            if levels is None:
                names.append(own)
                continue
            some = want.levels.get(key, set(levels)) - {base.model.bases[key]}
            names += [f"{v}.{own}" for v in levels if v in some]
        legends.append((f"{_WORD[want.kind]} wrt", " ".join(names)))
    if frame.over:
        legends.append(("Over", " ".join(text_of(k) for k in frame.over)))
    scenarios: tuple[tuple[AtRow, ...], ...] = ()
    if options.get("atlegend", True) is not False:
        scenarios = _legends(want, population, frame, base, balanced)
    macros = base.stored.macros
    known = {"ols": "OLS", "conventional": "Conventional"}
    if macros.get("cmd", "") not in ("mixed", "xtmixed"):
        known["oim"] = "OIM"
    vce = macros.get("vcetype", "") or known.get(macros.get("vce", ""), "")
    return MarginsHeader(title, population.size, vce, tuple(legends), scenarios)


def _legends(
    want: Asked, population: Population, frame: Frame, base: Basis, balanced: Mapping[Key, Setting]
) -> tuple[tuple[AtRow, ...], ...]:
    """One legend for each scenario; statistics that differ between groups are listed by group."""
    out: list[tuple[AtRow, ...]] = []
    extra = tuple(AtRow(text_of(k), note="asbalanced") for k in balanced)
    for wishes in want.scenarios:
        if not population.varies(wishes):
            out.append(legend(wishes, population.scenario(wishes, 0), base.model) + extra)
            continue
        rows: list[AtRow] = []
        for g, group in enumerate(frame.groups):
            # unverified: layout of statistics by group
            heading = "#".join(f"{v}.{k[0]}" for v, k in zip(group, frame.over, strict=True))
            rows.append(AtRow(heading, note="group"))
            rows += legend(wishes, population.scenario(wishes, g), base.model)
        out.append((*rows, *extra))
    return tuple(out) if any(out) else ()
