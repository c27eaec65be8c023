"""merge as it was written before release 11: ``merge [varlist] using filename [, unique sort keep(varlist) ...]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.combining import check_keys, check_kinds, combined, subset, using_data, using_name
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.keys import joint_codes
from mixedcli.data.matching import Pairs, Side, merged, side_by_side
from mixedcli.data.merging import merge_columns
from mixedcli.data.stacking import merged_labels
from mixedcli.errors import AlreadyDefined, DataAssumption, InvalidSyntax, NotSorted
from mixedcli.session import Outcome, Session

#: options that only this syntax has
OPTIONS = (
    OptionSpec("unique", "uniq"),
    OptionSpec("uniqmaster", "uniqm"),
    OptionSpec("uniqusing", "uniqu"),
    OptionSpec("nosummary", "nosum"),
    OptionSpec("nokeep", "nok"),
    OptionSpec("sort", "sort"),
    OptionSpec("_merge", "_merge", "name"),
)
_SHARED = {"keep", "nolabel", "nonotes", "update", "replace", "force"}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Merge.  Errors: r(5) not sorted, r(106), r(110) _merge exists, r(111), r(198), r(459) not unique."""
    for name in options:
        if name not in _SHARED and name not in {o.name for o in OPTIONS}:
            raise InvalidSyntax(f"option {name} not allowed", command.span)
    master = session.data
    names = tuple(dict.fromkeys(names_of(words_of(command), master)))
    marker = types.check_name(str(options.get("_merge", "_merge")))
    if marker in master:
        raise AlreadyDefined(f"variable {marker} already defined")
    if options.get("replace") and not options.get("update"):
        raise InvalidSyntax("options replace and update must be specified together", command.span)
    using = using_data(session, using_name(command))
    if marker in using:
        raise AlreadyDefined(f"variable {marker} already defined")
    check_keys(names, using)
    if "keep" in options:
        using = subset(using, (*names, *names_of([ast.Word(w) for w in options["keep"].split()], using)))
    wanted = (1, 3, 4, 5) if options.get("nokeep") else ()
    result = merge_columns(
        master,
        using,
        _pairs(names, master, using, options),
        names,
        update=bool(options.get("update")),
        replacing=bool(options.get("replace")),
        force=bool(options.get("force")),
        keep=wanted,
    )
    labels: dict[str, Mapping[float, str]] = dict(master.value_labels)
    notes: tuple[str, ...] = ()
    if not options.get("nolabel"):
        labels, notes = merged_labels(master.value_labels, using, using.columns.values() if "keep" in options else None)
    column = Column(marker, "byte", result.codes.astype(np.int8), "%8.0g")
    columns = {**result.data.columns, marker: column}
    data = replace(result.data, columns=columns, n=len(result.codes), value_labels=labels)
    told = "(you are using old merge syntax; see [D] merge for new syntax)"  # unverified: wording
    blocks: tuple[Block, ...] = tuple(line(text) for text in (told, *result.notes, *notes))
    return combined(session, data, result.rows, blocks)


def _pairs(names: tuple[str, ...], master: Dataset, using: Dataset, options: Options) -> Pairs:
    """Errors: r(5), r(106), r(459)."""
    if not names:
        return side_by_side(master.n, using.n)
    check_kinds(names, master, using)
    sides = [Side.of(codes) for codes in joint_codes(names, master, using)]
    # sort implies unique
    both = options.get("unique") or options.get("sort")
    claims = (both or options.get("uniqmaster"), both or options.get("uniqusing"))
    for side, unique, which in zip(sides, claims, ("master", "using"), strict=True):
        if side.order is not None and not options.get("sort"):
            raise NotSorted(f"{which} data not sorted")
        if unique and not side.unique:
            many = "variables" if len(names) > 1 else "variable"
            verb = "do" if len(names) > 1 else "does"
            raise DataAssumption(
                f"{many} {' '.join(names)} {verb} not uniquely identify observations in the {which} data"
            )
    return merged(*sides)
