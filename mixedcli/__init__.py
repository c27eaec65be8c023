"""Linear mixed-effects models in Stata's language.

``Session`` runs commands on a data set held in memory; ``StataError`` carries
Stata's return code.  Both are imported on first use, to keep start-up light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mixedcli.errors import StataError as StataError

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "StataError":
        from mixedcli.errors import StataError

        return StataError
    raise AttributeError(f"module 'mixedcli' has no attribute {name!r}")
