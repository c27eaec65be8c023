"""e(b) and e(V) of anova: the same model as a regression on indicators, for margins, contrast, test and predict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.engine import least_squares
from mixedcli.model.regression import bind
from mixedcli.results import Matrix
from mixedcli.session import Session


def matrices(session: Session, command: ast.Command, sample: NDArray[np.bool_]) -> dict[str, Matrix]:
    """Coefficients and their covariance matrix, with zeros for base levels."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    depvar, *terms = body.varlist.terms
    varlist = ast.Varlist((depvar, *(_indicators(t) for t in terms)))
    plain = replace(command, body=replace(body, varlist=varlist))
    data = bind(plain, session.data, sample, expression_context(session))
    ls = least_squares.fit(data.X, data.y, None)
    n, p = data.X.shape
    V = ls.D * (ls.rss / (n - p)) if n > p else np.zeros_like(ls.D)
    return TableFit(data.depvar, data.terms, data.kept, ls.beta, V, float(n - p), (), {}).matrices()


def _indicators(term: ast.Term) -> ast.Term:
    """A bare name means a factor in anova, whatever it stands in."""
    if isinstance(term, ast.VarRef):
        return ast.FactorVar("i", term, span=term.span)
    if isinstance(term, ast.Interaction):
        return replace(term, left=_indicators(term.left), right=_indicators(term.right))
    if isinstance(term, ast.Group):
        return replace(term, terms=tuple(_indicators(t) for t in term.terms))
    return term
