"""The object --json prints for one command (INTERFACE: --json)."""

from __future__ import annotations

from typing import Any

from mixedcli.dispatch.record import Record
from mixedcli.session import Session


def as_object(record: Record, session: Session) -> dict[str, Any]:
    """A failing command: code, message, place.  Any other: output, r(), and e() and parameters where they are new."""
    if record.failed and record.error is not None and not record.blocks:
        out: dict[str, Any] = {"command": record.command.strip(), "rc": record.rc, "error": record.error.message}
        return out | _place(record)
    out = {"command": record.command.strip(), "rc": record.rc, "output": record.output, "r": _stored(session.r)}
    if record.posted:
        out["e"] = _stored(session.e)
    parameters = table(record, session)
    if parameters is not None:
        out["parameters"] = parameters
    if record.failed and record.error is not None:
        out |= {"error": record.error.message} | _place(record)
    return out


def _place(record: Record) -> dict[str, Any]:
    """Where it failed; calls only within programs and do-files."""
    place: dict[str, Any] = {"line": record.line or None, "column": record.column or None}
    return place | {"calls": list(record.calls)} if record.calls else place


def table(record: Record, session: Session) -> list[dict[str, Any]] | None:
    """The parameters behind the estimation tables a command produced."""
    if record.table is None or session.estimates is None:
        return None
    from mixedcli.commands.parameters import parameters

    return parameters(session.estimates, **record.table)


def _stored(stored: Any) -> dict[str, Any]:
    matrices = {
        name: {"rownames": m.rownames, "colnames": m.colnames, "values": m.values}
        for name, m in stored.matrices.items()
    }
    return {"scalars": stored.scalars, "macros": stored.macros, "matrices": matrices}
