"""merge - bring in variables from another data set

    merge 1:1 varlist using filename [, options]
    merge m:1 varlist using filename [, options]
    merge 1:m varlist using filename [, options]
    merge m:m varlist using filename [, options]
    merge 1:1 _n using filename [, options]
    merge [varlist] using filename [, unique uniqmaster uniqusing sort keep(varlist) nokeep _merge(newvar)
                                      update replace nolabel]

    options: keepusing(varlist) generate(newvar) nogenerate nolabel nonotes update replace noreport force
             assert(results) keep(results) sorted

Observations with equal values of varlist are joined.  1 claims that varlist identifies the observations of that side.
_merge tells where an observation comes from: 1 master, 2 using, 3 both; with update also 4 (a missing value was
filled in) and 5 (values differ).  Variables of both data sets keep the master's values; update fills in missing ones,
update replace takes the using data's value where there is one.  assert() and keep() take master, match and using (or
1, 2, 3, with update also match_update and match_conflict, 4 and 5).

The last form is that of old scripts: both data sets are sorted by varlist (sort sorts them, and claims as unique
does that it identifies the observations of both), keep() names variables, nokeep leaves out what is only in the
using data.

Examples: merge m:1 school using schools, keep(match master) nogenerate
          merge 1:1 id week using followup, assert(match) keepusing(weight)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec, mergeold
from mixedcli.commands.combining import check_keys, check_kinds, combined, subset, using_data, using_name
from mixedcli.commands.loading import names_of, words_of
from mixedcli.commands.mergetable import result_table
from mixedcli.data import types
from mixedcli.data.dataset import Dataset
from mixedcli.data.keys import joint_codes
from mixedcli.data.matching import Pairs, Side, merged, side_by_side
from mixedcli.data.merging import Merged, merge_columns
from mixedcli.data.stacking import merged_labels
from mixedcli.errors import (
    AlreadyDefined,
    DataAssumption,
    InvalidSyntax,
    NotSorted,
    VarlistRequired,
)
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "merge",
    options=(
        OptionSpec("keepusing", "keepus", "words"),
        OptionSpec("generate", "gen", "name"),
        OptionSpec("nogenerate", "nogen"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("nonotes", "nonote"),
        OptionSpec("update", "update"),
        OptionSpec("replace", "replace"),
        OptionSpec("noreport", "norep"),
        OptionSpec("force", "force"),
        OptionSpec("assert", "assert", "text"),
        OptionSpec("keep", "keep", "text"),
        OptionSpec("sorted", "sorted"),
        *mergeold.OPTIONS,
    ),
    allows=frozenset({"using"}),
)

KINDS = ("1:1", "m:1", "1:m", "m:m", "n:1", "1:n", "n:n")

#: result -> least abbreviation, code
RESULTS = {
    "masters": ("mas", 1),
    "usings": ("us", 2),
    "matches": ("mat", 3),
    "matched": ("mat", 3),
    "match_updates": ("match_u", 4),
    "match_conflicts": ("match_c", 5),
}

LABELS = {
    1.0: "Master only (1)",
    2.0: "Using only (2)",
    3.0: "Matched (3)",
    4.0: "Missing updated (4)",
    5.0: "Nonmissing conflict (5)",
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Merge.

    Errors: r(5) not sorted, r(9) assert(), r(106) string and numeric, r(110) _merge exists, r(111), r(198),
    r(459) not unique, those of ``use``.
    """
    words = words_of(command)
    if command.using is not None and (not words or words[0].text.lower() not in KINDS):
        return mergeold.run(session, command, options)
    for old in mergeold.OPTIONS:
        if old.name in options:
            raise InvalidSyntax(f"option {old.name} not allowed", command.span)
    kind, names = _what(session, command)
    marker = _marker(session.data, options)
    wanted, claimed = _results(options, "keep"), _results(options, "assert")
    if options.get("replace") and not options.get("update"):
        raise InvalidSyntax("options replace and update must be specified together", command.span)
    master = session.data
    using = using_data(session, using_name(command))
    if names:
        check_keys(names, using)
    if "keepusing" in options:
        using = subset(using, (*names, *names_of(options["keepusing"], using)))
    if marker in using:
        raise AlreadyDefined(f"variable {marker} already defined")
    pairs = _pairs(kind, names, master, using, options)
    result = merge_columns(
        master,
        using,
        pairs,
        names,
        update=bool(options.get("update")),
        replacing=bool(options.get("replace")),
        force=bool(options.get("force")),
        keep=wanted,
    )
    labels, notes = (
        (dict(master.value_labels), ())
        if options.get("nolabel")
        else merged_labels(master.value_labels, using, using.columns.values() if "keepusing" in options else None)
    )
    failed = bool(claimed) and any(count and code not in claimed for code, count in result.found.items())
    if failed:  # everything is left as it was before keep()
        result = merge_columns(
            master,
            using,
            pairs,
            names,
            update=bool(options.get("update")),
            replacing=bool(options.get("replace")),
            force=bool(options.get("force")),
        )
    data = replace(result.data, value_labels=labels)
    if marker:
        data = _marked(data, result, marker)
    blocks: tuple[Block, ...] = tuple(line(text) for text in (*result.notes, *notes))
    if failed:
        return replace(combined(session, data, result.rows, blocks), rc=9, error=_claim(claimed))
    if not options.get("noreport"):
        blocks += (Blank(), *result_table(result.kept, marker, update=bool(options.get("update"))))
    return combined(session, data, result.rows, blocks)


def _what(session: Session, command: ast.Command) -> tuple[str, tuple[str, ...]]:
    """Kind of the merge and its key variables; none for _n."""
    words = words_of(command)
    if not words or words[0].text.lower() not in KINDS:
        raise InvalidSyntax("invalid syntax", command.span)
    kind = words[0].text.lower().replace("n", "m")
    using_name(command)
    if len(words) == 1:
        raise VarlistRequired("varlist required", command.span)
    if words[1].text == "_n":
        if kind != "1:1" or len(words) > 2:
            raise InvalidSyntax("invalid syntax", words[1].span)
        return kind, ()
    return kind, tuple(dict.fromkeys(names_of(words[1:], session.data)))


def _marker(data: Dataset, options: Options) -> str:
    """Name of the variable that tells the result, "" for none."""
    if options.get("nogenerate"):
        if "generate" in options:
            raise InvalidSyntax("options generate() and nogenerate may not be specified together")
        return ""
    name = types.check_name(str(options.get("generate", "_merge")))
    if name in data:
        raise AlreadyDefined(f"variable {name} already defined")
    return name


def _results(options: Options, option: str) -> tuple[int, ...]:
    codes: list[int] = []
    for text in options.get(option, "").replace(",", " ").split():
        if text in ("1", "2", "3", "4", "5"):
            codes.append(int(text))
            continue
        found = [code for full, (least, code) in RESULTS.items() if full.startswith(text) and text.startswith(least)]
        if not found:
            raise InvalidSyntax(f"option {option}() invalid;\n{text} is not a merge result")
        codes.append(min(found))
    if any(code > 3 for code in codes) and not options.get("update"):
        raise InvalidSyntax(f"option {option}() invalid;\nresults 4 and 5 occur with option update only")
    return tuple(dict.fromkeys(codes))


def _pairs(kind: str, names: tuple[str, ...], master: Dataset, using: Dataset, options: Options) -> Pairs:
    """Errors: r(5), r(106), r(459)."""
    if not names:
        return side_by_side(master.n, using.n)
    check_kinds(names, master, using)
    sides = [Side.of(codes) for codes in joint_codes(names, master, using)]
    for side, one, which in zip(sides, kind.split(":"), ("master", "using"), strict=True):
        if one == "1" and not side.unique:
            many = "variables" if len(names) > 1 else "variable"
            verb = "do" if len(names) > 1 else "does"
            raise DataAssumption(
                f"{many} {' '.join(names)} {verb} not uniquely identify observations in the {which} data"
            )
        if options.get("sorted") and side.order is not None:
            raise NotSorted(f"{which} data not sorted")
    return merged(*sides)


def _marked(data: Dataset, result: Merged, marker: str) -> Dataset:
    from mixedcli.data.dataset import Column

    labels = {**data.value_labels, "_merge": LABELS}
    values = result.codes.astype(np.int8)
    column = Column(marker, "byte", values, "%23.0g", "Matching result from merge", "_merge")
    columns = {**data.columns, marker: column}
    return replace(data, columns=columns, n=len(values), value_labels=labels)


def _claim(claimed: tuple[int, ...]) -> str:
    texts = {
        1: "from master",
        2: "from using",
        3: "matched",
        4: "with missing values updated",  # unverified: wording
        5: "with nonmissing conflicts",  # unverified: wording
    }
    shown = [texts[code] for code in sorted(claimed)]
    whole = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
    return f"merge:  after merge, not all observations {whole}\n        (merged result left in memory)"
