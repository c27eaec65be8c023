"""label - labels of the data, of variables and of values

    label data ["text"]
    label variable varname ["text"]
    label define lblname # "text" [# "text" ...] [, add modify replace nofix]
    label values varlist lblname
    label list [lblname ...]
    label dir
    label drop lblname ... | _all
    label copy lblname lblname [, replace]
    label save [lblname ...] using filename [, replace]
    label language [name ...]

Numbers in label define are whole, or extended missing values .a to .z.  "label values x ." detaches a label.
label list leaves r(k), r(min), r(max) and r(hasemiss), label dir r(names).  label save writes a do-file that defines
the labels.  Labels in several languages are not kept: label language only shows which is in use, "default".

Example: label define yesno 0 "no" 1 "yes"
         label values treated yesno
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options, OptionSpec, labelsave
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import missing, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import (
    AlreadyDefined,
    InvalidSyntax,
    LabelsForStrings,
    NotFound,
    NotYetAvailable,
    TooManySpecified,
    ValueLabelError,
    VarlistNotAllowed,
    VarlistRequired,
)
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "label",
    options=(
        OptionSpec("add", "a"),
        OptionSpec("modify", "modify"),
        OptionSpec("replace", "replace"),
        OptionSpec("nofix", "nofix"),
    ),
    allows=frozenset({"using"}),
)

#: characters a data or variable label holds
LONGEST = 80

Words = Sequence[ast.Word]
Action = Callable[[Dataset, Words, Options], Outcome]


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Dispatch on the subcommand.  Errors: r(198) unknown subcommand, and those of each."""
    words = words_of(command)
    if not words:
        raise InvalidSyntax("subcommand required", command.span)  # unverified: wording
    typed = words[0].text
    if typed == "save":
        return labelsave.run(session, command, words[1:], options)
    if command.using is not None:
        raise VarlistNotAllowed("using not allowed", command.span)
    for name, (least, action) in _ACTIONS.items():
        if name.startswith(typed) and len(typed) >= least:
            return action(session.data, words[1:], options)
    raise InvalidSyntax(f"invalid subcommand {typed}", words[0].span)  # unverified: wording


def _data(data: Dataset, words: Words, options: Options) -> Outcome:
    return Outcome(data=replace(data, label=_text(words), changed=True))


def _variable(data: Dataset, words: Words, options: Options) -> Outcome:
    if not words:
        raise VarlistRequired("varlist required")
    names = names_of(words[:1], data)
    if len(names) > 1:
        raise TooManySpecified("too many variables specified", words[0].span)
    return Outcome(data=data.with_metadata([replace(data.columns[names[0]], label=_text(words[1:]))]))


def _text(words: Words) -> str:
    """The one label text.  Errors: r(198)."""
    if len(words) > 1:
        raise InvalidSyntax("invalid syntax", words[1].span)
    return words[0].text[:LONGEST] if words else ""


def _define(data: Dataset, words: Words, options: Options) -> Outcome:
    if len(words) < 3 or len(words) % 2 == 0:
        raise InvalidSyntax("invalid syntax", words[-1].span if words else None)
    name = types.check_name(words[0].text, words[0].span)
    known = data.value_labels.get(name)
    if known is not None and not any(options.get(o) for o in ("add", "modify", "replace")):
        raise AlreadyDefined(f"label {name} already defined", words[0].span)
    table: dict[float, str] = {} if known is None or options.get("replace") else dict(known)
    for number, text in zip(words[1::2], words[2::2], strict=True):
        value = _value(number)
        if value in table and not options.get("modify") and not options.get("replace"):
            raise ValueLabelError("invalid attempt to modify label", number.span)
        if text.text:
            table[value] = text.text
        else:
            table.pop(value, None)  # an empty text takes the label away
    return Outcome(data=data.with_value_label(name, table))


def _value(word: ast.Word) -> float:
    """A whole number within long, or .a to .z.  Errors: r(198)."""
    text = word.text
    if len(text) == 2 and text[0] == "." and "a" <= text[1] <= "z":
        return missing.missing_value(text[1])
    try:
        value = float(text)
    except ValueError:
        raise InvalidSyntax(f"invalid '{text}'", word.span) from None
    if not abs(value) <= 2147483620 or value != int(value):
        raise InvalidSyntax("may not label noninteger values", word.span)  # unverified: wording
    return value


def _values(data: Dataset, words: Words, options: Options) -> Outcome:
    if not words:
        raise VarlistRequired("varlist required")
    names, label = names_of(words[:-1] if len(words) > 1 else words, data), words[-1].text if len(words) > 1 else ""
    label = "" if label == "." else label
    columns: list[Column] = []
    for name in names:
        column = data.columns[name]
        if column.is_string:
            raise LabelsForStrings("may not label strings")
        columns.append(replace(column, value_label=label))
    return Outcome(data=data.with_metadata(columns))


def _list(data: Dataset, words: Words, options: Options) -> Outcome:
    blocks: list[Block] = []
    table: Mapping[float, str] = {}
    for name in [w.text for w in words] or list(data.value_labels):
        table = _table(data, name)
        blocks.append(Line((Segment(f"{name}:", "text"),)))
        blocks.extend(_rows(table))
    real = [value for value in table if value < missing.SYSMISS]
    scalars = {"k": float(len(table))}
    if real:
        scalars |= {"min": min(real), "max": max(real)}
    scalars |= {"hasemiss": float(len(real) < len(table)), "nemiss": float(len(table) - len(real))}
    return Outcome(blocks=tuple(blocks), r=Stored(scalars=scalars))


def _rows(table: Mapping[float, str]) -> list[Block]:
    """``           1 yes``: the number right-aligned in 12 columns (stata: label list)."""
    return [
        line(f"{missing.letter_of(v) if v >= missing.SYSMISS else str(int(v)):>12} {text}") for v, text in table.items()
    ]


def _table(data: Dataset, name: str) -> Mapping[float, str]:
    try:
        return data.value_labels[name]
    except KeyError:
        raise NotFound(f"value label {name} not found") from None


def _dir(data: Dataset, words: Words, options: Options) -> Outcome:
    names = list(data.value_labels)
    return Outcome(blocks=tuple(map(line, names)), r=Stored(macros={"names": " ".join(names)}))


def _language(data: Dataset, words: Words, options: Options) -> Outcome:
    if words and words[0].text != "default":
        raise NotYetAvailable("labels in several languages are not yet available", words[0].span)
    shown = () if words else (line("Language for variable and value labels: default"),)  # unverified: wording
    return Outcome(blocks=shown, r=Stored(macros={"language": "default", "languages": "default"}))


def _drop(data: Dataset, words: Words, options: Options) -> Outcome:
    if not words:
        raise InvalidSyntax("label name required")  # unverified: wording
    names = list(data.value_labels) if words[0].text == "_all" else [w.text for w in words]
    for name in names:
        _table(data, name)
        data = data.with_value_label(name, None)
    return Outcome(data=data)


def _copy(data: Dataset, words: Words, options: Options) -> Outcome:
    if len(words) != 2:
        raise InvalidSyntax("invalid syntax")
    table = _table(data, words[0].text)
    name = types.check_name(words[1].text, words[1].span)
    if name in data.value_labels and not options.get("replace"):
        raise AlreadyDefined(f"label {name} already defined", words[1].span)
    return Outcome(data=data.with_value_label(name, table))


#: subcommand -> (minimum abbreviation, action)
_ACTIONS: dict[str, tuple[int, Action]] = {
    "data": (2, _data),
    "define": (2, _define),
    "variable": (3, _variable),
    "values": (3, _values),
    "list": (1, _list),
    "dir": (3, _dir),
    "drop": (4, _drop),
    "copy": (4, _copy),
    "language": (4, _language),
}
