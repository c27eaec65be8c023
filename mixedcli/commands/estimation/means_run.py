"""mean, total and proportion: from the command to the fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.estimation.means_fit import Label, MeansFit, means
from mixedcli.commands.sampling import Used, known, used_rows, variables
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.data.grouping import grouped
from mixedcli.errors import InsufficientObservations, InvalidSyntax, LastEstimatesNotFound, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.model.groups import group_codes, missing_groups
from mixedcli.model.regression import vce_of
from mixedcli.results import Estimates, Floats, Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("over", "o", "varlist"),
    OptionSpec("vce", "vce", "text"),
    OptionSpec("cluster", "cl", "name"),
    OptionSpec("level", "l", "real"),
    OptionSpec("header", "head", no=True),
    OptionSpec("coeflegend", "coefl"),
    OptionSpec("nolegend", "nol"),
    OptionSpec("label", "label", no=True),
)


@frozen
class Over:
    """The groups of over(): names of the variables, codes of every row of the sample, levels as (value, text)."""

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    levels: tuple[tuple[tuple[int, ...], tuple[str, ...]], ...]


def estimated(session: Session, command: ast.Command, options: Options, kind: str) -> Outcome:
    """Errors: r(109), r(111), r(198), r(301), r(2000), r(2001)."""
    names = variables(session, command)
    level = options.get("level", session.settings.level)
    if not names:
        last = session.estimates
        if last is None or last.stored.macros.get("cmd") != kind or not isinstance(last.fit, MeansFit):
            raise LastEstimatesNotFound("last estimates not found")
        return Outcome(blocks=last.fit.replay(level), r=last.fit.r_table(level))
    data = session.data
    used = used_rows(session, command, ("fweight", "aweight", "pweight", "iweight"))
    by = varlist.names(options["over"], data) if "over" in options else ()
    cluster = _cluster(options, data)
    for name in by:
        if data.column(name).is_string:
            raise TypeMismatch(f"string variables not allowed in varlist;\n{name} is a string variable")
    rows = known(data, (*names, *by), used.rows)
    if cluster:
        rows = rows & ~missing_groups(data.column(cluster))
    fit, size = _fit(data, names, rows, used, _over(data, by, rows), kind, cluster, options)
    macros = {
        "cmdline": command.cmdline, "cmd": kind, "title": f"{kind.capitalize()} estimation",
        "varlist": " ".join(names), "over": " ".join(by), "vce": "cluster" if cluster else "analytic",
        "clustvar": cluster, "wtype": used.weight, "depvar": kind.capitalize(), "properties": "b V",
    }  # fmt: skip
    scalars = {"N": fit.n, "df_r": fit.df, "N_over": float(size), "k_eq": 1.0, "rank": float(len(fit.b))}
    if cluster:
        scalars["N_clust"] = float(fit.clusters)
    stored = Stored(scalars, {k: v for k, v in macros.items() if v}, fit.matrices())
    blocks = (*used.notes, *fit.replay(level))
    return Outcome(blocks=blocks, estimates=Estimates(stored, rows, fit), r=fit.r_table(level))


def _cluster(options: Options, data: Dataset) -> str:
    if "cluster" in options:
        return varlist.resolve(options["cluster"], data)
    words = (options.get("vce") or "analytic").split()
    if words == ["analytic"]:
        return ""
    vce = vce_of({"vce": options["vce"]})
    if vce.kind != "cluster":
        raise InvalidSyntax(f"vcetype '{options['vce']}' not allowed")
    return varlist.resolve(vce.cluster, data)


def _over(data: Dataset, names: tuple[str, ...], rows: NDArray[np.bool_]) -> Over:
    if not names:
        return Over((), np.zeros(int(rows.sum()), dtype=np.int64), (((), ()),))
    groups = grouped(data.rows(rows), names)
    levels = []
    here = data.rows(rows)
    for first in groups.first.tolist():
        values = tuple(float(here.numeric(n)[first]) for n in names)
        texts = []
        for name, value in zip(names, values, strict=True):
            labels = data.value_labels.get(data.column(name).value_label, {})
            texts.append(labels.get(value, f"{value:g}"))
        levels.append((tuple(int(v) for v in values), tuple(texts)))
    return Over(names, groups.member.astype(np.int64), tuple(levels))


def _fit(
    data: Dataset, names: tuple[str, ...], rows: NDArray[np.bool_], used: Used, over: Over, kind: str, cluster: str,
    options: Options,
) -> tuple[MeansFit, int]:  # fmt: skip
    m = int(rows.sum())
    w = used.weights(rows)
    weight = used.weight
    v = np.ones(m) if w is None else w * (m / w.sum()) if weight == "aweight" and kind != "total" else w
    counted = weight in ("fweight", "iweight")
    n = float(v.sum()) if counted else float(m)
    if n < 2:
        raise InsufficientObservations("insufficient observations")
    y, labels = _columns(data, names, rows, over, kind)
    groups = len(over.levels)
    b, z, size = means(y, over.codes, groups, v, totals=kind == "total")
    df = n - 1
    clusters = 0
    if cluster:
        codes, clusters = group_codes(data.column(cluster), rows)
        if clusters < 2:
            raise InsufficientObservations("insufficient observations")
        sums = np.zeros((clusters, z.shape[1]))
        np.add.at(sums, codes, z)
        V = _centred(sums) * (clusters / (clusters - 1))
        df = clusters - 1.0
    elif weight == "pweight":
        V = _centred(z) * (m / (m - 1))
    elif kind == "total":
        own = z if w is None or not counted else z / v[:, None]
        V = _centred(own, v if counted else None) * (n / (n - 1))
    else:
        V = _sampled(z, v, over.codes, groups, size, y.shape[1], aweights=weight == "aweight", kind=kind)
    citype = options.get("citype", "logit")
    if citype not in ("logit", "normal", "wald"):
        raise InvalidSyntax(f"citype({citype}) not allowed")  # other limits are not known here
    fit = MeansFit(
        kind.capitalize(), labels, b, V, df, n, clusters=clusters, cluster=cluster,
        robust=bool(cluster), logit=kind == "proportion" and citype == "logit",
        header=options.get("header", True), legend=bool(options.get("coeflegend")),
    )  # fmt: skip
    return fit, groups


def _centred(z: Floats, w: Floats | None = None) -> Floats:
    """Sum of products of z about its mean; means of deviations are 0 already."""
    if w is None:
        d = z - z.mean(axis=0)
        return np.asarray(d.T @ d)
    d = z - (w @ z) / w.sum()
    return np.asarray((d * w[:, None]).T @ d)


def _sampled(
    z: Floats, v: Floats, g: NDArray[np.int64], groups: int, size: Floats, k: int, *, aweights: bool,
    kind: str,
) -> Floats:  # fmt: skip
    """Covariances of means within groups: s^2 / n of each group; of proportions p (1 - p) / n."""
    # sum of w d d' over the rows of a group is S; z = w d / size
    S = (z / np.sqrt(v)[:, None]).T @ (z / np.sqrt(v)[:, None])
    n = np.bincount(g, minlength=groups).astype(float) if aweights else size
    scale = np.tile(size / n, k)
    with np.errstate(divide="ignore"):
        below = np.tile(1 / (n - 1) if kind != "proportion" else 1 / n, k)
    # S holds sum(w d^2) / size^2; s^2 = sum(w d^2) / size * n / (n - 1); V = s^2 / n
    spread = (
        S
        * np.sqrt(np.outer(scale, scale))
        * np.sqrt(np.outer(below, below))
        * np.sqrt(np.outer(np.tile(n, k), np.tile(n, k)))
    )
    return np.asarray(np.where(np.isfinite(spread), spread, 0.0))


def _columns(
    data: Dataset, names: tuple[str, ...], rows: NDArray[np.bool_], over: Over, kind: str
) -> tuple[Floats, tuple[Label, ...]]:
    """The columns whose means are wanted, and the labels of all estimates."""
    columns, labels = [], []
    for name in names:
        x = data.numeric(name)[rows]
        if kind != "proportion":
            columns.append(x)
            labels += [_label(name, name, "", over, k, continuous=True) for k in range(len(over.levels))]
            continue
        texts = data.value_labels.get(data.column(name).value_label, {})
        for value in np.unique(x).tolist():
            if value != int(value) or value < 0:
                raise InvalidSyntax(f"{name}:  factor variables may not contain noninteger values")
            columns.append((x == value).astype(float))
            own = texts.get(value, f"{value:g}")
            labels += [_label(name, f"{int(value)}.{name}", own, over, k) for k in range(len(over.levels))]
    return np.column_stack(columns), tuple(labels)


def _label(name: str, term: str, own: str, over: Over, k: int, *, continuous: bool = False) -> Label:
    """Names as those of factor variables: c.x@1.g, 1.x@2.g."""
    values, texts = over.levels[k]
    if not over.names:
        return Label(term, "" if continuous else name, own or name)
    # unverified: the mark of the first level
    mark = "bn" if k == 0 else ""
    levels = "#".join(f"{v}{mark}.{g}" for v, g in zip(values, over.names, strict=True))
    heading = f"{'c.' if continuous else ''}{name}@{'#'.join(over.names)}"
    text = " ".join(([own] if own else []) + list(texts))
    return Label(f"{'c.' if continuous else ''}{term}@{levels}", heading, text)
