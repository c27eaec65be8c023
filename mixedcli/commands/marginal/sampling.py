"""The observations that margins are averaged over, with their weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.data.dataset import Dataset
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.factors import Part
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax, NotFound, Unavailable
from mixedcli.model.averages import Averages, known
from mixedcli.model.linearmodel import Key, LinearModel
from mixedcli.results import Stored
from mixedcli.session import Session

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]


class Sampled:
    """Averages over the sample, made when first needed; None where the sample is not in memory."""

    def __init__(self, session: Session, model: LinearModel) -> None:
        self._session, self._model = session, model
        self._made: Averages | None = None
        self._tried = False

    @property
    def averages(self) -> Averages | None:
        if not self._tried:
            self._tried = True
            data = self._session.data
            if _sample(self._session) is not None and all(k[0] in data for k in self._model.covariates):
                rows = estimation_rows(self._session, self._model)
                self._made = Averages(data, rows, estimation_weights(self._session, rows))
        return self._made

    @property
    def needed(self) -> Averages:
        """Errors: r(322) without the sample."""
        found = self.averages
        if found is None:
            raise no_sample()
        return found

    whole = needed

    def share(self, key: Key, level: int) -> float:
        """The proportion of a level."""
        return float(self.needed.of([(Part(key[0], key[1], "i", level), None)])[0])

    def occurs(self, cell: Mapping[Key, int]) -> bool:
        """Whether a combination of levels is in the sample."""
        return bool(self.needed.of([(Part(k[0], k[1], "i", v), None) for k, v in cell.items()])[0] > 0)


def no_sample() -> Unavailable:
    return Unavailable("e(sample) does not identify the estimation sample")


def _sample(session: Session) -> Rows | None:
    estimates = session.estimates
    if estimates is None or estimates.sample is None or len(estimates.sample) != session.data.n:
        return None
    return estimates.sample if estimates.sample.any() else None


def estimation_rows(session: Session, model: LinearModel) -> Rows:
    """The estimation sample's observations that still have their covariates.  Errors: r(111), r(322)."""
    sample = _sample(session)
    if sample is None:
        raise no_sample()
    return sample & covariates_known(session.data, model)


def covariates_known(data: Dataset, model: LinearModel) -> Rows:
    """Observations with every covariate.  Errors: r(111)."""
    for key in model.covariates:
        if key[0] not in data:
            raise NotFound(f"variable {key[0]} not found")
    return known(data, model.covariates)


def estimation_weights(session: Session, rows: Rows) -> Floats | None:
    """The weights of the estimation over the given rows (those of observations; none of higher levels)."""
    text, kind = weight_of(session.e)
    if not text or not kind:
        return None
    assert session.language is not None
    return weights(session, session.language.expr(text), rows)


def weight_of(stored: Stored) -> tuple[str, str]:
    """Expression and kind of e(wexp)."""
    return stored.macros.get("wexp", "").strip().removeprefix("=").strip(), stored.macros.get("wtype", "")


def weights(session: Session, expr: ast.Expr, rows: Rows) -> Floats:
    """Values of a weight expression over rows; missing counts as none.  Errors: r(198), r(402)."""
    values = np.asarray(as_column(evaluate(expr, expression_context(session)), session.data.n), dtype=float)[rows]
    values = np.where(is_missing(values), 0.0, values)
    if (values < 0).any():
        raise InvalidSyntax("negative weights encountered")
    return values
