"""Names a prompt can offer: commands and their options."""

from __future__ import annotations

from mixedcli.commands import ABBREVIATIONS, find
from mixedcli.errors import StataError

PREFIXES = ("capture", "noisily", "quietly")


def command_names() -> tuple[str, ...]:
    """Every command and the prefixes, sorted."""
    return tuple(sorted((*ABBREVIATIONS, *PREFIXES)))


def option_names(word: str) -> tuple[str, ...]:
    """Full names of a command's options; none for an unknown command."""
    try:
        spec, _ = find(word)
    except (StataError, ImportError):
        return ()
    if spec.name in ("mixed", "xtmixed"):
        from mixedcli.model.options import OPTIONS

        return tuple(sorted(o.name for o in OPTIONS))
    return tuple(sorted(o.name for o in spec.options))
