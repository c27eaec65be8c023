"""joinby - form all pairs of observations within groups

    joinby [varlist] using filename [, update replace unmatched(none | both | master | using) _merge(newvar) nolabel]

Every observation in memory is joined with every observation of the file that has the same values of varlist; without
varlist, of all variables the two have in common.  unmatched() keeps observations without a partner and makes
_merge tell them apart.  Variables of both keep the values in memory; update and update replace are as in merge.

Example: joinby family_id using children, unmatched(master)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.combining import check_keys, check_kinds, combined, using_data, using_name
from mixedcli.data import types, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.keys import joint_codes
from mixedcli.data.matching import Side, joined
from mixedcli.data.merging import merge_columns
from mixedcli.data.stacking import merged_labels
from mixedcli.errors import AlreadyDefined, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "joinby",
    options=(
        OptionSpec("update", "update"),
        OptionSpec("replace", "replace"),
        OptionSpec("unmatched", "unm", "name"),
        OptionSpec("_merge", "_merge", "name"),
        OptionSpec("nolabel", "nol"),
    ),
    allows=frozenset({"using"}),
)

#: unmatched() -> whether observations of the master and of the using data without a partner stay
_UNMATCHED = {"none": (False, False), "both": (True, True), "master": (True, False), "using": (False, True)}

_LABELS = {1.0: "only in master data", 2.0: "only in using data", 3.0: "both in master and using data"}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Join.  Errors: r(106) string and numeric, r(110) _merge exists, r(111), r(198), those of ``use``."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    master = session.data
    names = tuple(dict.fromkeys(varlist.names(body.varlist, master)))
    if options.get("replace") and not options.get("update"):
        raise InvalidSyntax("options replace and update must be specified together", command.span)
    kept = _unmatched(str(options.get("unmatched", "none")))
    marker = types.check_name(str(options.get("_merge", "_merge"))) if any(kept) else ""
    using = using_data(session, using_name(command))
    if not body.varlist.terms:
        names = tuple(name for name in master.names if name in using)
        if not names:
            raise NotFound("no common variables in master and using data")  # unverified: wording
    check_keys(names, using)
    check_kinds(names, master, using)
    if marker and (marker in master or marker in using):
        raise AlreadyDefined(f"variable {marker} already defined")
    sides = [Side.of(codes) for codes in joint_codes(names, master, using)]
    pairs = joined(*sides, master_only=kept[0], using_only=kept[1])
    result = merge_columns(
        master, using, pairs, names, update=bool(options.get("update")), replacing=bool(options.get("replace"))
    )
    labels, notes = merged_labels(master.value_labels, using)
    if options.get("nolabel"):
        labels, notes = dict(master.value_labels), ()
    data = replace(result.data, value_labels=labels)
    if marker:
        codes = np.minimum(result.codes, 3).astype(np.int8)
        column = Column(marker, "byte", codes, "%30.0g", value_label="_merge")
        data = replace(data, columns={**data.columns, marker: column}, value_labels={**labels, "_merge": _LABELS})
    blocks: tuple[Block, ...] = tuple(line(text) for text in (*result.notes, *notes))
    return combined(session, data, pairs.master, blocks)


def _unmatched(typed: str) -> tuple[bool, bool]:
    found = [kept for word, kept in _UNMATCHED.items() if word.startswith(typed)]
    if not typed or not found:
        raise InvalidSyntax("option unmatched() incorrectly specified")
    return found[0]
