"""The term list of margins, contrast and pwcompare: "a", "i.a##b", "r.a@b", "ar2.a#c.x", "{a 1 -1 0}"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from mixedcli.data.factors import operator_prefix
from mixedcli.engine.contrasts import OPERATORS
from mixedcli.errors import InvalidSyntax, Unavailable
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key, LinearModel, text_of

_WORD = re.compile(r"\{[^{}]*\}|(?:\([^()]*\)|[^\s(){}])+")
_ELEMENT = re.compile(r"(?:(?P<op>[a-z]+)?(?P<which>\d+|\([^()]*\))?(?P<tail>bn|b|o)?\.)?(?P<name>[^\W\d]\w*)")
#: variables in parentheses, behind an operator's period or where a factor may stand
_GROUP = re.compile(r"(?:^|(?<=[.#@|]))\((?P<inside>[^()]*)\)")
#: a level, or a numlist in parentheses, behind rb
_BASED = re.compile(r"r?b(\d+|\(\s*(?:first|last|freq|#\d+|\d+)\s*\)|n)?")


@frozen
class Element:
    """One factor of a term.  operator: "" for none; only: levels chosen; base: reference level typed (rb3.)."""

    key: Key
    operator: str = ""
    only: tuple[int, ...] = ()
    base: int | None = None
    weights: tuple[tuple[float, ...], ...] = ()  # custom contrasts

    @property
    def named(self) -> bool:
        """Whether it asks for contrasts of its own."""
        return bool(self.operator) or bool(self.weights)


@frozen
class ContrastTerm:
    """A term: factors, those it is computed within (@ or |), continuous variables.

    unverified: that a|b is shown by levels of b, as a@b is.
    """

    main: tuple[Element, ...]
    within: tuple[Element, ...] = ()
    numbers: tuple[Key, ...] = ()
    separator: str = "@"

    @property
    def label(self) -> str:
        """ "treat#depstat@season", "a#c.x"."""
        main = "#".join([*(text_of(e.key) for e in self.main), *(f"c.{text_of(k)}" for k in self.numbers)])
        inside = "#".join(text_of(e.key) for e in self.within)
        return f"{main}{self.separator}{inside}" if inside else main

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every factor, those within last."""
        return tuple(e.key for e in (*self.main, *self.within))

    @property
    def operated(self) -> bool:
        """Whether it is a contrast rather than a list of margins."""
        return bool(self.within) or any(e.named for e in self.main)


def terms_of(text: str, model: LinearModel, *, contrast: bool, lincom: bool = False) -> list[ContrastTerm]:
    """The terms of a list, a##b taken apart, each once.

    Errors: r(198); r(322) for what is no factor of the model.
    """
    found: dict[str, ContrastTerm] = {}
    words = _WORD.findall(text)
    if re.sub(r"\s+", "", "".join(words)) != re.sub(r"\s+", "", text):
        raise InvalidSyntax(f"{text.strip()} invalid name")
    for word in words:
        if word.startswith("{"):
            made = [_custom(word[1:-1], model, lincom)]
        else:
            made = [t for single in _distributed(word) for t in _term(single, model, contrast)]
        for term in made:
            found.setdefault(repr(term), term)
    return list(found.values())


def _distributed(word: str) -> list[str]:
    """i.(a b) and (a b)#c as i.a i.b, a#c b#c; the numlist of r(1 2).a stays."""
    found = _GROUP.search(word)
    if found is None:
        return [word]
    start, end = found.span("inside")
    names = found["inside"].split()
    return [w for n in names for w in _distributed(word[: start - 1] + n + word[end + 1 :])]


def _term(word: str, model: LinearModel, contrast: bool) -> list[ContrastTerm]:
    main, separator, within = re.fullmatch(r"([^@|]*)([@|]?)(.*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
    if separator and not (main and within):
        raise InvalidSyntax(f"{word}: invalid term")  # unverified: words
    inside = tuple(e for piece in re.split(r"[@|#]+", within) if piece for e in _elements(piece, model, contrast)[0])
    out = []
    for pieces in _expanded(main):
        elements: list[Element] = []
        numbers: list[Key] = []
        for piece in pieces:
            own, continuous = _elements(piece, model, contrast)
            elements += own
            numbers += continuous
        if not elements and not (contrast and numbers):
            raise Unavailable(f"factor {word} not found in list of covariates")
        out.append(ContrastTerm(tuple(elements), inside, tuple(numbers), separator or "@"))
    return out


def _expanded(text: str) -> list[list[str]]:
    """a##b -> a, b, a#b; a#b -> itself."""
    blocks = [block.split("#") for block in text.split("##")]
    if any(not piece for block in blocks for piece in block):
        raise InvalidSyntax(f"{text}: invalid interaction")  # unverified: words
    if len(blocks) == 1:
        return [blocks[0]]
    out = []
    for size in range(1, len(blocks) + 1):
        out += [[p for block in some for p in block] for some in combinations(blocks, size)]
    return out


def _elements(piece: str, model: LinearModel, contrast: bool) -> tuple[list[Element], list[Key]]:
    """One factor or continuous variable with its operator.  ``i.(a b)`` is not taken apart here."""
    found = _ELEMENT.fullmatch(piece)
    if found is None:
        based = re.fullmatch(r"(r?b(?:\([^()]*\)|n)?)\.([^\W\d]\w*)", piece)
        if based is None:
            raise InvalidSyntax(f"{piece}:  operator invalid")
        key = _key(based[2], model)
        return [_based(key, based[1], model, contrast, piece)], []
    operator, which, name = found["op"] or "", found["which"], found["name"]
    if operator == "c":
        keys = {text_of(k): k for k in model.continuous}
        if name not in keys:
            raise Unavailable(f"{name} not found in list of covariates")
        if not contrast:
            raise InvalidSyntax(f"c.{name}: continuous variables not allowed in marginlist")  # unverified: words
        return [], [keys[name]]
    key = _key(name, model)
    if operator in ("rb", "b", "ib"):
        return [_based(key, operator + (which or ""), model, contrast, piece)], []
    only = tuple(_numbers(which)) if which else ()
    if operator not in OPERATORS or (found["tail"] and operator not in ("", "i")):
        raise InvalidSyntax(f"{piece}:  operator invalid")
    if operator == "i":
        operator = ""
    if operator == "" and only:
        unknown = [v for v in only if v not in model.factors[key]]
        if unknown:
            raise Unavailable(f"{unknown[0]}.{name} not found in list of covariates")  # unverified: words
    return [Element(key, operator, only)], []


def _based(key: Key, text: str, model: LinearModel, contrast: bool, piece: str) -> Element:
    """rb3.a, rb(last).a: r. with a reference of its own.  ib3.a: the level the others are compared with."""
    operator = "r" if text.startswith("r") else ""
    which = re.fullmatch(r"[ri]?b(.*)", text)
    assert which is not None
    word, levels = which[1].strip("() "), model.factors[key]
    if word in ("n", "freq") or not word:
        raise InvalidSyntax(f"{piece}:  operator invalid")
    if word in ("first", "last"):
        level = levels[0 if word == "first" else -1]
    elif word.startswith("#"):
        if not 1 <= int(word[1:]) <= len(levels):
            raise InvalidSyntax(f"{piece}:  operator invalid")
        level = levels[int(word[1:]) - 1]
    else:
        level = int(word)
    if level not in levels:
        raise Unavailable(f"{level}.{text_of(key)} not found in list of covariates")  # unverified: words
    return Element(key, operator, base=level)


def _numbers(which: str) -> list[int]:
    """ "3", "(1 3)", "(2/4)" -> levels."""
    out: list[int] = []
    for word in which.strip("()").split():
        first, slash, last = word.partition("/")
        if not first.isdigit() or (slash and not last.isdigit()):
            raise InvalidSyntax(f"{which}: invalid numlist")  # unverified: words
        out += range(int(first), int(last) + 1) if slash else [int(first)]
    return out


def _key(name: str, model: LinearModel) -> Key:
    """The factor of that name, or of a name it begins.  Errors: r(322)."""
    known = {text_of(k): k for k in model.factors}
    if name in known:
        return known[name]
    longer = [k for text, k in known.items() if text.startswith(name)]
    if len(longer) == 1:
        return longer[0]
    raise Unavailable(f"factor {name} not found in list of covariates")


def _custom(text: str, model: LinearModel, lincom: bool) -> ContrastTerm:
    """{a 1 -1 0}, {a#b 1 -1 -1 1}: one contrast over the cells, the last factor varying fastest."""
    words = text.replace(",", " ").split()
    if len(words) < 2:
        raise InvalidSyntax("invalid user-defined contrast")  # unverified: words
    names = [w.removeprefix("i.") for w in words[0].split("#")]
    keys = [_key(n, model) for n in names]
    try:
        numbers = tuple(float(w) for w in words[1:])
    except ValueError:
        raise InvalidSyntax(f"{{{text}}}: invalid user-defined contrast") from None  # unverified: words
    cells = 1
    for key in keys:
        cells *= len(model.factors[key])
    if len(numbers) != cells:
        raise InvalidSyntax(f"{{{text}}}: {cells} contrast coefficients expected")  # unverified: words
    if not lincom and abs(sum(numbers)) > 1e-6 * max(map(abs, numbers)):
        # unverified: words and tolerance
        raise InvalidSyntax(f"invalid contrast specification;\n{{{text}}} does not sum to zero")
    first = Element(keys[0], weights=(numbers,))
    return ContrastTerm((first, *(Element(k, weights=((),)) for k in keys[1:])))


def level_values(element: Element, model: LinearModel, contrast: bool) -> tuple[int, ...]:
    """The levels of a factor that a term looks at: all, or the chosen ones of a plain list of margins."""
    levels = model.factors[element.key]
    return element.only if element.only and not element.operator and not contrast else levels


def names_of(keys: Sequence[Key]) -> list[str]:
    """Variables with their operators."""
    return [operator_prefix(ops) + name for name, ops in keys]
