"""syntax - read what was typed behind a program's name

    syntax [varlist | varname | newvarlist | newvarname | namelist | name | anything] [if] [in] [using]
           [fweight aweight pweight iweight] [= exp] [, options]

Pieces in brackets may be missing.  varlist takes (numeric string fv ts min=# max=# default=none).  Options are
written NAme for a flag, noNAme, NAme(string [asis]), NAme(integer #), NAme(real #), NAme(cilevel), NAme(numlist),
NAme(varlist), NAme(varname), NAme(newvarname), NAme(name), NAme(namelist), NAme(passthru); capitals are the shortest
abbreviation; outside brackets an option with an argument is required; * lets others through, into `options'.

Each piece becomes the local macro of its name: `varlist', `if' (with the word if), `in', `using', `weight', `exp',
`anything', and one for each option.

Example: syntax varlist(min=2 numeric) [if] [in] [, Level(cilevel) BY(varname) noCONStant]
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros import arguments
from mixedcli.commands.macros.expected import Expected, ExpectedOption, specification
from mixedcli.commands.macros.text import unplaced, unquoted
from mixedcli.commands.macros.typed import Typed, take_apart
from mixedcli.errors import InvalidSyntax, StataError, VarlistNotAllowed, VarlistRequired
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("syntax", any_option=True)

_FRONT = ("varlist", "varname", "newvarlist", "newvarname", "namelist", "name", "anything")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Set the macros.  Errors: r(100), r(101), r(102), r(103), r(109), r(111), r(198): what was typed does not fit."""
    body = command.body
    wanted = specification(body.text if isinstance(body, ast.WordsBody) else "")
    everything = any(piece.kind == "anything" and "everything" in piece.modifiers for piece in wanted.front)
    assigns = any(piece.kind == "exp" for piece in wanted.front)
    typed = take_apart(session.locals.get("0", ""), assignment=assigns)
    made: dict[str, str] = {"if": "", "in": "", "using": "", "weight": "", "exp": ""}
    heads = [piece for piece in wanted.front if piece.kind in _FRONT]
    if heads and everything:
        typed = _everything(session.locals.get("0", ""), typed)
    if heads:
        made |= arguments.front(session, heads[0], typed.front)
    elif typed.front:
        raise VarlistNotAllowed("varlist not allowed" if typed.front[0] not in '"`0123456789' else "invalid syntax")
    kinds = {piece.kind: piece for piece in wanted.front}
    for kind, text, shown in (
        ("if", typed.condition, "if"),
        ("in", typed.in_range, "in"),
        ("using", typed.using, "using"),
        ("weight", typed.weight, "weights"),
        ("exp", typed.assigned, "=exp"),
    ):
        _piece(session, kind, text, shown, kinds.get(kind), typed, made)
    made |= _options(session, wanted.options, typed.options, star=wanted.star)
    return Outcome(locals={name: value or None for name, value in made.items()})


def _everything(text: str, typed: Typed) -> Typed:
    """anything(everything): all that stands before the comma."""
    behind = text
    for name, inside in reversed(typed.options):
        at = behind.rfind(name if inside is None else f"{name}(")
        behind = behind[:at] if at >= 0 else behind
    return Typed(front=behind.rstrip().rstrip(",").strip(), options=typed.options)


@unplaced()
def _piece(
    session: Session, kind: str, text: str, shown: str, wanted: Expected | None, typed: Typed, made: dict[str, str]
) -> None:
    if not text:
        if wanted is not None and not wanted.optional:
            raise {"using": VarlistRequired}.get(kind, InvalidSyntax)(f"{shown} required")
        return
    if wanted is None:
        raise VarlistNotAllowed(f"{shown} not allowed")
    assert session.language is not None
    if kind in ("if", "exp"):
        session.language.expr(text)
    if kind == "using":
        name = unquoted(text)
        made["using"] = name if wanted.bare else f'using "{name}"'
    elif kind == "weight":
        made["weight"] = arguments.weight_kind(typed.weight, wanted.modifiers)
        made["exp"] = typed.weight_exp if wanted.bare else f"= {typed.weight_exp}"
    elif kind == "exp":
        made["exp"] = text if wanted.bare else f"= {text}"
    else:
        made[kind] = text if wanted.bare else f"{kind} {text}"


def _options(
    session: Session, wanted: tuple[ExpectedOption, ...], typed: tuple[tuple[str, str | None], ...], *, star: bool
) -> dict[str, str]:
    made = {row.name: row.default if row.type in ("integer", "real") else "" for row in wanted}
    for row in wanted:
        if row.type == "cilevel":
            made[row.name] = arguments.level_text(session)
    given: set[str] = set()
    others: list[str] = []
    for name, text in typed:
        found, off = _match(name, text, wanted)
        if found is None:
            if not star:
                raise InvalidSyntax(f"option {name}{'()' if text is not None else ''} not allowed")
            others.append(name if text is None else f"{name}({text})")
            continue
        given.add(found.name)
        if found.type == "":
            made[found.name] = f"no{found.name}" if off else found.name
            continue
        try:
            made[found.name] = arguments.option(session, found, text or "")
        except StataError as error:
            raise arguments.about_option(error, found.name) from None
    for row in wanted:
        if row.type and not row.optional and row.name not in given:
            raise InvalidSyntax(f"option {row.name}() required")
    return {**made, "options": " ".join(others)} if star else made


def _match(name: str, text: str | None, wanted: tuple[ExpectedOption, ...]) -> tuple[ExpectedOption | None, bool]:
    """The row an option as typed belongs to, and whether it was turned off by no."""
    lower = name.lower()
    for row in sorted(wanted, key=lambda row: row.name != lower):
        fits = row.name.startswith(lower) and len(lower) >= row.least
        if fits and (row.type != "") == (text is not None):
            return row, False
        bare = lower.removeprefix("no")
        if row.negative and bare != lower and row.name.startswith(bare) and len(bare) >= row.least and text is None:
            return row, True
    return None, False
