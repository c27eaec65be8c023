"""recode - change values by rules

    recode varlist (rule) [(rule) ...] [if] [in] [, generate(newvars) prefix(text) label(name) copyrest]

A rule is   # = #     # # = #     #/# = #     nonmissing = #     missing = #     else = #
with min and max as ends of ranges, .a to .z as values, copy in place of the last # for values that stay as they are,
and maybe a label behind: (1/2 = 1 "low").  The first rule
that holds a value changes it; values without a rule stay as they are.  With generate() the old variables stay, too;
if and in then give missing values elsewhere, unless copyrest is given.  test tells which rules hold no value, or
some that an earlier rule holds.

Example: recode score (min/49 = 0 "failed") (50/max = 1 "passed"), generate(passed)
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.loading import names_of, words_of
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import SYSMISS, is_missing, missing_value
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TooFewSpecified, TypeMismatch
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "recode",
    (
        OptionSpec("generate", "g", "words"),
        OptionSpec("into", "into", "words"),
        OptionSpec("prefix", "pre", "name"),
        OptionSpec("label", "l", "name"),
        OptionSpec("copyrest", "copy"),
        OptionSpec("test", "t"),
    ),
    allows=frozenset({"if", "in"}),
)

Floats = NDArray[np.float64]


@frozen
class Rule:
    """Values between the ends of any of the ranges become ``to``; kind: "ranges", "missing", "nonmissing", "else"."""

    kind: str
    ranges: tuple[tuple[float, float], ...]
    to: float | None  # None: as it is
    label: str = ""


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Recode.  Errors: r(109) strings, r(110), r(198) bad rules."""
    words = words_of(command)
    names, rules = _split(words, session.data, command)
    data = session.data
    rows = sample.mask(data, command.condition, command.in_range, expression_context(session))
    new = _new_names(names, options, data)
    blocks: list[Block] = []
    columns: list[Column] = []
    labels = {r.to: r.label for r in rules if r.label and r.to is not None}
    if labels and new is None:
        raise InvalidSyntax("value labels in rules require option generate()", command.span)  # unverified: words
    if options.get("test"):
        blocks += _tested([data.column(n) for n in names if not data.column(n).is_string], rows, rules)
    for k, name in enumerate(names):
        old = data.column(name)
        if old.is_string:
            raise TypeMismatch(f"{name} is a string variable")
        values = old.numeric()
        changed = np.where(rows, _recoded(values, rules, old.type), values)
        count = int(np.count_nonzero(changed != values))
        if new is None:
            columns.append(replaced(old, changed))
            blocks.append(line(f"({plural(count, 'change')} made to {name})"))
            continue
        if not options.get("copyrest"):
            changed = np.where(rows, changed, SYSMISS)
        target = new[k]
        label = f"RECODE of {name}" + (f" ({old.label})" if old.label else "")
        columns.append(_made(target, changed, old, label[:80], options.get("label", target) if labels else ""))
        count = int(np.count_nonzero(changed != values))
        blocks.append(line(f"({plural(count, 'difference')} between {name} and {target})"))
    after = data.with_columns(columns)
    if labels:
        after = after.with_value_label(options.get("label", (new or names)[0]), labels)
        if "label" not in options and new is not None:
            for other in new[1:]:
                after = after.with_value_label(other, labels)
    return Outcome(blocks=tuple(blocks), data=after)


def _split(
    words: tuple[ast.Word, ...], data: Dataset, command: ast.Command
) -> tuple[tuple[str, ...], tuple[Rule, ...]]:
    """The varlist and the rules behind it, in parentheses or not."""
    first = next((k for k, w in enumerate(words) if w.text.startswith("(") or "=" in w.text), None)
    if first is None:
        raise InvalidSyntax("rules expected", command.span)  # unverified: words
    if not words[first].text.startswith("("):  # bare rules: what stands before = may be several words
        while first and re.fullmatch(r"[-\d./]+|min.*|miss.*|nonm.*|else|\*", words[first - 1].text):
            first -= 1
    names = names_of(words[:first], data)
    if not names:
        raise TooFewSpecified("too few variables specified")
    text = " ".join(f'"{w.text}"' if w.quoted else w.text for w in words[first:])
    pieces = _pieces(text, _IN_PARENTHESES if text.lstrip().startswith("(") else _BARE)
    return names, tuple(_rule(p, command) for p in pieces)


_IN_PARENTHESES = re.compile(r"\(((?:[^()\"]|\"[^\"]*\")*)\)")  # those within a quoted label do not count
_BARE = re.compile(r"\s*([^=]+=\s*\S+)")


def _pieces(text: str, form: re.Pattern[str]) -> list[str]:
    """What stands in parentheses; or "1 2=3 4/9=0": every rule ends with the word behind its =.

    Errors: r(198) something else stands between.
    """
    if form.sub(" ", text).strip():
        raise InvalidSyntax("invalid syntax")
    return form.findall(text)


def _rule(text: str, command: ast.Command) -> Rule:
    left, equals, right = text.partition("=")
    found = re.fullmatch(r"\s*([^\s\"]+)\s*(?:\"([^\"]*)\"|([^\s\"]+))?\s*", right)
    if not equals or found is None:
        raise InvalidSyntax(f"rule ({text.strip()}) invalid", command.span)  # unverified: words
    label = found[2] or found[3] or ""
    to = None if found[1] == "copy" else _number(found[1], command)
    if to is not None and not abs(to) < np.inf:
        raise InvalidSyntax(f"{found[1]} found where number expected", command.span)
    word = left.strip().lower()
    if word in ("else", "*"):
        return Rule("else", (), to, label)
    if re.fullmatch(r"miss(?:i(?:ng?)?)?", word):
        return Rule("missing", (), to, label)
    if re.fullmatch(r"nonm(?:i(?:s(?:s(?:i(?:ng?)?)?)?)?)?", word):
        return Rule("nonmissing", (), to, label)
    ranges = []
    for piece in re.sub(r"\s*/\s*", "/", left).split():
        low, slash, high = piece.partition("/")
        ranges.append((_number(low, command), _number(high if slash else low, command)))
    if not ranges:
        raise InvalidSyntax(f"rule ({text.strip()}) invalid", command.span)
    return Rule("ranges", tuple(ranges), to, label)


def _number(text: str, command: ast.Command) -> float:
    if text.lower() in ("min", "max"):
        return -np.inf if text.lower() == "min" else np.inf
    if re.fullmatch(r"\.[a-z]?", text):
        return missing_value(text[1:])
    try:
        return float(text)
    except ValueError:
        raise InvalidSyntax(f"{text} found where number expected", command.span) from None


def _within(values: Floats, rule: Rule, storage: str) -> NDArray[np.bool_]:
    """Which values a rule of ranges holds; its ends are rounded as a float variable's values are."""
    hit = np.zeros(len(values), dtype=np.bool_)
    for ends in rule.ranges:
        low, high = ends
        if storage == "float":
            low, high = (v if np.isinf(v) or v >= SYSMISS else float(np.float32(v)) for v in ends)
        hit |= (values >= low) & (values <= (np.nextafter(SYSMISS, 0) if np.isinf(high) else high))
    return hit


def _recoded(values: Floats, rules: tuple[Rule, ...], storage: str) -> Floats:
    """The values after the first rule that holds each."""
    out = values.copy()
    left = np.ones(len(values), dtype=bool)
    gone = is_missing(values)
    for rule in sorted(rules, key=lambda r: r.kind == "else"):
        if rule.kind == "ranges":
            hit = _within(values, rule, storage)
        else:
            hit = {"else": np.ones_like(left), "missing": gone, "nonmissing": ~gone}[rule.kind]
        hit &= left
        if rule.to is not None:
            out[hit] = rule.to
        left &= ~hit
    return out


def _tested(columns: list[Column], rows: NDArray[np.bool_], rules: tuple[Rule, ...]) -> list[Block]:
    """Rules without values and rules that share values with earlier ones (unverified: wording)."""
    taken = np.zeros(len(columns) * int(np.count_nonzero(rows)), dtype=bool)
    out: list[Block] = []
    for k, rule in enumerate(rules, 1):
        if rule.kind != "ranges" or not columns:
            continue
        hit = np.concatenate([_within(c.numeric()[rows], rule, c.type) for c in columns])
        if not hit.any():
            out.append(line(f"(rule {k} was never invoked)"))
        elif (hit & taken).any():
            out.append(line(f"(rule {k} overlaps with an earlier rule)"))
        taken |= hit
    return out


def replaced(old: Column, values: Floats) -> Column:
    """The column with other values, in the smallest type from its own upwards that holds them."""
    storage = types.promote(old.type, values)
    return replace(old, type=storage, values=stored_numbers(values, storage))


def _made(name: str, values: Floats, old: Column, label: str, value_label: str) -> Column:
    real = values[~is_missing(values)]
    storage = types.smallest(real, "double" if old.type == "double" else "float") if len(real) else "byte"
    return Column(name, storage, stored_numbers(values, storage), types.default_format(storage), label, value_label)


def _new_names(names: tuple[str, ...], options: Options, data: Dataset) -> list[str] | None:
    given = options.get("generate") or options.get("into")
    if given is None and "prefix" not in options:
        return None
    made = [w.text for w in given] if given is not None else [options["prefix"] + n for n in names]
    if len(made) != len(names):
        raise InvalidSyntax("number of variables in generate() does not match varlist")  # unverified: words
    for k, name in enumerate(made):
        types.check_name(name)
        if name in data or name in made[:k]:
            raise AlreadyDefined(f"variable {name} already defined")
    return made
