"""drawnorm - variables drawn from a multivariate normal distribution

    drawnorm newvarlist [, n(#) means(matrix|#s) sds(matrix|#s) corr(matrix) cov(matrix) cstorage(full|lower|upper)
                           forcepsd seed(#) double clear]

Means are 0, standard deviations 1 and correlations 0 unless given; cov() gives both of the latter.  Without n() there
are as many observations as in the data, which n() replaces (clear says that changed data may go).  corr() and cov()
may be a vector of the lower or upper triangle, row by row, with cstorage().

Example: drawnorm x y, n(1000) cov(C) seed(1) clear
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.normaldraws import OPTIONS, Distribution, placed, read
from mixedcli.data.stream import RandomStream
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("drawnorm", OPTIONS)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Draw.  Errors: r(4), r(110), r(198), r(503), r(506) not positive semidefinite."""
    wanted = read(session, command, options)
    stream = RandomStream(options.get("seed", session.settings.seed))
    values = _drawn(wanted, stream.generator)
    told = (line(f"(obs {wanted.n:,})"),) if "n" in options else ()
    return placed(session, wanted, values, options, told, stream)


def _drawn(wanted: Distribution, generator: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    z = generator.standard_normal((wanted.n, len(wanted.names)))
    return np.asarray(wanted.means + z @ wanted.root.T, dtype=np.float64)
