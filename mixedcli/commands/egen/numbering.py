"""egen functions that number, mark and cut: group, tag, cut, ends."""

from __future__ import annotations

import numpy as np

from mixedcli.commands.egen.made import Asked, Function, Made
from mixedcli.data import types
from mixedcli.data.dataset import Column
from mixedcli.data.grouping import coded, firsts
from mixedcli.data.keys import joint_codes
from mixedcli.data.missing import INTEGER_TYPES, SYSMISS, is_missing
from mixedcli.errors import Coded, InvalidSyntax, TypeMismatch
from mixedcli.numfmt import text as formatted


def _used(a: Asked, columns: list[Column]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that count, without missing values unless these are asked for."""
    rows = a.rows.copy()
    if not a.options.get("missing"):
        for c in columns:
            if c.type in INTEGER_TYPES:
                rows &= c.values <= INTEGER_TYPES[c.type][2]
            else:
                rows &= (c.values != "") if c.is_string else ~is_missing(c.numeric())
    return rows


def _group(a: Asked) -> Made:
    columns = a.columns()
    used = np.flatnonzero(_used(a, columns))
    groups = coded(joint_codes([c.name for c in columns], a.data)[0][used])
    first, distinct = groups.first, range(groups.count)
    out = np.full(a.data.n, SYSMISS)
    out[used] = groups.member + 1
    label = f"group({' '.join(c.name for c in columns)})"[:80]
    storage = types.whole_type(1, max(len(distinct), 1)) if a.options.get("autotype") else ""
    if "label" not in a.options and "lname" not in a.options:
        return Made(out, storage, label)
    name = a.options.get("lname") or (a.options.get("label") or "").split(",")[0].strip() or a.body.target
    cut = int(a.options["truncate"]) if "truncate" in a.options else None
    told = [_told(a, c, used[first], cut) for c in columns]
    texts = {float(k + 1): " ".join(row) for k, row in enumerate(zip(*told, strict=True))}
    return Made(out, storage, label, name, texts)


def _told(a: Asked, column: Column, rows: np.ndarray[tuple[int], np.dtype[np.int64]], cut: int | None) -> list[str]:
    """The values of the rows as labels show them."""
    if column.is_string:
        return [str(column.values[i])[:cut] for i in rows.tolist()]
    labels = a.data.value_labels.get(column.value_label, {})
    values = column.numeric()[rows].tolist()
    return [labels.get(v, formatted(v, column.format).strip())[:cut] for v in values]


def _tag(a: Asked) -> Made:
    columns = a.columns()
    used = np.flatnonzero(_used(a, columns))
    out = np.zeros(a.data.n, dtype=np.int8)
    out[used[firsts(joint_codes([c.name for c in columns], a.data)[0][used])]] = 1
    return Made(out, "byte", f"tag({' '.join(c.name for c in columns)})"[:80], finished=True)


def _cut(a: Asked) -> Made:
    columns = a.columns()
    if len(columns) != 1:
        raise InvalidSyntax("too many variables specified", a.body.span)
    if ("at" in a.options) == ("group" in a.options):
        raise InvalidSyntax("either at() or group() must be specified", a.body.span)  # unverified: words
    x = columns[0].numeric()
    known = ~is_missing(x) & a.rows
    if "at" in a.options:
        breaks = np.array(a.options["at"])
        if (np.diff(breaks) <= 0).any():
            raise Coded(124, "at() invalid -- invalid numlist has elements out of order")
        place = np.searchsorted(breaks, x, side="right") - 1
        inside = known & (place >= 0) & (x < breaks[-1])
        ends = breaks[:-1]
    else:
        ends, place, inside = _shares(x, known, int(a.options["group"]))
    codes = np.where(inside, place, 0)
    if a.options.get("icodes") or "label" in a.options or "group" in a.options:
        values = codes.astype(float)
    else:
        values = ends[codes]
    out = np.where(inside, values, SYSMISS)
    if "label" not in a.options:
        return Made(out)
    texts = {float(k): f"{formatted(v, '%9.0g').strip()}-" for k, v in enumerate(ends.tolist())}
    return Made(out, "", "", a.body.target, texts)


def _shares(
    x: np.ndarray[tuple[int], np.dtype[np.float64]], known: np.ndarray[tuple[int], np.dtype[np.bool_]], groups: int
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.float64]],
    np.ndarray[tuple[int], np.dtype[np.int64]],
    np.ndarray[tuple[int], np.dtype[np.bool_]],
]:
    """Groups of about equal size, ties together: group k begins at the value of rank k n / groups."""
    if groups < 1:
        raise InvalidSyntax("group() must be positive")  # unverified: words
    ordered = np.sort(x[known])
    n = len(ordered)
    starts = [ordered[int(np.ceil(k * n / groups))] for k in range(groups) if int(np.ceil(k * n / groups)) < n]
    ends = np.unique(starts)
    return ends, np.searchsorted(ends, x, side="right") - 1, known


def _ends(a: Asked) -> Made:
    """The first word of a string, its last, or what follows the first."""
    values = a.values()
    if values.dtype != object:
        raise TypeMismatch("type mismatch", a.body.span)
    punct = a.options.get("punct", " ") or " "
    if len(punct) > 1 and punct[0] == punct[-1] == '"':
        punct = punct[1:-1]
    out = np.empty(a.data.n, dtype=object)
    for k, text in enumerate(values.tolist()):
        word = text.strip() if a.options.get("trim") or punct == " " else text
        head, found, rest = word.partition(punct)
        if a.options.get("last"):
            piece = word.rpartition(punct)[2]
        elif a.options.get("tail"):
            piece = rest if found else ""
        else:
            piece = head
        out[k] = piece.strip() if a.options.get("trim") else piece
    return Made(out)


TABLE = {
    "group": Function(_group, frozenset({"missing", "label", "lname", "truncate", "autotype"}), by=False),
    "tag": Function(_tag, frozenset({"missing"}), by=False),
    "cut": Function(_cut, frozenset({"at", "group", "icodes", "label"}), by=False),
    "ends": Function(_ends, frozenset({"punct", "head", "last", "tail", "trim"})),
}
