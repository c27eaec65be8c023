"""Linear mixed-effects models in Stata's language.

``Session`` runs commands on a data set held in memory; ``StataError`` carries
Stata's return code.  Both are imported on first use, to keep start-up light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mixedcli.api import Output as Output
    from mixedcli.api import Session as Session
    from mixedcli.errors import StataError as StataError

__version__ = "0.1.0"
__all__ = ["Output", "Session", "StataError", "__version__"]

_HOMES = {"Session": "mixedcli.api", "Output": "mixedcli.api", "StataError": "mixedcli.errors"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'mixedcli' has no attribute {name!r}")
