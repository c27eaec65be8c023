"""codebook - what the variables hold

    codebook [varlist] [if] [in] [, compact tabulate(#) mv notes header all]

Type, label, range, number of different values, missing values, and a tabulation (up to tabulate(9) different values),
or mean, standard deviation and percentiles.  Of strings: the longest, and examples.  mv adds which variables are
missing together; compact shows one line for each variable; all is header and notes.

Example: codebook weight id, compact
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Blank, Block
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands import codebook_lines as lines
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.commands.notes import notes_of
from mixedcli.data import missing, sample, varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.moments import percentiles
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "codebook",
    (
        OptionSpec("compact", "c"),
        OptionSpec("tabulate", "t", "int"),
        OptionSpec("mv", "m"),
        OptionSpec("notes", "n"),
        OptionSpec("header", "h"),
        OptionSpec("all", "a"),
        OptionSpec("dots", "dots"),
    ),
    allows=frozenset({"if", "in"}),
)

_PERCENTILES = (10, 25, 50, 75, 90)
#: a float holds no more decimals than these, a double no more than those
_DECIMALS = {"float": 7, "double": 15}
#: examples of values too many to tabulate
_EXAMPLES = 4


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Describe each variable.  Errors: r(111), r(198)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    data = session.data
    names = varlist.names(body.varlist, data) if body.varlist.terms else data.names
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    columns = [data.columns[name].take(rows) for name in names]
    width = session.settings.linesize
    blocks: list[Block] = [Blank()]
    if options.get("compact"):
        blocks += lines.compact([_compact(column) for column in columns], width)
    else:
        full = bool(options.get("all"))
        if full or options.get("header"):
            blocks += lines.header(data, len(names), int(np.count_nonzero(rows)))
        for column in columns:
            blocks += lines.title(column.name, column.label, width)
            blocks += _text(column) if column.is_string else _numeric(column, data, options.get("tabulate", 9))
            if options.get("mv"):
                others = [data.columns[name].take(rows) for name in data.names if name != column.name]
                blocks += lines.patterns(column.name, _together(column, others))
            if full or options.get("notes"):
                blocks += lines.notes(list(notes_of(data, column.name).values()))
    return Outcome(blocks=tuple(blocks), settings=settings_after(session, context))


def _gone(column: Column) -> NDArray[np.bool_]:
    return column.values == "" if column.is_string else missing.is_missing(column.numeric())


def _compact(column: Column) -> lines.Short:
    gone = _gone(column)
    nan = float("nan")
    if column.is_string:
        texts = column.values[~gone]
        return lines.Short(column.name, len(texts), len(set(texts.tolist())), nan, nan, nan, column.label)
    x = column.numeric()[~gone]
    unique = len(np.unique(x))
    if not len(x):
        return lines.Short(column.name, 0, 0, nan, nan, nan, column.label)
    return lines.Short(column.name, len(x), unique, float(x.mean()), float(x.min()), float(x.max()), column.label)


def _text(column: Column) -> Iterator[Block]:
    texts = column.values.tolist()
    filled = sorted(text for text in texts if text)
    longest = max((len(t.encode("utf-8", "surrogateescape")) for t in filled), default=0)
    shown = f"String ({column.type})"
    if column.type != "strL" and longest < int(column.type[3:]):
        shown += f", but longest is str{max(longest, 1)}"
    different = sorted(set(filled))
    yield from lines.facts([("Type", shown, "", "")])
    yield Blank()
    empty = _share(len(texts) - len(filled), len(texts))
    yield from lines.facts([("Unique values", f"{len(different):,}", 'Missing ""', empty)])
    yield Blank()
    if len(different) <= 9:
        every = [""] * ("" in texts) + different
        yield from lines.tabulation([(texts.count(value), f'"{value}"') for value in every])
    else:
        # stata: of 74 sorted makes the 14th, 29th, 44th and 59th
        places = [k * len(filled) // (_EXAMPLES + 1) for k in range(1, _EXAMPLES + 1)]
        yield from lines.listed("Examples", [f'"{filled[max(place - 1, 0)]}"' for place in places])
    blanks = _blanks(filled)
    if blanks:
        yield Blank()
        yield from lines.listed("Warning", [f"Variable has {blanks} blanks."])
    yield Blank()


def _blanks(texts: Sequence[str]) -> str:
    kinds = {
        "leading": any(text != text.lstrip(" ") for text in texts),
        "embedded": any(" " in text.strip(" ") for text in texts),
        "trailing": any(text != text.rstrip(" ") for text in texts),
    }
    found = [kind for kind, there in kinds.items() if there]
    return {0: "", 1: "".join(found), 2: " and ".join(found)}.get(len(found), "leading, embedded, and trailing")


def _share(part: int, whole: int) -> str:
    return f"{part:,}/{whole:,}"


def _numeric(column: Column, data: Dataset, most: int) -> Iterator[Block]:
    values = column.numeric()
    gone = missing.is_missing(values)
    x = values[~gone]
    labels = data.value_labels.get(column.value_label, {})
    unique, counts = np.unique(x, return_counts=True)
    yield from lines.facts([("Type", lines.numeric_type(column), "", "")])
    if column.value_label:
        yield from lines.facts([("Label", _label(column, data, unique), "", "")])
    yield Blank()
    if len(x):
        yield from lines.facts(lines.ranges(column, float(unique[0]), float(unique[-1]), units(column, unique)))
    codes, code_counts = np.unique(values[gone], return_counts=True)
    system = int(np.count_nonzero(values[gone] == missing.SYSMISS))
    extended = int(np.count_nonzero(gone)) - system
    yield from lines.facts([("Unique values", f"{len(unique):,}", "Missing .", _share(system, len(values)))])
    if extended:
        distinct = str(int(np.count_nonzero(codes > missing.SYSMISS)))
        yield from lines.facts([("Unique mv codes", distinct, "Missing .*", _share(extended, len(values)))])
    yield Blank()
    if not len(values):
        return
    if len(unique) <= most:
        found = np.concatenate([unique, codes]).tolist()
        every = list(zip(found, np.concatenate([counts, code_counts]).tolist(), strict=True))
        if labels:
            yield from lines.labelled([(n, lines.number(v), labels.get(v, "")) for v, n in every])
        else:
            yield from lines.tabulation([(n, lines.number(v)) for v, n in every])
    elif labels:
        ordered = np.sort(x)
        shown = [float(ordered[max(k * len(x) // (_EXAMPLES + 1) - 1, 0)]) for k in range(1, _EXAMPLES + 1)]
        yield from lines.listed("Examples", [f"{lines.number(v):<5} {labels.get(v, '')}".rstrip() for v in shown])
    else:
        sd = float(x.std(ddof=1)) if len(x) > 1 else float("nan")
        quantiles = list(percentiles(x, _PERCENTILES).values())
        yield from lines.moments(float(x.mean()), sd, quantiles, _PERCENTILES)
    yield Blank()


def _label(column: Column, data: Dataset, unique: NDArray[np.float64]) -> str:
    if column.value_label not in data.value_labels:
        return f"{column.value_label}, but label does not exist"  # unverified: wording
    bare = sum(value not in data.value_labels[column.value_label] for value in unique.tolist())
    if not bare:
        return column.value_label
    what = "nonmissing value is" if bare == 1 else "nonmissing values are"
    return f"{column.value_label}, but {bare} {what} not labeled"


def units(column: Column, values: NDArray[np.float64]) -> float:
    """The greatest power of ten of which all values are multiples."""
    most = _DECIMALS.get(column.type, 0)
    for decimals in range(most + 1):
        rounded = np.round(values, decimals)
        if column.type == "float":
            rounded = rounded.astype(np.float32).astype(np.float64)
        if bool((rounded == values).all()):
            if decimals:
                return float(10.0**-decimals)
            break
    else:
        return float(10.0**-most)
    power = 1.0
    while values.any() and power < 1e15 and bool((np.fmod(values, power * 10) == 0).all()):
        power *= 10
    return power


def _together(column: Column, others: Sequence[Column]) -> list[str]:
    """stata: "heatdd==mv <-> cooldd==mv" missing together, "-->" one missing wherever the other is."""
    own = _gone(column)
    if not own.any():
        return []
    out = []
    for other in others:
        gone = _gone(other)
        if gone.any() and bool((own[gone]).all()):
            out.append(f"{other.name}==mv {'<->' if bool((own == gone).all()) else '-->'} {column.name}==mv")
    return out
