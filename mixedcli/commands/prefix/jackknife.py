"""jackknife - standard errors from leaving out one observation or cluster at a time

    jackknife [explist] [, options]: command
    jackknife                     show the last results again

explist as for bootstrap; after an estimation command it is _b by default and the command's own tables are kept.

    cluster(varlist)         leave out clusters; idcluster(newvar) numbers them, for the command to use
    eclass, rclass, n(exp)   where the command has its number of observations: e(N), r(N), exp
    keep                     add the pseudovalues to the data
    mse                      variances about the observed values
    saving(file [, double every(#) replace])
    reject(exp)              results for which exp is true do not count
    nodrop                   observations outside of e(sample) count too
    level(#) title(text) nodots dots(#) noheader nolegend notable noisily and the display options of regress

Tests are t with one degree of freedom less than there are replications.  fweights and aweights are not allowed.

Example: jackknife, cluster(id): mixed weight week || id: week
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import display_options
from mixedcli.commands.prefix import jobs, resampled, saving
from mixedcli.commands.prefix.bootstrap import legend, marks, replayed, restricted, with_identifier
from mixedcli.commands.prefix.replicating import replicate
from mixedcli.commands.prefix.subject import Subject, needed, running, subject, weight_kind
from mixedcli.commands.prefix.through import body_of, ran
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.data.resampling import Units, units_of
from mixedcli.engine import resampling
from mixedcli.errors import AlreadyDefined, InvalidSyntax, NoObservations, NotYetAvailable, VarlistNotAllowed
from mixedcli.results import Floats
from mixedcli.session import KEEP, Outcome, Session

SPEC = CommandSpec(
    "jackknife",
    (
        OptionSpec("eclass", "e"),
        OptionSpec("rclass", "r"),
        OptionSpec("n", "n", "expr"),
        OptionSpec("cluster", "cl", "varlist"),
        OptionSpec("idcluster", "id", "name"),
        OptionSpec("saving", "sa", "text"),
        OptionSpec("keep", "keep"),
        OptionSpec("mse", "mse"),
        OptionSpec("legend", "l", no=True),
        OptionSpec("verbose", "v"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("noisily", "noi"),
        OptionSpec("trace", "tr"),
        OptionSpec("title", "ti", "text"),
        OptionSpec("nodrop", "nodrop"),
        OptionSpec("reject", "reject", "expr"),
        *display_options.OPTIONS,
    ),
    prefix=True,
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Leave out each unit.  Errors: r(101) weights, r(602), r(2000) too few replications count, the command's own."""
    display = display_options.display(options)
    if not isinstance(command.body, ast.PrefixBody):
        return replayed(session, command, display, options, "jackknife")
    body = body_of(command)
    if body.items is None:
        raise InvalidSyntax("invalid syntax", command.span)
    _refuse_weights(session, body.inner)
    file = saving.read(options["saving"], session) if "saving" in options else None
    cluster = varlist.names(options["cluster"], session.data) if "cluster" in options else ()
    identifier = options.get("idcluster", "")
    if identifier and not cluster:
        raise InvalidSyntax("option idcluster() requires the cluster() option")
    before = with_identifier(session, identifier, cluster)
    about = subject(before, body.inner, body.items, "_jk_")
    about = restricted(before, _counted(before, about, body.inner, options), cluster, options)
    if options.get("keep"):
        _room(before.data, about)
    names = about.observed.stored.matrices["b"].colnames if about.whole and about.observed is not None else ()
    own = jobs.run_of(
        before, about.text, about.wanted, names, options.get("reject"), noisily=bool(options.get("noisily"))
    )
    units = units_of(about.data, cluster)
    seed = jobs.seed_of(session, None)
    data = needed(about, about.data, (identifier,)) if "reject" not in options else about.data
    done = replicate(jobs.LeaveOut(own, data, units, seed, identifier), units.count, session)
    shown: list[Block] = list(about.blocks) if options.get("noisily") else []
    shown += [*running(about.word, warn=False), *marks(done, "Jackknife replications", options)]
    table = np.array([x.values for x in done])
    whole = ~np.isnan(table).any(axis=1)
    if whole.sum() < 2:
        raise NoObservations("insufficient observations to compute jackknife standard errors\nno results will be saved")
    cmdline = command.cmdline
    found = _findings(about, table[whole], int((~whole).sum()), units, cluster, options, cmdline)
    result = resampled.outcome(before, about, found, display)
    if file is not None:
        columns = saving.columns(about.wanted, table, double=file.double)
        shown += saving.write(session, file, columns, f"jackknife: {about.word}")
    data = before.data
    if options.get("keep"):
        data = data.with_columns(_pseudovalues(about, table, units, float(whole.sum())))
    return replace(result, blocks=(*shown, *result.blocks), data=KEEP if data is session.data else data)


def _refuse_weights(session: Session, text: str) -> None:
    kind = weight_kind(session, text)
    if kind == "aweight":
        raise VarlistNotAllowed("aweights not allowed")
    if kind == "fweight":
        raise NotYetAvailable("fweights with jackknife are not yet available")


def _counted(session: Session, about: Subject, text: str, options: Options) -> Subject:
    """The number of observations by eclass, rclass or n()."""
    wanted = options.get("n")
    if options.get("eclass"):
        wanted = ast.Stored("e", "N")
    elif options.get("rclass"):
        wanted = ast.Stored("r", "N")
    if wanted is None:
        return about
    value = scalar(wanted, expression_context(ran(session, text).session))
    if isinstance(value, str) or not value < SYSMISS:
        raise InvalidSyntax("option n() does not evaluate to a number of observations")  # unverified: wording
    return replace(about, n=float(value))


def _findings(
    about: Subject,
    table: Floats,
    missed: int,
    units: Units,
    cluster: tuple[str, ...],
    options: Options,
    cmdline: str,
) -> resampled.Findings:
    b = np.array(about.values)
    V = resampling.jackknife_covariance(table, b, mse=bool(options.get("mse")))
    count = len(table)
    scalars = {"N_reps": float(count), "N_misreps": float(missed)}
    macros, above = {"cmdline": cmdline}, ""
    if cluster:
        scalars["N_clust"] = float(units.count)
        macros |= {"cluster": " ".join(cluster), "clustvar": " ".join(cluster)}
        above = f"(Replications based on {units.count:,} clusters in {' '.join(cluster)})"
    if options.get("mse"):
        macros["mse"] = "mse"
    notes: tuple[str, ...] = ()
    if missed:
        word = "replicate" if missed == 1 else "replicates"
        notes = (
            f"Note: One or more parameters could not be estimated in {missed} jackknife {word};",
            "      standard-error estimates include only complete replications.",
        )
    return resampled.Findings(
        "Jackknife",
        V,
        float(count - 1),
        count,
        scalars,
        macros,
        {"b_jk": table.mean(axis=0)[None, :]},
        above,
        0,
        options.get("title", "").strip('"'),
        () if options.get("legend", True) is False else legend(about),
        notes,
    )


def _room(data: Dataset, about: Subject) -> None:
    for statistic in about.wanted:
        if statistic.name in data:
            raise AlreadyDefined(f"variable {statistic.name} already defined")


def _pseudovalues(about: Subject, table: Floats, units: Units, count: float) -> list[Column]:
    """One variable for each statistic; the first observation of a unit has its value."""
    rows = np.flatnonzero(about.rows)[units.rows[units.starts[:-1]]]
    b = np.array(about.values)
    pseudo = b + (count - 1) * (b - table)
    out = []
    for k, statistic in enumerate(about.wanted):
        values = np.full(len(about.rows), SYSMISS)
        values[rows] = np.where(np.isnan(pseudo[:, k]), SYSMISS, pseudo[:, k])
        # unverified: the storage type
        out.append(
            Column(
                statistic.name,
                "double",
                values,
                types.default_format("double"),
                label=f"pseudovalues: {statistic.text}",
            )
        )
    return out
