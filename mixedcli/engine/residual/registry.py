"""The residual structures by Stata's keyword."""

from __future__ import annotations

from mixedcli.engine.residual.ar import Autoregressive
from mixedcli.engine.residual.banded import Banded
from mixedcli.engine.residual.exchangeable import Exchangeable
from mixedcli.engine.residual.exponential import Exponential
from mixedcli.engine.residual.ma import MovingAverage
from mixedcli.engine.residual.structure import Structure
from mixedcli.engine.residual.toeplitz import Toeplitz
from mixedcli.engine.residual.unstructured import Unstructured

STRUCTURES: dict[str, type[Structure]] = {
    s.keyword: s for s in (Exchangeable, Autoregressive, MovingAverage, Unstructured, Banded, Toeplitz, Exponential)
}
