"""What a data set remembers of reshape: reshape i, j, xij, query, error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Listing, line
from mixedcli.commands.loading import names_of
from mixedcli.commands.rearrange import rearranged
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.keys import joint_codes
from mixedcli.data.ordering import ascending
from mixedcli.data.reshaping import Layout
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.numfmt import text as formatted
from mixedcli.session import Outcome, Session

#: characteristics of _dta a reshape leaves, so that it can be undone, also after saving
IDS, J, STUBS, VALUES, TEXT = "ReS_i", "ReS_j", "ReS_Xij", "ReS_jv", "ReS_str"
KEYS = (IDS, J, STUBS, VALUES, TEXT)


def remembering(data: Dataset, layout: Layout) -> Dataset:
    """The data set with the layout in its characteristics."""
    kept = {
        IDS: " ".join(layout.ids),
        J: layout.j,
        STUBS: " ".join(layout.stubs),
        VALUES: " ".join(layout.values),
        TEXT: "1" if layout.text else "0",
    }
    return replace(data, characteristics={**data.characteristics, **kept})


def declare(session: Session, verb: str, words: tuple[ast.Word, ...], *, text: bool) -> Outcome:
    """``reshape i varlist``, ``reshape j name [values] [, string]``, ``reshape xij stubs``.  Errors: r(111), r(198)."""
    data = session.data
    if not words:
        raise InvalidSyntax("invalid syntax")
    if verb == "i":
        made = {IDS: " ".join(names_of(words, data))}
    elif verb == "j":
        made = {J: words[0].text, TEXT: "1" if text else "0"}
        made |= {VALUES: " ".join(w.text for w in words[1:])} if len(words) > 1 else {}
    else:
        made = {STUBS: " ".join(w.text for w in words)}
    return Outcome(data=replace(data, characteristics={**data.characteristics, **made}))


def query(session: Session) -> Outcome:
    """What is remembered, as a table (unverified: layout)."""
    known = session.data.characteristics
    rows = [
        ("i", "", known.get(IDS, "")),
        ("j", "", known.get(J, "") + (f" ({known[VALUES]})" if known.get(VALUES) else "")),
        ("xij", "", known.get(STUBS, "")),
    ]
    blocks: list[Block] = [Blank()]
    blocks += [line(f"  {name:<4} {value or '<not defined>'}") for name, _, value in rows]
    return Outcome(blocks=tuple(blocks))


def problems(session: Session) -> Outcome:
    """reshape error: the observations that keep the data from being reshaped.  Errors: r(111) nothing remembered."""
    data, known = session.data, session.data.characteristics
    if IDS not in known or J not in known:
        raise NotFound("data have not been reshaped yet")
    ids = tuple(data.column(name).name for name in known[IDS].split())
    i = " ".join(ids)
    head: list[Block] = [Blank(), line(f"i ({i}) indicates the top-level grouping such as subject id.")]
    if known[J] not in data:
        head.append(line("The data are currently in the wide form; there should be a single observation per i."))
        return _repeated(session, ids, head, "duplicate i values")
    j = known[J]
    head += [line(f"j ({j}) indicates the subgrouping such as time."),
             line("The data are in the long form;  j should be unique within i.")]  # fmt: skip
    twice = _copies(data, (*ids, j))
    if twice.any():
        return _repeated(session, (*ids, j), head, f"repeated {j} values")
    stubs = [Layout.long(s) for s in known.get(STUBS, "").split()]
    others = [n for n in data.names if n not in (*ids, j, *stubs)]
    head.append(line(f"xij variables are {', '.join(stubs)}."))
    head += [line("Thus, the following variables should be constant within i:"), line(f"    {' '.join(others)}")]
    return _varying(session, ids, j, others, head)


def _copies(data: Dataset, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Rows whose values of the names occur more than once."""
    _, inverse, count = np.unique(joint_codes(names, data)[0], return_inverse=True, return_counts=True)
    found: NDArray[np.bool_] = count[inverse] > 1
    return found


def _repeated(session: Session, keys: tuple[str, ...], head: list[Block], what: str) -> Outcome:
    order = ascending(session.data, keys)
    data = replace(session.data.rows(order, keeps_order=False), sorted_by=keys)
    bad = np.flatnonzero(_copies(data, keys))
    if not len(bad):
        return Outcome(blocks=(*head, Blank(), line("no problems found")))  # unverified: wording
    blocks = [*head, Blank(), line(f"{len(bad):,} of {data.n:,} observations have {what}:"), Blank()]
    blocks += [_listing(data, bad, keys), Blank(), line(f"(data now sorted by {' '.join(keys)})")]
    return rearranged(session, data, order, tuple(blocks))


def _varying(session: Session, ids: tuple[str, ...], j: str, others: list[str], head: list[Block]) -> Outcome:
    order = ascending(session.data, (*ids, j))
    data = replace(session.data.rows(order, keeps_order=False), sorted_by=(*ids, j))
    (codes,) = joint_codes(ids, data)
    _, first, group = np.unique(codes, return_index=True, return_inverse=True)
    blocks: list[Block] = list(head)
    found = False
    for name in others:
        values = data.columns[name].values
        odd = np.zeros(len(first), dtype=bool)
        odd[group[values != values[first][group]]] = True
        if not odd.any():
            continue
        found = True
        count = int(odd.sum())
        noun = "value" if count == 1 else "values"
        blocks += [Blank(), line(f"{name} not constant within i ({' '.join(ids)}) for {count:,} {noun} of i:"), Blank()]
        blocks.append(_listing(data, np.flatnonzero(odd[group]), (*ids, j, name)))
    if not found:
        return Outcome(blocks=(*head, Blank(), line("no problems found")))  # unverified: wording
    blocks += [Blank(), line(f"(data now sorted by {' '.join((*ids, j))})")]
    return rearranged(session, data, order, tuple(blocks))


def _listing(data: Dataset, rows: NDArray[np.int64], names: tuple[str, ...]) -> Listing:
    columns = [data.columns[n] for n in names]
    cells = [_cells(data.value_labels, c.take(rows)) for c in columns]
    lines = tuple((int(k) + 1, texts) for k, texts in zip(rows, zip(*cells, strict=True), strict=True))
    return Listing(names, tuple(not c.is_string for c in columns), lines, frozenset(range(5, len(rows), 5)))


def _cells(labels: Mapping[str, Mapping[float, str]], column: Column) -> list[str]:
    if column.is_string:
        return [str(v) for v in column.values]
    own = labels.get(column.value_label, {})
    return [own[v] if v in own else formatted(v, column.format) for v in column.numeric().tolist()]
