"""vce(bootstrap, ...) and vce(jackknife, ...) of estimators that have them: the prefix with the same options."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands.prefix.through import adopted, ran
from mixedcli.session import Outcome, Session

_PREFIXES = {"bootstrap": 4, "jackknife": 4}


def resampled(session: Session, command: ast.Command) -> Outcome | None:
    """What the prefix does with the command, or None when its vce() is of another kind.  Errors: the prefix's."""
    levels = [o.text for o in command.options if o.text and len(o.name) >= 1 and "level".startswith(o.name)]
    for option in command.options:
        if option.text is None or option.span is None or not "vce".startswith(option.name):
            continue
        word, _, rest = (part.strip() for part in option.text.partition(","))
        for name, least in _PREFIXES.items():
            if name.startswith(word) and len(word) >= least:
                assert command.span is not None
                before = command.text[command.span.start : option.span.start].rstrip()
                after = command.text[option.span.end : command.span.end].strip()
                inner = f"{before} {after}".strip()
                inner = inner[:-1].rstrip() if inner.endswith(",") else inner
                asked = " ".join([rest, *(f"level({level})" for level in levels)]).strip()
                return adopted(session, ran(session, f"{name}{', ' + asked if asked else ''}: {inner}"))
    return None
