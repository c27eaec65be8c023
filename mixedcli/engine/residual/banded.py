"""Banded residuals of order q: unstructured, with covariances 0 beyond the first q off-diagonals."""

from __future__ import annotations

from typing import ClassVar

from mixedcli.engine.residual.structure import bad_order
from mixedcli.engine.residual.unstructured import Unstructured


class Banded(Unstructured):
    """banded [#]."""

    __slots__ = ()
    keyword: ClassVar[str] = "banded"
    abbreviation: ClassVar[str] = "ba"
    name: ClassVar[str] = "Banded"
    ordered: ClassVar[bool] = True

    @property
    def band(self) -> int:
        return self.order

    @classmethod
    def check_order(cls, order: int | None, levels: int, span: int) -> int:
        if order is None:
            return levels - 1
        if not 0 <= order < levels:
            raise bad_order(f"order of banded must be between 0 and {levels - 1}")
        return order
