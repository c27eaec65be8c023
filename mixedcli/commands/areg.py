"""areg - linear regression with one factor absorbed

    areg depvar [indepvars] [if] [in] [weight], absorb(varname) [options]

    absorb(varname)       the factor: an indicator for every value, without showing them
    vce(ols|robust|cluster clustvar), robust, cluster(clustvar)
    level(#) noheader notable coeflegend baselevels allbaselevels noomitted vsquish nofvlabel
    cformat(%fmt) pformat(%fmt) sformat(%fmt)

aweights and fweights are allowed.  Typed alone, areg shows the last results again.

Example: areg reaction days, absorb(subject)
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import display_options
from mixedcli.commands.estimation.coefrows import factor_labels
from mixedcli.commands.estimation.tablefit import TableFit, replayed
from mixedcli.data import factors, sample
from mixedcli.data.varlist import resolve
from mixedcli.engine import distributions, inference, least_squares
from mixedcli.engine.collinear import independent_columns
from mixedcli.errors import InsufficientObservations, InvalidSyntax
from mixedcli.model.regression import Regression, bind, vce_of
from mixedcli.numfmt import text
from mixedcli.results import Estimates, Floats, Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "areg",
    (
        OptionSpec("absorb", "a", "name"),
        OptionSpec("vce", "vce", "text"),
        OptionSpec("robust", "r"),
        OptionSpec("cluster", "cl", "text"),
        *display_options.OPTIONS,
    ),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Fit, or show the last results again.  Errors: r(198) without absorb(), r(301), r(2001), those of ``bind``."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    display = display_options.display(options)
    level = display.level if display.level is not None else session.settings.level
    if not body.varlist.terms:
        return replayed(session, "areg", display, level)
    if "absorb" not in options:
        raise InvalidSyntax("option absorb() required")
    absorbed = resolve(options["absorb"], session.data)
    vce = vce_of({k: options[k] for k in ("vce", "robust", "cluster") if k in options})
    if vce.kind in ("hc2", "hc3"):
        raise InvalidSyntax(f"vcetype '{options['vce']}' not allowed")
    context = expression_context(session)
    rows = sample.mask(session.data, command.condition, command.in_range, context)
    bound = bind(command, session.data, rows, context, vce=vce, panel=absorbed, weights=("aweight", "fweight"))
    assert bound.panel is not None
    data, X, y, w = _swept(bound, bound.panel)
    counted = data.weight == "fweight"
    n = float(w.sum()) if counted else float(len(y))
    ls = least_squares.fit(X, y, w)
    groups = data.panels
    k = X.shape[1] - 1
    df_r = n - k - groups
    if df_r <= 0:
        raise InsufficientObservations("insufficient observations")
    if vce.kind == "cluster":
        assert data.codes is not None
        V = least_squares.clustered(X, ls, w, data.codes, data.clusters, frequency=counted) * ((n - k - 1) / df_r)
    elif vce.kind == "robust":
        V = least_squares.robust(X, ls, w, frequency=counted) * ((n - k - 1) / df_r)
    else:
        V = ls.D * (ls.rss / df_r)
    df_t = data.clusters - 1.0 if vce.kind == "cluster" else df_r
    tss = float(w @ (data.y - w @ data.y / w.sum()) ** 2)
    facts = _facts(data, ls, V, n, df_r, df_t, tss)
    robust = vce.kind != "ols"
    above: tuple[Block, ...] = ()
    if vce.kind == "cluster":
        above = (line(f"(Std. err. adjusted for {data.clusters:,} clusters in {data.cluster})".rjust(78)),)
    footer = () if robust else _footer(data, w, ls.rss, groups, df_r, k)
    table = TableFit(
        data.depvar, data.terms, data.kept, ls.beta, V, df_t, _header(facts, absorbed, groups, df_t),
        factor_labels(data.terms, session.data), robust="Robust" if robust else "", above=above, footer=footer,
        display=replace(display, level=None),
    )  # fmt: skip
    scalars = {
        "N": n, "mss": tss - ls.rss, "tss": tss, "rss": ls.rss, "df_m": float(facts["df"]), "df_r": df_t,
        "r2": facts["r2"], "r2_a": facts["r2_a"], "rmse": facts["rmse"], "F": facts["F"], "df_a": groups - 1.0,
        "k_absorb": float(groups), "rank": float(k + 1), "ll": least_squares.log_likelihood(n, ls.rss),
        "ll_0": least_squares.log_likelihood(n, tss),
        **({"N_clust": float(data.clusters)} if vce.kind == "cluster" else {}),
    }  # fmt: skip
    macros = {
        "cmd": "areg", "cmdline": command.cmdline, "depvar": data.depvar, "absvar": absorbed,
        "vce": vce.kind, "vcetype": "Robust" if robust else "", "clustvar": data.cluster, "wtype": data.weight,
        "properties": "b V", "title": "Linear regression, absorbing indicators",
    }  # fmt: skip
    stored = Stored(scalars, {a: b for a, b in macros.items() if b}, table.matrices())
    notes = [line(t) for t in data.notes]
    return Outcome(
        blocks=(*notes, *table.blocks(display, level)),
        estimates=Estimates(stored, data.sample, table),
        r=table.r_table(level),
    )


def _swept(data: Regression, codes: NDArray[np.int64]) -> tuple[Regression, Floats, Floats, Floats]:
    """Deviations from the groups' means plus the means of all; columns that vary between groups only are left out.

    The regression comes back with the columns that stay, as they were.
    """
    w = np.ones(len(data.y)) if data.w is None else data.w
    if data.weight == "aweight":
        w = w * (len(w) / w.sum())
    size = np.bincount(codes, w, data.panels)

    def within(x: Floats) -> Floats:
        return np.asarray(x - (np.bincount(codes, w * x, data.panels) / size)[codes])

    place = {k: i for i, k in enumerate(data.kept) if k >= 0 and data.terms[i] is not None}
    swept = [within(data.X[:, k]) for k in sorted(place)]
    flat = [float(np.abs(s).max()) <= 1e-9 * max(float(np.abs(data.X[:, k]).max()), 1e-300)
            for s, k in zip(swept, sorted(place), strict=True)]  # fmt: skip
    clean = [np.zeros(len(s)) if f else s for s, f in zip(swept, flat, strict=True)]
    keep = independent_columns(clean) if clean else []
    keep = [bool(a) and not f for a, f in zip(keep, flat, strict=True)]
    kept, notes = list(data.kept), list(data.notes)
    columns: list[Floats] = []
    for k, good, s in zip(sorted(place), keep, swept, strict=True):
        i = place[k]
        term = data.terms[i]
        assert term is not None
        if good:
            kept[i] = len(columns)
            columns.append(s + float(w @ data.X[:, k]) / float(w.sum()))
        else:
            kept[i] = -1
            notes.append(f"note: {term.name} omitted because of collinearity.")
    kept[-1] = len(columns)
    plain = [data.X[:, k] for k, good in zip(sorted(place), keep, strict=True) if good]
    X, original = (np.column_stack([*c, np.ones(len(w))]) for c in (columns, plain))
    y = within(data.y) + float(w @ data.y) / float(w.sum())
    terms = tuple(
        factors.omitted(t) if t is not None and t.status == "value" and kept[i] < 0 else t
        for i, t in enumerate(data.terms)
    )
    return replace(data, X=original, kept=tuple(kept), terms=terms, notes=tuple(notes)), X, y, w


def _facts(
    data: Regression, ls: least_squares.LeastSquares, V: Floats, n: float, df_r: float, df_t: float, tss: float
) -> dict[str, float]:
    slopes = list(range(len(ls.beta) - 1))
    chi2, df, _ = inference.wald(ls.beta, V, slopes) if slopes else (math.nan, 0, ())
    r2 = 1 - ls.rss / tss if tss > 0 else math.nan
    F = chi2 / df if df else math.nan
    return {
        "N": n, "F": F, "df": df, "p": distributions.f_tail(F, df, df_t), "r2": r2,
        "r2_a": 1 - (1 - r2) * (n - 1) / df_r, "rmse": math.sqrt(ls.rss / df_r),
    }  # fmt: skip


def _header(x: dict[str, float], absorbed: str, groups: int, df_t: float) -> tuple[Block, ...]:
    """# stata: public logs of areg, version 17."""
    facts = [
        ("Number of obs", f"{x['N']:,.0f}"),
        ("No. of categories", f"{groups:,}"),
        (f"F({x['df']:.0f}, {df_t:.0f})", text(x["F"], "%9.2f").strip()),
        ("Prob > F", text(x["p"], "%6.4f")),
        ("R-squared", text(x["r2"], "%6.4f")),
        ("Adj R-squared", text(x["r2_a"], "%9.4f").strip()),
        ("Root MSE", text(x["rmse"], "%9.5g").strip()),
    ]
    width = max(len(v) for _, v in facts)
    left = ["Linear regression, absorbing indicators", f"Absorbed variable: {absorbed}", *[""] * 5]
    labels = max(len(a) for a, _ in facts)
    start = 78 - labels - 3 - width
    return tuple(line(f"{a:<{start}}{b:<{labels}} = {v:>{width}}") for a, (b, v) in zip(left, facts, strict=True))


def _footer(data: Regression, w: Floats, rss: float, groups: int, df_r: float, k: int) -> tuple[Block, ...]:
    """F of the absorbed indicators against the regression without them."""
    if groups < 2:
        return ()
    pooled = least_squares.fit(data.X, data.y, w).rss
    F = (pooled - rss) / (groups - 1) / (rss / df_r)
    p = distributions.f_tail(F, groups - 1, df_r)
    left = f"F test of absorbed indicators: F({groups - 1}, {df_r:.0f}) = {F:.3f}"
    return (line(f"{left}{f'Prob > F = {p:.3f}':>{78 - len(left)}}"),)
