"""xi - indicator variables for categorical terms, made before a command runs

    xi [, prefix(text) noomit]: command
    xi [, prefix(text) noomit] terms

i.x stands for indicators _Ix_2 ... of all values but the lowest; i.a*i.b for both and their products; i.a*x for the
indicators, x and their products; i.a|x for x and the products alone.  char x[omit] names another value to leave out.
Factor variables, which mixed takes without a prefix, do the same without new variables.

Example: xi: mixed distance i.sex*age || subject:
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast, numfmt
from mixedcli.blocks import Block, Line, Segment
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.prefix.through import adopted, ran
from mixedcli.data import varlist
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import INTEGER_TYPES, SYSMISS, is_missing
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.numfmt import abbreviate
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("xi", (OptionSpec("prefix", "pre", "text"), OptionSpec("noomit", "noomit")), prefix=True)

_TERM = re.compile(r"\b[iI]\.(\w+)(?:([*|])(?:([iI])\.)?(\w+))?(?![\w#.])")

_OPTION = re.compile(r"\s*,?\s*(?:pre(?:f(?:ix?)?)?\(\s*(\w+)\s*\)|noomit(?!\w))")


@frozen
class Coded:
    """A categorical variable: one indicator per code.  names: those kept; columns: the same; note: for the list."""

    variable: str
    stub: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    codes: tuple[int, ...]
    note: str


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Make the variables, put their names in place of the terms, run the command.  Errors: r(111), the command's."""
    given = dict(options)
    if isinstance(command.body, ast.PrefixBody):
        text, alone = command.body.inner, False
    else:
        text, alone = command.body.text if isinstance(command.body, ast.WordsBody) else "", True
        while (found := _OPTION.match(text)) is not None:
            given["prefix" if found[1] else "noomit"] = found[1] or True
            text = text[found.end() :]
    prefix = given.get("prefix", "_I")
    if not re.fullmatch(r"[A-Za-z_]\w{0,3}", prefix):
        raise InvalidSyntax("option prefix() incorrectly specified")
    if not text.strip():
        raise InvalidSyntax("invalid syntax", command.span)
    old = [name for name in session.data.names if name.startswith(prefix)]
    data = session.data.without(old) if old else session.data
    work = _Work(data, prefix, omit="noomit" not in given)
    written = _TERM.sub(work.replaced, text)
    own = copy(session)
    own.data = work.data
    if alone:
        return Outcome(blocks=tuple(work.notes), data=work.data)
    done = adopted(session, ran(own, written))
    return replace(done, blocks=(*work.notes, *done.blocks), data=own.data if done.data is session.data else done.data)


class _Work:
    """The data as they grow, and what is said about it."""

    def __init__(self, data: Dataset, prefix: str, *, omit: bool) -> None:
        self.data = data
        self.prefix = prefix
        self.omit = omit
        self.notes: list[Block] = []
        self.known: dict[str, Coded] = {}
        self.made: set[str] = set()

    def replaced(self, found: re.Match[str]) -> str:
        """The names that stand for a term."""
        first, operator, second_is_factor, second = found.groups()
        a = self.coded(first)
        if operator is None:
            return " ".join(self.mains(a))
        if second_is_factor:
            b = self.coded(second)
            mains = [*self.mains(a), *self.mains(b)]
            return " ".join([*mains, *self.products(a, b)])
        name = varlist.resolve(second, self.data)
        mains = [*(self.mains(a) if operator == "*" else ()), name]
        return " ".join([*mains, *self.products_with(a, name)])

    def mains(self, coded: Coded) -> tuple[str, ...]:
        """The indicators, added to the data when they are first wanted."""
        if coded.variable not in self.made:
            self.made.add(coded.variable)
            self.data = self.data.with_columns(coded.columns)
            span = f"{coded.stub}_{coded.codes[0]}-{coded.codes[-1]}" if coded.codes else coded.stub
            self.note(f"i.{abbreviate(coded.variable, 13)}", span, coded.note)
        return coded.names

    def note(self, term: str, names: str, text: str) -> None:
        # stata: a log of xi: qreg price mpg i.foreign*i.rep78
        self.notes.append(Line((Segment(f"{term:<18}{names:<20}({text})"),)))

    def coded(self, typed: str) -> Coded:
        """Codes and indicators of a variable.  Errors: r(111)."""
        name = varlist.resolve(typed, self.data)
        if name not in self.known:
            self.known[name] = _coded(self.data, name, self.prefix, omit=self.omit)
        return self.known[name]

    def products(self, a: Coded, b: Coded) -> list[str]:
        stub = f"{self.prefix}{a.variable[:3]}X{b.variable[:3]}"
        self.note(f"i.{abbreviate(a.variable, 5)}*i.{abbreviate(b.variable, 5)}", f"{stub}_#_#", "coded as above")
        made = []
        for x in a.columns:
            for y in b.columns:
                name = f"{stub}_{x.name.rpartition('_')[2]}_{y.name.rpartition('_')[2]}"
                label = f"{x.label} & {y.label}"
                made.append(_product(name, x, y.numeric(), label, "byte"))
        self.data = self.data.with_columns(made)
        return [column.name for column in made]

    def products_with(self, a: Coded, name: str) -> list[str]:
        stub = f"{self.prefix}{a.variable[:3]}X{name[:5]}"
        self.note(f"i.{abbreviate(a.variable, 5)}*{abbreviate(name, 7)}", f"{stub}_#", "coded as above")
        values = self.data.numeric(name)
        made = [
            _product(f"{stub}_{x.name.rpartition('_')[2]}", x, values, f"({x.label})*{name}", "double")
            for x in a.columns
        ]
        self.data = self.data.with_columns(made)
        return [column.name for column in made]


def _product(name: str, indicator: Column, values: NDArray[np.float64], label: str, storage: str) -> Column:
    x = indicator.numeric()
    gone = is_missing(x) | is_missing(values)
    made = stored_numbers(np.where(gone, SYSMISS, x * np.where(gone, 0.0, values)), storage)
    return Column(name, storage, made, "%8.0g" if storage == "byte" else "%10.0g", label=label)


def _coded(data: Dataset, name: str, prefix: str, *, omit: bool) -> Coded:
    column = data.column(name)
    if column.is_string:
        levels: list[object] = [v for v in np.unique(column.values) if v != ""]
        matches = [column.values == v for v in levels]
        gone = column.values == ""
        natural = False
    else:
        values = column.numeric()
        gone = is_missing(values)
        found = np.unique(values[~gone])
        levels = found.tolist()
        matches = [values == v for v in found]
        natural = bool(len(found) and (found == np.floor(found)).all() and found[0] >= 0 and found[-1] < 10_000)
    codes = [int(v) for v in levels] if natural else list(range(1, len(levels) + 1))  # type: ignore[call-overload]
    texts = [v if isinstance(v, str) else numfmt.text(float(v), "%9.0g") for v in levels]  # type: ignore[arg-type]
    stub = f"{prefix}{name[:9]}"
    left = _omitted(data, column, texts) if omit else None
    byte_missing = INTEGER_TYPES["byte"][3]
    columns = tuple(
        Column(
            f"{stub}_{code}",
            "byte",
            np.where(gone, byte_missing, match).astype(np.int8),
            "%8.0g",
            label=f"{name}=={text}",
        )
        for k, (code, match, text) in enumerate(zip(codes, matches, texts, strict=True))
        if k != left
    )
    if left is None:
        note = "naturally coded" if natural else "coded"
    elif natural:
        note = f"naturally coded; {stub}_{codes[left]} omitted"
    else:
        note = f"{stub}_{codes[left]} for {name}=={texts[left]} omitted"
    return Coded(name, stub, tuple(c.name for c in columns), columns, tuple(codes), note)


def _omitted(data: Dataset, column: Column, texts: list[str]) -> int | None:
    """Which value is left out: the lowest, or what char name[omit] says."""
    if not texts:
        return None
    wanted = column.characteristics.get("omit", "")
    return texts.index(wanted) if wanted in texts else 0
