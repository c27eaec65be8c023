"""simulate - a command run again and again, its results as a data set

    simulate [explist], reps(#) [options]: command

explist: name = exp ..., r(mean), _b, _se; by default _b after an estimation command, else every scalar in r().

    reps(#)                  number of runs
    seed(#)                  start of the random numbers, as set seed
    saving(file [, double every(#) replace])
                             keep the results in a file, and the data as they are
    nodots dots(#) nolegend noisily

Every run begins with the data in memory and has its own stream of random numbers, so a seed gives the same results
whatever the number of cores; it is not Stata's stream.  The results take the place of the data.

Example: simulate m=r(mean), reps(1000) seed(1): mysimulation, n(20)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.prefix import jobs, saving
from mixedcli.commands.prefix.bootstrap import marks
from mixedcli.commands.prefix.replicating import replicate
from mixedcli.commands.prefix.resampled import legend_lines
from mixedcli.commands.prefix.statistics import assumed, statistics
from mixedcli.commands.prefix.subject import again, word_of
from mixedcli.commands.prefix.through import body_of, ran
from mixedcli.data.dataset import Dataset
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "simulate",
    (
        OptionSpec("reps", "r", "int"),
        OptionSpec("seed", "seed", "int"),
        OptionSpec("saving", "sa", "text"),
        OptionSpec("nodots", "nodots"),
        OptionSpec("dots", "dots", "int"),
        OptionSpec("legend", "l", no=True),
        OptionSpec("verbose", "v"),
        OptionSpec("noisily", "noi"),
        OptionSpec("trace", "tr"),
    ),
    prefix=True,
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Run and collect.  Errors: r(198) no reps(), r(602), and those of the first run."""
    body = body_of(command)
    if body.items is None:
        raise InvalidSyntax("invalid syntax", command.span)
    if "reps" not in options:
        raise InvalidSyntax("option reps() required")
    reps = options["reps"]
    if reps < 1:
        raise InvalidSyntax("reps() must be an integer greater than 0")  # unverified: wording
    file = saving.read(options["saving"], session) if "saving" in options else None
    seed = jobs.seed_of(session, options.get("seed"))
    # the first run tells what there is to keep; its random numbers are those of no replication
    fresh = again(session, session.data, jobs.seed_after(seed, reps))
    first = ran(fresh, body.inner).session
    wanted = statistics(first, body.items or assumed(fresh, first), "_sim_")
    own = jobs.run_of(session, body.inner, wanted, noisily=bool(options.get("noisily")))
    done = replicate(jobs.Simulate(own, session.data, seed), reps, session)
    shown: list[Block] = []
    if options.get("legend", True) is not False:
        # stata: a log of simulate; unverified: the capital letter, as newer releases write it
        listed = [(s.name, s.text) for s in wanted if not isinstance(s.expr, ast.Coef)]
        shown += [Blank(), *legend_lines((("Command", body.inner), *listed))]
    shown += [Blank(), *marks(done, "Simulations", options)]
    made = saving.columns(wanted, np.array([x.values for x in done]), double=file is not None and file.double)
    label = f"simulate: {word_of(body.inner)}"
    settings = replace(session.settings, seed=jobs.seed_after(seed, reps))
    if file is not None:
        return Outcome(blocks=(*shown, *saving.write(session, file, made, label)), settings=settings)
    return Outcome(blocks=tuple(shown), data=Dataset(label=label).with_columns(made), estimates=None, settings=settings)
