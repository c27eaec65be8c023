"""Every egen function by name."""

from __future__ import annotations

from mixedcli.commands.egen import groupwise, numbering, rowwise
from mixedcli.commands.egen.made import Function

FUNCTIONS: dict[str, Function] = {**groupwise.TABLE, **rowwise.TABLE, **numbering.TABLE}
