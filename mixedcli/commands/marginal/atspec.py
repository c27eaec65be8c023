"""at(): what it asks for each covariate, and the scenarios that come of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Literal

from mixedcli.errors import InvalidSyntax, NotYetAvailable, Unavailable
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, LinearModel, text_of
from mixedcli.session import Language

#: statistics of numbers, and words for any covariate
_NUMBERS = ("mean", "median", "min", "max", "zero")
_ANY = ("asobserved",)
_FACTORS = ("base", "asbalanced", "mean")
_WORDS = {"means": "mean", "medians": "median"}
_NAME = re.compile(r"(?:(?P<mark>c|i|\d+)b?n?\.)?(?P<name>(?:[LFDS]\d*\.)?[^\W\d][\w*?]*|\*)\s*")
_GENERATE = re.compile(r"gen(?:erate)?\s*\(")


@frozen
class Wish:
    """One covariate in at(): a number, a statistic, an expression (gen()), or proportions of levels."""

    kind: Literal["value", "statistic", "generate", "shares"]
    value: float = 0.0
    word: str = ""
    shares: tuple[tuple[int, float], ...] = ()


Wishes = Mapping[Key, Wish]


def scenarios_of(texts: Sequence[str], model: LinearModel, language: Language, *, atmeans: bool) -> list[Wishes]:
    """The scenarios of all at() options, one after the other; [{}] without any.

    Several values of several covariates are crossed, the last covariate of the model varying fastest.
    Errors: r(121), r(198), r(322).
    """
    out: list[Wishes] = []
    for text in texts or [""]:
        lists = _lists(text, model, language)
        if atmeans:
            for key in model.covariates:
                lists.setdefault(key, [Wish("statistic", word="mean")])
        keys = [k for k in model.covariates if k in lists]
        out += [dict(zip(keys, chosen, strict=True)) for chosen in product(*(lists[k] for k in keys))]
    return out


def _lists(text: str, model: LinearModel, language: Language) -> dict[Key, list[Wish]]:
    found: dict[Key, list[Wish]] = {}
    shares: dict[Key, dict[int, float]] = {}
    statistic = ""
    at = 0
    while at < len(text):
        if text[at].isspace() or text[at] == ",":
            at += 1
            continue
        if text[at] == "(":
            end = closing(text, at)
            statistic = _statistic(text[at + 1 : end].strip())
            at = end + 1
            continue
        name = _NAME.match(text, at)
        if name is None:
            raise InvalidSyntax(
                f"option at() incorrectly specified;\n'{text[at:].split()[0]}' found where name expected"
            )
        at = name.end()
        if at < len(text) and text[at] == "=":
            value, at = _value(text, at + 1)
            key = _covariate(name["name"], model)
            if name["mark"] and name["mark"].isdigit():
                (share,) = _numbers(value, language)
                shares.setdefault(key, {})[int(name["mark"])] = share
                continue
            found[key] = _wishes(key, value, model, language)
        else:
            if not statistic:
                raise InvalidSyntax(f"option at() incorrectly specified;\n{name['name']} needs a value or a statistic")
            for key in covariates(name["name"], model):
                found[key] = [_suited(key, statistic, model)]
    for key, parts in shares.items():
        found[key] = [_shared(key, parts, model)]
    return found


def closing(text: str, at: int) -> int:
    """Where the parenthesis that opens at ``at`` closes.  Errors: r(198)."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if not depth:
            return k
    raise InvalidSyntax("option at() incorrectly specified")


def _value(text: str, at: int) -> tuple[str, int]:
    """The text of a value and where it ends: (numlist), gen(exp) or a number."""
    while at < len(text) and text[at].isspace():
        at += 1
    made = _GENERATE.match(text, at)
    if made is not None or text[at : at + 1] == "(":
        end = closing(text, at if made is None else made.end() - 1)
        return text[at : end + 1], end + 1
    number = re.compile(r"[^\s(),]+").match(text, at)
    if number is None:
        raise InvalidSyntax("option at() incorrectly specified")
    return number[0], number.end()


def _statistic(word: str) -> str:
    """The full name of a statistic.  Errors: r(198)."""
    word = _WORDS.get(word, word)
    if word in (*_NUMBERS, *_ANY, *_FACTORS) or re.fullmatch(r"p[1-9]\d?", word):
        return "median" if word == "p50" else word
    raise InvalidSyntax(f"option at() incorrectly specified;\n({word}) is not a statistic")  # unverified: words


def _numbers(text: str, language: Language) -> tuple[float, ...]:
    inside = text[1:-1] if text.startswith("(") else text
    numbers = language.numlist(inside)
    if not numbers:
        raise InvalidSyntax("option at() incorrectly specified")
    return numbers


def _wishes(key: Key, text: str, model: LinearModel, language: Language) -> list[Wish]:
    """The values asked for one covariate.  Errors: r(198), r(322)."""
    made = _GENERATE.match(text)
    inside = text[1:-1].strip() if text.startswith("(") else text
    if made is None and text.startswith("(") and _GENERATE.match(inside):
        text, made = inside, _GENERATE.match(inside)
    if made is not None:
        if key in model.factors:
            raise NotYetAvailable("at(): gen() of a factor variable is not yet available")
        return [Wish("generate", word=text[made.end() : closing(text, made.end() - 1)].strip())]
    if re.fullmatch(r"\(?\s*as(observed|balanced)\s*\)?", text):
        return [_suited(key, inside, model)]
    numbers = _numbers(text, language)
    levels = model.factors.get(key)
    for v in numbers if levels is not None else ():
        if v not in levels:  # type: ignore[operator]
            # unverified: words
            raise Unavailable(f"{v:g}.{text_of(key)} not found in list of covariates")
    return [Wish("value", v) for v in numbers]


def _suited(key: Key, word: str, model: LinearModel) -> Wish:
    """A statistic for a covariate.  Errors: r(198) where it has no meaning."""
    factor = key in model.factors
    if word in _ANY or (word in _FACTORS if factor else word not in ("base", "asbalanced")):
        return Wish("statistic", word=word)
    kind = "factor" if factor else "continuous"
    raise InvalidSyntax(f"option at() incorrectly specified;\n({word}) not allowed with {kind} variables")


def _shared(key: Key, parts: Mapping[int, float], model: LinearModel) -> Wish:
    """1.f = .3 2.f = .7: levels not named count 0.  Errors: r(198), r(322)."""
    levels = model.factors.get(key, ())
    unknown = [v for v in parts if v not in levels]
    if unknown:
        raise Unavailable(f"{unknown[0]}.{text_of(key)} not found in list of covariates")
    if any(not 0 <= v <= 1 for v in parts.values()) or abs(sum(parts.values()) - 1) > 1e-6:
        # unverified: words
        raise InvalidSyntax(f"option at() incorrectly specified;\nproportions of {text_of(key)} do not sum to one")
    return Wish("shares", shares=tuple((v, parts.get(v, 0.0)) for v in levels))


def _covariate(name: str, model: LinearModel) -> Key:
    """Errors: r(322)."""
    known = {text_of(k): k for k in model.covariates}
    if name in known:
        return known[name]
    raise Unavailable(f"'{name}' not found in list of covariates")


def covariates(name: str, model: LinearModel) -> list[Key]:
    """One covariate, or all, the factors, the continuous ones.  Errors: r(322)."""
    if name in ("_all", "*"):
        return list(model.covariates)
    if name == "_factor":
        return list(model.factors)
    if name == "_continuous":
        return [k for k in model.covariates if k not in model.factors]
    if "*" in name or "?" in name:
        found = [k for k in model.covariates if fnmatchcase(text_of(k), name)]
        if found:
            return found
    return [_covariate(name, model)]
