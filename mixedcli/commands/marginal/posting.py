"""What post leaves in e(): margins, contrasts or comparisons as estimation results."""

from __future__ import annotations

import numpy as np

from mixedcli.blocks import Block
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Matrix, Stored
from mixedcli.session import Session


@frozen
class Posted:
    """Shows the output of the command that posted again."""

    blocks: tuple[Block, ...]

    def replay(self, level: float) -> tuple[Block, ...]:
        """As it was shown."""
        return self.blocks


def posted(session: Session, r: Stored, command: str, blocks: tuple[Block, ...]) -> Estimates:
    """r() of a command as estimation results; those without a variance (base outcomes, nose) stay with 0."""
    assert session.estimates is not None
    matrices = dict(r.matrices)
    b = matrices["b"]
    matrices["b"] = Matrix(b.values, ("y1",), b.colnames)
    V = np.where(np.isfinite(matrices["V"].values), matrices["V"].values, 0.0)
    matrices["V"] = Matrix(V, b.colnames, b.colnames)
    scalars = {**r.scalars, "rank": float(np.linalg.matrix_rank(V))}
    macros = {**r.macros, "cmd": command, "properties": "b V"}
    return Estimates(Stored(scalars, macros, matrices), session.estimates.sample, Posted(blocks))
