"""What the by prefix needs of the data: rows in order, the groups, their names in headers."""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast, numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands.rearrange import rearranged
from mixedcli.data import varlist
from mixedcli.data.bygroups import ByGroups, groups_of
from mixedcli.data.dataset import Dataset
from mixedcli.data.ordering import ascending
from mixedcli.errors import NotSorted, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session


@frozen
class Grouping:
    """ordered: what sorting changed (an empty Outcome if nothing).  groups: None in an empty data set."""

    ordered: Outcome
    groups: ByGroups | None


def group(session: Session, by: ast.Varlist, within: ast.Varlist, *, sort: bool) -> Grouping:
    """The groups of ``by by (within)``, after sorting if that is asked for.

    Errors: r(5) "not sorted", r(100) no variable named, r(111).
    """
    data = session.data
    names = tuple(dict.fromkeys(varlist.names(by, data)))
    if not names:
        raise VarlistRequired("varlist required", by.span)
    order = tuple(dict.fromkeys((*names, *varlist.names(within, data))))
    ordered = Outcome()
    if data.sorted_by[: len(order)] != order:
        if not sort:
            raise NotSorted("not sorted", by.span)
        rows = ascending(data, order)
        ordered = rearranged(session, replace(data.rows(rows, keeps_order=False), sorted_by=order), rows)
        data = ordered.data
    return Grouping(ordered, groups_of(data, names) if data.n else None)


def limited(command: ast.Command, groups: ByGroups, k: int) -> ast.Command:
    """The command limited to group k by an in range."""
    inside = ast.InRange(int(groups.starts[k]) + 1, int(groups.starts[k + 1]))
    body = command.body
    if isinstance(body, ast.MixedBody) and body.fixed is not None:
        return replace(command, body=replace(body, fixed=replace(body.fixed, in_range=inside)))
    return replace(command, in_range=inside)


def frame(session: Session, groups: ByGroups, k: int) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What stands above and below the output of group k: a rule and ``-> g = 1, t = 2``; a blank line."""
    row = int(groups.starts[k])
    shown = ", ".join(f"{name} = {_cell(session.data, name, row)}" for name in groups.names)
    # stata: a log of by foreign, sort: summarize mpg
    head = (line("-" * session.settings.linesize), line(f"-> {shown}"))
    return ((Blank(), *head) if k == 0 else head), (Blank(),)


def _cell(data: Dataset, name: str, row: int) -> str:
    column = data.column(name)
    if column.is_string:
        return str(column.values[row])
    value = float(column.numeric()[row])
    labels = data.value_labels.get(column.value_label, {})
    return labels[value] if value in labels else numfmt.text(value, column.format).strip()
