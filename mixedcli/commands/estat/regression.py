"""What the subcommands for regress share: the data behind the last regression."""

from __future__ import annotations

import numpy as np

from mixedcli.commands.estimation.linearform import LinearForm, prediction
from mixedcli.data import factors
from mixedcli.data.stripes import term_of
from mixedcli.errors import NotValid
from mixedcli.frozen import frozen
from mixedcli.results import Floats
from mixedcli.session import Session


@frozen
class Refit:
    """y (n,) and X (n, p) in the estimation sample, fitted values, residuals; names of the columns ("_cons" too)."""

    depvar: str
    y: Floats
    X: Floats
    names: tuple[str, ...]
    fitted: Floats

    @property
    def e(self) -> Floats:
        return self.y - self.fitted

    @property
    def regressors(self) -> list[int]:
        """Columns but the constant."""
        return [k for k, n in enumerate(self.names) if n != "_cons"]


def refit(session: Session, subcommand: str) -> Refit:
    """Errors: r(321) after other estimators, with weights, or without the data."""
    estimates = session.estimates
    assert estimates is not None
    stored = estimates.stored
    if stored.macros.get("cmd") not in ("regress", "anova"):
        raise NotValid(f"invalid subcommand {subcommand}")
    if stored.macros.get("wtype"):
        raise NotValid(f"estat {subcommand} not available after weights")  # unverified: words
    rows = estimates.sample
    if rows is None or len(rows) != session.data.n:
        raise NotValid("estimation sample not found in the data in memory")  # unverified: words
    form = prediction(session, None)
    assert isinstance(form, LinearForm)
    names = tuple(stored.matrices["b"].colnames[k] for k in form.positions)
    X = form.X[rows]
    y = factors.values(term_of(stored.macros["depvar"]), session.data, None)[rows]
    b = stored.matrices["b"].values[0][list(form.positions)]
    return Refit(stored.macros["depvar"], np.asarray(y), np.asarray(X), names, np.asarray(X @ b))


def rss(X: Floats, y: Floats) -> tuple[float, int]:
    """Residual sum of squares and rank of a regression, columns scaled first."""
    size = np.sqrt((X**2).sum(axis=0))
    U, s, _ = np.linalg.svd(X[:, size > 0] / size[size > 0], full_matrices=False)
    U = U[:, s > 1e-10 * s.max(initial=0.0)]
    r = y - U @ (U.T @ y)
    r = r - U @ (U.T @ r)
    return float(r @ r), U.shape[1]
