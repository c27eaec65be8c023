"""What the xt commands share: the panel and time variables, the observations in panels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands.context import expression_context
from mixedcli.data import missing, sample
from mixedcli.data.dataset import Dataset, TimeSettings
from mixedcli.errors import DataAssumption
from mixedcli.frozen import frozen
from mixedcli.session import Session


@frozen
class Panels:
    """rows: observations in use.  member: panel of each, 0 ...; ids: the panels' values, ascending."""

    rows: NDArray[np.int64]
    member: NDArray[np.int64]
    ids: NDArray[np.float64]


def settings_of(data: Dataset) -> TimeSettings:
    """Errors: r(459) no panel variable set."""
    if data.settings is None or not data.settings.panel:
        raise DataAssumption("panel variable not set; use xtset varname ...")
    return data.settings


def selected(session: Session, command: ast.Command) -> NDArray[np.bool_]:
    """Observations of if and in whose panel is known."""
    data = session.data
    used = sample.mask(data, command.condition, command.in_range, expression_context(session))
    return used & ~missing.is_missing(data.numeric(settings_of(data).panel))


def panels(data: Dataset, used: NDArray[Any]) -> Panels:
    """The panels of the observations in use."""
    rows = np.flatnonzero(used)
    ids, member = np.unique(data.numeric(settings_of(data).panel)[rows], return_inverse=True)
    return Panels(rows, member.astype(np.int64), ids)
