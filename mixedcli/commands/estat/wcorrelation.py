"""estat wcorrelation: standard deviations and correlations of the observations of a cluster that the model implies."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, Listing, line
from mixedcli.commands import OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estat.options import bare, fitted, number_format
from mixedcli.commands.estimation import mixed_e
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.matlist import panels
from mixedcli.data.dataset import Dataset
from mixedcli.data.matrices.named import Named
from mixedcli.engine.within import Within, within
from mixedcli.errors import InvalidSyntax, NoObservations, NotValid, OutOfMemory
from mixedcli.model.assemble import assemble
from mixedcli.model.spec import Assembled, MixedFit
from mixedcli.results import Matrix, Stored
from mixedcli.session import Outcome, Session

Ints = NDArray[np.int64]
OPTIONS = (
    OptionSpec("at", "at", "text"),
    OptionSpec("all", "all"),
    OptionSpec("covariance", "cov"),
    OptionSpec("list", "list"),
    OptionSpec("nosort", "nosort"),
    OptionSpec("format", "f", "text"),
)
LARGEST = 5000
"""Observations of one matrix at most."""

_PAIR = re.compile(r'(\w+)\s*={1,2}\s*("[^"]*"|[^\s,"&]+)[\s,&]*')


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321), r(322), r(459), r(950) too many observations, r(2000) no such cluster."""
    given = bare(command, OPTIONS)
    fit, estimates = fitted(session), session.estimates
    assert estimates is not None
    if not fit.frame.levels:
        raise NotValid("model has no random effects")  # unverified: words
    if "at" in given and "all" in given:
        raise InvalidSyntax("options at() and all may not be combined")
    fmt = number_format(given["format"]) if "format" in given else "%6.3f"
    assembled = assemble(
        fit.spec, session.data, mixed_e.check_data(estimates, session.data), expression_context(session)
    )
    at = None if "all" in given else _at(given["at"], fit) if "at" in given else _first(session.data, assembled)
    rows = _chosen(session.data, assembled, at)
    if "nosort" not in given:
        rows = _sorted(assembled, rows)
    if len(rows) > LARGEST:
        raise OutOfMemory(f"unable to allocate matrix: {len(rows)} observations in one cluster")  # unverified: words
    found = within(assembled.design, fit.result, rows)
    where = "all the data" if not at else ", ".join(f"{name} = {_shown(value)}" for name, value in at.items())
    covariance = "covariance" in given
    blocks: list[Block] = _blocks(found, where, fmt, session.settings.linesize, covariance=covariance)
    if "list" in given:
        blocks += [Blank(), line("Data:"), Blank(), _listing(session.data, fit, assembled, rows)]
    path = " ".join(f"{name}={_shown(value)}" for name, value in (at or {}).items())
    return Outcome(blocks=tuple(blocks), r=Stored(macros={"path": path} if path else {}, matrices=_matrices(found)))


def _at(text: str | None, fit: MixedFit) -> dict[str, float | str]:
    """ "school = 33 classroom = 4".  Errors: r(198)."""
    found: dict[str, float | str] = {}
    rest = (text or "").strip()
    levels = [x.name for x in fit.frame.levels if x.name != "_all"]
    while rest:
        pair = _PAIR.match(rest)
        if pair is None:
            raise InvalidSyntax("option at() incorrectly specified")
        name, value = pair[1], pair[2]
        if name not in levels:
            raise InvalidSyntax(f"{name} is not a level variable in the model")  # unverified: words
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = unquoted(value)
        rest = rest[pair.end() :]
    if not found:
        raise InvalidSyntax("option at() incorrectly specified")
    return found


def _first(data: Dataset, assembled: Assembled) -> dict[str, float | str]:
    """The lowest-level group of the first observation, by the values of all its level variables."""
    first = int(np.flatnonzero(assembled.sample)[0])
    columns = [(x.name, data.column(x.name)) for x in assembled.frame.levels if x.name != "_all"]
    return {n: str(c.values[first]) if c.is_string else float(c.numeric()[first]) for n, c in columns}


def _chosen(data: Dataset, assembled: Assembled, at: dict[str, float | str] | None) -> Ints:
    """Rows of the design in the cluster.  Errors: r(2000)."""
    chosen = assembled.sample.copy()
    for name, value in (at or {}).items():
        column = data.column(name)
        if column.is_string:
            chosen &= np.array([v == (_shown(value)) for v in column.values.tolist()], dtype=bool)
        else:
            chosen &= column.numeric() == (value if isinstance(value, float) else np.nan)
    rows = np.flatnonzero(chosen[assembled.sample])
    if not len(rows):
        raise NoObservations("no observations")
    return rows


def _sorted(assembled: Assembled, rows: Ints) -> Ints:
    """By levels from the top down, then by residual group and time."""
    design = assembled.design
    keys = [level.codes[rows] for level in design.levels]
    if design.residual_by is not None:
        keys.append(design.residual_by[rows])
    times = [] if design.correlation is None else [design.correlation.times[rows]]
    return rows[np.lexsort((*times, *reversed(keys)))]


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else numfmt.text(value, "%9.0g").strip()


def _standard(found: Within) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    V = found.covariance
    sd = np.sqrt(np.diag(V))
    return sd, V / np.outer(sd, sd)


def _blocks(found: Within, where: str, fmt: str, linesize: int, *, covariance: bool) -> list[Block]:
    """Headings and matrices (layout: unverified)."""
    names = tuple(str(k + 1) for k in range(len(found.R)))
    options = {"rowtitle": "obs"}
    if covariance:
        shown = panels(Named(found.covariance, names, names), fmt, options, linesize)
        return [Blank(), line(f"Covariances for {where}:"), *(x for p in shown for x in (Blank(), p))]
    sd, correlations = _standard(found)
    out: list[Block] = [Blank(), line(f"Standard deviations and correlations for {where}:")]
    for title, rownames, values in (
        ("Standard deviations", ("sd",), sd[None, :]),
        ("Correlations", names, correlations),
    ):
        out += [Blank(), line(f"{title}:")]
        for panel in panels(Named(values, rownames, names), fmt, options, linesize):
            out += [Blank(), panel]
    return out


def _matrices(found: Within) -> dict[str, Matrix]:
    sd, correlations = _standard(found)
    obs = tuple(str(k + 1) for k in range(len(sd)))
    effects = tuple(f"u{k + 1}" for k in range(len(found.G)))
    return {
        "sd": Matrix(sd[None, :], ("sd",), obs),
        "Corr": Matrix(correlations, obs, obs),
        "Cov": Matrix(found.covariance, obs, obs),
        "G": Matrix(found.G, effects, effects),
        "Z": Matrix(found.Z, obs, effects),
        "R": Matrix(found.R, obs, obs),
    }


def _listing(data: Dataset, fit: MixedFit, assembled: Assembled, rows: Ints) -> Listing:
    """Level variables, outcome, and what the random effects and residuals depend on."""
    frame = fit.frame
    terms = [t for x in frame.levels for e in x.equations for t in e.terms if t is not None]
    names = [x.name for x in frame.levels if x.name != "_all"] + [frame.depvar.rpartition(".")[2]]
    names += [e.factor for x in frame.levels for e in x.equations if e.factor]
    names += [p.var for t in terms for p in t.parts] + [frame.residual_by, frame.residual.time]
    names = [n for n in dict.fromkeys(names) if n]
    places = np.flatnonzero(assembled.sample)[rows]
    cells = []
    for column in (data.column(n) for n in names):
        own = column.values if column.is_string else column.numeric()
        cells.append([str(v) if column.is_string else numfmt.text(v, column.format) for v in own[places].tolist()])
    numeric = tuple(not data.column(n).is_string for n in names)
    return Listing(tuple(names), numeric, tuple((k, x) for k, x in enumerate(zip(*cells, strict=True), 1)))
