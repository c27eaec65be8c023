"""Coefficients of several models under common names: which model has which, equations matched by number."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mixedcli.commands import Options
from mixedcli.commands.estimation import coefrows
from mixedcli.commands.estimation.withcoefficients import with_coefficients
from mixedcli.data.matrices.named import parted
from mixedcli.data.stripes import term_of
from mixedcli.errors import EquationNotFound, InvalidSyntax, NotFound
from mixedcli.frozen import frozen
from mixedcli.results import Estimates

_TERM = re.compile(r"(?:(\w+)\s*=\s*)?([\d.]+(?:\s*:\s*[\d.]+)*)")


_OMITTED = re.compile(r"^(?:(\d+|c)o(\.)|o\.)")


@frozen
class Columns:
    """names: per model, the common name of every column of its e(b), in order."""

    chosen: tuple[Estimates, ...]
    names: tuple[tuple[str, ...], ...]

    def places(self, name: str) -> list[int | None]:
        """Where every model has the coefficient."""
        return [own.index(name) if name in own else None for own in self.names]

    def factor_labels(self) -> dict[str, Mapping[int, str]]:
        """Value labels of factors, as the fits keep them."""
        found: dict[str, Mapping[int, str]] = {}
        for e in self.chosen:
            found |= coefrows.labels_of(e)
        return found

    def wanted(self, options: Options) -> list[str]:
        """Names of all models in the order met, equations together, base levels left out; keep() says the order.

        Errors: r(111).
        """
        found = list(dict.fromkeys(n for own in self.names for n in own))
        # equations stay together even if a later model brings new terms to an earlier one
        order = {eq: i for i, eq in enumerate(dict.fromkeys(parted(n)[0] for n in found))}
        found.sort(key=lambda n: (order[parted(n)[0]], parted(n)[1] == "_cons"))
        found = [n for n in found if not _base(parted(n)[1])]
        if "keep" in options:
            found = list(dict.fromkeys(n for w in options["keep"] for n in _those(found, w.text)))
        if "drop" in options:
            gone = {n for w in options["drop"] for n in _those(found, w.text)}
            found = [n for n in found if n not in gone]
        return found


def _kept(name: str) -> str:
    """The name without the marks of omission: what one model had to omit another may have (2o.race, 2.race)."""
    equation, colon, term = name.rpartition(":")
    return equation + colon + "#".join(_OMITTED.sub(r"\1\2", part) for part in term.split("#"))


def _base(name: str) -> bool:
    try:
        return term_of(name).status == "base"
    except NotFound:
        return False


def _those(names: list[str], pattern: str) -> list[str]:
    """Names that a word of keep() or drop() means.  Errors: r(111) none."""
    found = [n for n in names if pattern in (n, parted(n)[1], f"{parted(n)[0]}:")]
    if not found:
        raise NotFound(f"coefficient {pattern} does not occur in any of the models")  # unverified: words
    return found


def matched(chosen: list[tuple[str, Estimates]], equations: str | None) -> Columns:
    """Common names.  equations(1) gives the first equation of every model the name #1; several are joined by commas,
    "name = 1:2:." says the name and the number in every model (a period: not there).

    A model without equation names counts as one equation, "_" where others have names.  Errors: r(198), r(303).
    """
    names = [[_kept(n) for n in with_coefficients(e).matrices["b"].colnames] for _, e in chosen]
    if any(":" in n for own in names for n in own):
        names = [[n if ":" in n else f"_:{n}" for n in own] for own in names]
    renamed: list[dict[str, str]] = [{} for _ in chosen]
    for k, term in enumerate((equations or "").split(",")):
        if equations is None:
            break
        found = _TERM.fullmatch(term.strip())
        if found is None:
            raise InvalidSyntax("option equations() incorrectly specified")
        numbers = [x.strip() for x in found[2].split(":")]
        if len(numbers) == 1:
            numbers *= len(chosen)
        if len(numbers) != len(chosen):
            raise InvalidSyntax("option equations() incorrectly specified")
        for own, mapping, number in zip(names, renamed, numbers, strict=True):
            if number == ".":
                continue
            known = list(dict.fromkeys(parted(n)[0] for n in own))
            if not number.isdigit() or not 1 <= int(number) <= len(known):
                raise EquationNotFound(f"equation #{number} not found")
            mapping[known[int(number) - 1]] = found[1] or f"#{k + 1}"
    made = tuple(
        tuple(f"{mapping.get(parted(n)[0], parted(n)[0])}:{parted(n)[1]}".removeprefix(":") for n in own)
        for own, mapping in zip(names, renamed, strict=True)
    )
    return Columns(tuple(e for _, e in chosen), made)
