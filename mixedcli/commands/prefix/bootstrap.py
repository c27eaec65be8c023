"""bootstrap - bootstrap standard errors of a command's results

    bootstrap [explist] [, options]: command
    bootstrap                     show the last results again

explist is _b, all coefficients, which is also the default after an estimation command and keeps the command's own
tables; or name = exp, r(mean), (r(sd)/r(mean)) ...  Observations, or clusters, are drawn with replacement.

    reps(#)                  replications, 50 by default
    seed(#)                  start of the random numbers, as set seed
    cluster(varlist)         draw clusters; idcluster(newvar) numbers what was drawn, for the command to use as its
                             group variable; group(varname) is numbered anew within drawn clusters
    strata(varlist)          draw within strata
    size(#)                  draw so many from each stratum
    mse                      variances about the observed values
    bca                      also accelerated intervals, by a jackknife; ties counts equal values half in e(z0)
    saving(file [, double every(#) replace])
    reject(exp)              results for which exp is true do not count
    nodrop nowarn force      keep observations outside of e(sample); no warning about it; allow weights
    level(#) title(text) nodots dots(#) noheader nolegend notable noisily and the display options of regress

Clusters that are drawn twice are told apart only by idcluster(): a mixed model's groups must be that variable.
All cores work (set processors # limits them), and a seed gives the same results whatever their number; the stream is
not Stata's.  estat bootstrap shows percentile, bias-corrected and accelerated intervals.

Example: bootstrap, reps(200) seed(1) cluster(id) idcluster(new): mixed weight week || new: week
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation import display_options
from mixedcli.commands.prefix import jobs, resampled, saving
from mixedcli.commands.prefix.dots import dots
from mixedcli.commands.prefix.replicating import Replicate, replicate
from mixedcli.commands.prefix.subject import Subject, needed, refuse_weights, running, subject
from mixedcli.commands.prefix.through import body_of
from mixedcli.data import varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.grouping import grouped
from mixedcli.data.resampling import Units, units_of
from mixedcli.data.sample import complete
from mixedcli.data.types import valid_name
from mixedcli.engine import resampling
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, NoObservations
from mixedcli.results import Floats
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "bootstrap",
    (
        OptionSpec("reps", "r", "int"),
        OptionSpec("seed", "seed", "int"),
        OptionSpec("strata", "str", "varlist"),
        OptionSpec("size", "si", "int"),
        OptionSpec("cluster", "cl", "varlist"),
        OptionSpec("idcluster", "id", "name"),
        OptionSpec("group", "group", "name"),
        OptionSpec("saving", "sa", "text"),
        OptionSpec("bca", "bca"),
        OptionSpec("ties", "ties"),
        OptionSpec("mse", "mse"),
        OptionSpec("legend", "l", no=True),
        OptionSpec("verbose", "v"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("noisily", "noi"),
        OptionSpec("trace", "tr"),
        OptionSpec("title", "ti", "text"),
        OptionSpec("nodrop", "nodrop"),
        OptionSpec("nowarn", "now"),
        OptionSpec("force", "force"),
        OptionSpec("reject", "reject", "expr"),
        *display_options.OPTIONS,
    ),
    prefix=True,
)

NOTE = (
    "Note: One or more parameters could not be estimated in {} bootstrap {};",
    "      standard-error estimates include only complete replications.",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Resample.  Errors: r(101) weights, r(602), r(2000) too few replications count, the command's own."""
    display = display_options.display(options)
    options = {**options, "cmdline": command.cmdline}
    if not isinstance(command.body, ast.PrefixBody):
        return replayed(session, command, display, options, "bootstrap")
    body = body_of(command)
    if body.items is None:
        raise InvalidSyntax("invalid syntax", command.span)
    reps = options.get("reps", 50)
    if reps < 2:
        raise InvalidSyntax("reps() must be an integer greater than 1")  # unverified: wording
    if not options.get("force"):
        refuse_weights(session, body.inner)
    file = saving.read(options["saving"], session) if "saving" in options else None
    cluster = _variables(session, options, "cluster")
    strata = _variables(session, options, "strata")
    identifier, group = options.get("idcluster", ""), options.get("group", "")
    if (identifier or group) and not cluster:
        raise InvalidSyntax(f"option {'idcluster' if identifier else 'group'}() requires the cluster() option")
    if group:
        group = varlist.resolve(group, session.data)
    before = with_identifier(session, identifier, cluster)
    about = restricted(before, subject(before, body.inner, body.items, "_bs_"), (*cluster, *strata), options)
    seed = jobs.seed_of(session, options.get("seed"))
    names = about.observed.stored.matrices["b"].colnames if about.whole and about.observed is not None else ()
    own = jobs.run_of(
        before, about.text, about.wanted, names, options.get("reject"), noisily=bool(options.get("noisily"))
    )
    units = units_of(about.data, cluster, strata)
    data = needed(about, about.data, (identifier, group)) if "reject" not in options else about.data
    job = jobs.Bootstrap(own, data, units, seed, options.get("size"), identifier, group)
    done = replicate(job, reps, session)
    shown: list[Block] = list(about.blocks) if options.get("noisily") else []
    shown += running(about.word, warn=not about.marked and not options.get("nowarn"))
    shown += marks(done, "Bootstrap replications", options)
    table = np.array([x.values for x in done])
    whole = ~np.isnan(table).any(axis=1)
    if whole.sum() < 2:
        raise NoObservations("insufficient observations to compute bootstrap standard errors\nno results will be saved")
    left_out = None
    if options.get("bca"):
        jack = replicate(jobs.LeaveOut(own, data, units, seed, identifier), units.count, session)
        shown += marks(jack, "Jackknife replications", options)
        left_out = np.array([x.values for x in jack])
    found = _findings(session, about, table, whole, left_out, units, options, seed)
    result = resampled.outcome(session if not identifier else before, about, found, display)
    if file is not None:
        columns = saving.columns(about.wanted, table, double=file.double)
        shown += saving.write(session, file, columns, f"bootstrap: {about.word}")
    return replace(
        result,
        blocks=(*shown, *result.blocks),
        settings=replace(session.settings, seed=jobs.seed_after(seed, reps)),
        data=KEEP if before.data is session.data else before.data,  # with the variable of idcluster(): predict needs it
    )


def replayed(session: Session, command: ast.Command, display: object, options: Options, prefix: str) -> Outcome:
    """The prefix alone shows its last results.  Errors: r(301)."""
    words = command.body.text.strip() if isinstance(command.body, ast.WordsBody) else ""
    if words:
        raise InvalidSyntax("invalid syntax", command.span)
    last = session.estimates
    if last is None or last.stored.macros.get("prefix") != prefix:
        raise LastEstimatesNotFound("last estimates not found")
    return resampled.shown_again(
        session, display_options.display(options), legend=options.get("legend", True) is not False
    )


def marks(done: list[Replicate], title: str, options: Options) -> list[Block]:
    """The output of noisy replications and the dots."""
    shown: list[Block] = [block for x in done for block in x.blocks]
    if not options.get("nodots") and options.get("dots", 1) > 0:
        shown.append(dots(title, "".join(x.mark for x in done), options.get("dots", 1)))
    return shown


def with_identifier(session: Session, identifier: str, cluster: tuple[str, ...]) -> Session:
    """A session whose data have the variable of idcluster(): the clusters' numbers, unless it is there already."""
    if not identifier or identifier in session.data:
        return session
    if not valid_name(identifier):
        raise InvalidSyntax(f"{identifier} invalid name")
    import copy

    own = copy.copy(session)
    member = grouped(session.data, cluster).member if session.data.n else np.zeros(0, dtype=np.int64)
    own.data = session.data.with_columns([Column(identifier, "long", (member + 1).astype(np.int32), "%12.0g")])
    return own


def restricted(session: Session, about: Subject, names: tuple[str, ...], options: Options) -> Subject:
    """Observations without a cluster or stratum cannot be drawn; with nodrop those outside of e(sample) can.

    Errors: r(2000).
    """
    rows = np.ones_like(about.rows) if options.get("nodrop") else about.rows
    if names:
        rows = rows & complete(session.data, *names)
    if not rows.any():
        raise NoObservations("no observations")
    data: Dataset = session.data if rows.all() else session.data.rows(rows)
    return replace(about, rows=rows, data=data)


def _variables(session: Session, options: Options, name: str) -> tuple[str, ...]:
    return varlist.names(options[name], session.data) if name in options else ()


def _findings(
    session: Session,
    about: Subject,
    table: Floats,
    whole: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    left_out: Floats | None,
    units: Units,
    options: Options,
    seed: int,
) -> resampled.Findings:
    b, complete_ = np.array(about.values), table[whole]
    missed = int((~whole).sum())
    level = options.get("level") or session.settings.level
    V = resampling.bootstrap_covariance(complete_, b, mse=bool(options.get("mse")))
    z0 = resampling.bias_correction(complete_, b, ties=bool(options.get("ties")))
    mean = complete_.mean(axis=0)
    matrices = {
        "b_bs": mean[None, :],
        "reps": (~np.isnan(table)).sum(axis=0).astype(np.float64)[None, :],
        "bias": (mean - b)[None, :],
        "se": np.sqrt(np.diag(V))[None, :],
        "z0": np.where(np.isfinite(z0), z0, np.nan)[None, :],
        "ci_normal": resampling.normal_interval(b, V, level),
        "ci_percentile": resampling.percentile_interval(complete_, level),
        "ci_bc": resampling.corrected_interval(complete_, z0, level),
    }
    if left_out is not None:
        a = resampling.acceleration(left_out[~np.isnan(left_out).any(axis=1)])
        matrices["accel"] = a[None, :]
        matrices["ci_bca"] = resampling.corrected_interval(complete_, z0, level, a)
    cluster, strata = _variables(session, options, "cluster"), _variables(session, options, "strata")
    scalars = {"N_reps": float(len(complete_)), "N_misreps": float(missed), "level": level, "bs_version": 3.0}
    macros = {"seed": str(seed), "cmdline": options["cmdline"]}
    above = ""
    if cluster:
        scalars["N_clust"] = float(units.count)
        macros |= {"cluster": " ".join(cluster), "clustvar": " ".join(cluster)}
        # stata: many logs
        above = f"(Replications based on {units.count:,} clusters in {' '.join(cluster)})"
    if strata:
        scalars["N_strata"] = float(units.strata)
        macros["strata"] = " ".join(strata)
    if options.get("mse"):
        macros["mse"] = "mse"
    notes = tuple(x.format(missed, "replicate" if missed == 1 else "replicates") for x in NOTE) if missed else ()
    return resampled.Findings(
        "Bootstrap",
        V,
        float("nan"),
        len(complete_),
        scalars,
        macros,
        matrices,
        above,
        units.strata if strata else 0,
        options.get("title", "").strip('"'),
        () if options.get("legend", True) is False else legend(about),
        notes,
    )


def legend(about: Subject) -> tuple[tuple[str, str], ...]:
    """What the rows of the table stand for."""
    listed = tuple(
        (s.name, s.text[1:-1] if s.text.startswith("(") and s.text.endswith(")") else s.text)
        for s in about.wanted
        if not isinstance(s.expr, ast.Coef) or s.text != s.name
    )
    return (("Command", about.typed), *listed)
