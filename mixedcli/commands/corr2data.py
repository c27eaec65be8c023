"""corr2data - variables with given means and covariances, exactly

    corr2data newvarlist [, n(#) means(matrix|#s) sds(matrix|#s) corr(matrix) cov(matrix) cstorage(full|lower|upper)
                            forcepsd seed(#) double clear]

As drawnorm, but the means, standard deviations and correlations are those of the data made, not of a population.

Example: corr2data x y, n(100) corr(C) clear
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.normaldraws import OPTIONS, placed, read
from mixedcli.data.stream import RandomStream
from mixedcli.errors import InsufficientObservations
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("corr2data", OPTIONS)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Make the data.  Errors: r(4), r(110), r(198), r(503), r(506), r(2001) fewer observations than variables."""
    wanted = read(session, command, options)
    if wanted.n <= len(wanted.names):
        raise InsufficientObservations("insufficient observations")
    stream = RandomStream(options.get("seed", session.settings.seed))
    z = stream.generator.standard_normal((wanted.n, len(wanted.names)))
    # exactly uncorrelated, of mean 0 and variance 1
    q, _ = np.linalg.qr(z - z.mean(axis=0))
    values = wanted.means + q @ wanted.root.T * np.sqrt(wanted.n - 1)
    told = (line(f"(obs {wanted.n:,})"),) if "n" in options else ()
    return placed(session, wanted, values, options, told, stream)
