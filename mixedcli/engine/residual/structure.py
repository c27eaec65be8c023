"""The contract of a residual structure within lowest-level groups: one class per structure, found by Stata's keyword.

    Var(e) = sigma2 A(x),  A = 1 at the first variance of the structure

x is the working vector: any real values give a positive definite A, unless ``guarded`` says that A must be
tried (its Cholesky factor decides) and the search keeps to where it exists.

Letters: m parameters beside the variance, x: (m,); n times; K rows of the table.  Derivatives come first:
a Stack holds value (...), first (m, ...), second (m, m, ...).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli.engine.residual.moments import Moments
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.results import Metric

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TimeRule = Literal["none", "integer", "nonnegative", "real"]
Layout = Literal["patterns", "chain", "exchangeable"]


#: share of a residual's variance that the others of its group leave, below which the elimination of random effects
#: loses the digits of the log likelihood (differences of terms of this share's inverse)
COLLAPSED = 1e-6

_INSIDE = 1.0 - 2.0**-52  # a correlation this near to 1 is 1 to the last digit but has an atanh


@frozen
class Stack:
    """A quantity with its first and second derivatives with respect to x."""

    value: Floats
    first: Floats
    second: Floats


@frozen
class ResidualRow:
    """One row of the table: a variance ("var"), a covariance ("cov") or a parameter with a word of its own.

    label: what stands in var() or cov() ("e", "e4", "e0,e4").  metric: of the interval of a parameter that is neither.
    stored: its name in e(b), "{}" for the number of the by() group; the first variance is lnsig_e there.
    pair: for a covariance the two variance rows it joins.
    """

    kind: str
    label: str = ""
    metric: Metric = "identity"
    stored: str = ""
    pair: tuple[int, int] = (0, 0)


@frozen
class Structure(ABC):
    """A structure for one set of data.

    times: the distinct values of t(), increasing (empty without t()).  order: # of the structure (0 when it has none).
    largest: size of the largest lowest-level group.  span: largest observed lag of an integer-valued t().
    lags: the observed lags, increasing (None: all from 1 to span).
    """

    times: Floats
    order: int = 0
    largest: int = 1
    span: int = 0
    lags: tuple[int, ...] | None = None

    keyword: ClassVar[str]
    abbreviation: ClassVar[str]  # the shortest spelling Stata accepts
    name: ClassVar[str]  # in the table's heading
    time: ClassVar[TimeRule] = "integer"
    ordered: ClassVar[bool] = False  # takes #
    guarded: ClassVar[bool] = False
    by_lag: ClassVar[bool] = False  # has a parameter for every observed lag

    @property
    def layout(self) -> Layout:
        """How cross products are taken: by time pattern, along a chain of neighbours, or of equal pairs."""
        return "patterns"

    @property
    def title(self) -> str:
        """As in the heading "Residual: AR(2)"."""
        return f"{self.name}({self.order})" if self.ordered else self.name

    @property
    @abstractmethod
    def size(self) -> int:
        """m."""

    @classmethod
    def check_order(cls, order: int | None, levels: int, span: int) -> int:
        """The order to use.  levels: distinct times; span: largest lag.  Errors: r(198)."""
        if order is not None:
            raise bad_order(f"{cls.keyword} takes no order")
        return 0

    @abstractmethod
    def rows(self) -> tuple[ResidualRow, ...]:
        """The rows of the table, in its order; variances relative to sigma2, the first one 1."""

    @abstractmethod
    def natural(self, x: Floats) -> tuple[Floats, Floats]:
        """What the rows show at x, with sigma2 = 1: (K,), and its derivatives (m, K)."""

    @abstractmethod
    def working(self, natural: Floats) -> Floats:
        """x of the natural values (K,), the inverse of ``natural``."""

    @abstractmethod
    def start(self, moments: Moments) -> Floats:
        """Starting x from the residuals of the regression."""

    def matrix(self, x: Floats, times: Floats) -> Stack:
        """A (n, n) at the given times, with derivatives."""
        table, index = self.table(x), self.entries(self.keys(times))
        return Stack(table.value[index], table.first[:, index], table.second[:, :, index])

    def kernel(self, x: Floats, distance: Floats) -> Floats:
        """Correlation at any distances in time; layout "chain" only."""
        raise AssertionError(self.keyword)  # pragma: no cover - not of this layout

    def table(self, x: Floats) -> Stack:
        """The distinct elements of A over all times of the data (E,); layout "patterns" only."""
        raise AssertionError(self.keyword)  # pragma: no cover - not of this layout

    def entries(self, keys: Ints) -> Ints:
        """Where the elements of A at times with the given keys (..., n) stand in ``table``: (..., n, n)."""
        raise AssertionError(self.keyword)  # pragma: no cover - not of this layout

    def keys(self, times: Floats) -> Ints:
        """Whole numbers for times; A of two groups is the same where they differ by a constant (see ``shifts``)."""
        return np.rint(times).astype(np.int64)

    @property
    def shifts(self) -> bool:
        """Whether A depends on differences of the keys alone."""
        return True

    def weights(self, x: Floats, classes: Floats) -> tuple[Stack, Stack]:
        """Layouts "chain" and "exchangeable": weights (C, K) of the K parts of every class, and log|A| per member."""
        raise AssertionError(self.keyword)  # pragma: no cover - not of this layout


def stored_scale(structure: Structure, x: Floats) -> tuple[Floats, Floats]:
    """The parameters as e(b) has them, without the first variance: (m,) and derivatives (m, m)."""
    values, first = structure.natural(x)
    rows = structure.rows()
    out, J = [], []
    skipped = False
    for k, row in enumerate(rows):
        v, d = float(values[k]), first[:, k]
        if row.kind == "var":
            if not skipped:
                skipped = True
                continue
            out.append(0.5 * np.log(v))
            J.append(0.5 * d / v)
        elif row.kind == "cov":
            a, b = row.pair
            root = np.sqrt(values[a] * values[b])
            r = float(np.clip(v / root, -_INSIDE, _INSIDE))
            dr = d / root - 0.5 * r * (first[:, a] / values[a] + first[:, b] / values[b])
            out.append(np.arctanh(r))
            J.append(dr / (1.0 - r * r))
        elif row.metric == "atanh":
            v = float(np.clip(v, -_INSIDE, _INSIDE))
            out.append(np.arctanh(v))
            J.append(d / (1.0 - v * v))
        elif row.metric == "logit":
            v = float(np.clip(v, 1e-300, _INSIDE))
            out.append(np.log(v) - np.log1p(-v))
            J.append(d / (v * (1.0 - v)))
        else:
            out.append(v)
            J.append(d)
    m = structure.size
    return np.array(out, dtype=float), np.array(J, dtype=float).reshape(len(out), m).T


def stored_rows(structure: Structure) -> tuple[ResidualRow, ...]:
    """The rows behind what ``stored_scale`` gives: all but the first variance."""
    rows = structure.rows()
    first = next(k for k, row in enumerate(rows) if row.kind == "var")
    return tuple(row for k, row in enumerate(rows) if k != first)


def scale_name(structure: Structure, group: int) -> str:
    """Name in e(b) of a later by() group's own log ratio of standard deviations."""
    several = sum(row.kind == "var" for row in structure.rows()) > 1
    return f"r_lns{group + 1}_1ose" if several else f"r_lns{group + 1}ose"


def bad_order(what: str) -> InvalidSyntax:
    """r(198) for an order the data do not allow."""
    return InvalidSyntax(f"invalid residuals() specification: {what}")  # unverified: Stata's words
