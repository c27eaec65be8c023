"""labelbook - what the value labels hold

    labelbook [lblname ...] [, length(#) list(#) alpha]

Range and number of the labelled values, lengths of the texts, whether they are still different when cut to length(12),
the definition (its first list() rows; alpha: in order of the texts) and the variables that have the label.

Example: labelbook yesno
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mixedcli import ast
from mixedcli.blocks import Blank, Block, Line, Segment, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.data import missing
from mixedcli.data.dataset import Dataset
from mixedcli.errors import NotFound
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "labelbook",
    (
        OptionSpec("length", "le", "int"),
        OptionSpec("list", "li", "int"),
        OptionSpec("alpha", "a"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Describe each label.  Errors: r(111) there is none of that name."""
    data = session.data
    names = [word.text for word in words_of(command)] or list(data.value_labels)
    blocks: list[Block] = []
    for name in names:
        if name not in data.value_labels:
            raise NotFound(f"value label {name} not found")
        blocks += _page(session, data, name, options)
    return Outcome(blocks=tuple(blocks), r=Stored(macros={"names": " ".join(names)}))


def _page(session: Session, data: Dataset, name: str, options: Options) -> Iterator[Block]:
    table = data.value_labels[name]
    rule = line("-" * session.settings.linesize)
    yield from (Blank(), rule, line(f"Value label {name}"), rule, Blank())
    length = options.get("length", 12)
    real = sorted(value for value in table if value < missing.SYSMISS)
    gaps = any(b - a != 1 for a, b in pairwise(real))
    texts = list(table.values())
    left = [
        ("Range", f"[{real[0]:.0f},{real[-1]:.0f}]" if real else "[.,.]"), ("N", str(len(table))),
        ("Gaps", _yes(gaps)), ("Missing .*", str(len(table) - len(real))),
    ]  # fmt: skip
    sizes = [len(text) for text in texts]
    right = [
        ("String length", f"[{min(sizes, default=0)},{max(sizes, default=0)}]"),
        ("Unique at full length", _yes(len(set(texts)) == len(texts))),
        (f"Unique at length {length}", _yes(len({text[:length] for text in texts}) == len(texts))),
        ("Null string", _yes(not all(texts))),
        ("Leading/trailing blanks", _yes(any(text != text.strip() for text in texts))),
        ("Numeric -> numeric", _yes(any(_is_number(text) for text in texts))),
    ]  # fmt: skip
    # stata: labelbook; the capitals of release 17 and later are unverified
    yield line(f"{'Values':>12}{'Labels':>42}")
    for k, (heading, fact) in enumerate(right):
        first, value = left[k] if k < len(left) else ("", "")
        start = f"{first:>12}:  {value}" if first else ""
        yield Line((Segment(f"{start:<{54 - len(heading)}}{heading}:  "), Segment(fact, "result")))
    yield line("  Definition")
    rows = sorted(table.items(), key=lambda item: item[1]) if options.get("alpha") else list(table.items())
    for number, text in rows[: max(options.get("list", 32000), 0)]:
        shown = missing.letter_of(number) if number >= missing.SYSMISS else f"{number:.0f}"
        yield line(f"{shown:>12}   {text}", "result")
    yield Blank()
    yield line(f"{'Variables':>12}:  {' '.join(_users(data, name))}".rstrip())


def _users(data: Dataset, name: str) -> list[str]:
    return [column.name for column in data.columns.values() if column.value_label == name]


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
