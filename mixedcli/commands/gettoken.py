"""gettoken - take the first word off a macro

    gettoken first [rest] : name [, parse("characters") quotes bind match(name)]

The first word of the local macro behind the colon goes to the first local macro, what is left to the second.
Separators are as in tokenize; quotes keeps the quotes, bind holds parentheses together.  (global) before a name
means a global macro.

Example: gettoken depvar rhs : 0
"""

from __future__ import annotations

import re

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.text import unquoted
from mixedcli.commands.macros.tokens import bare, token
from mixedcli.commands.macros.typed import options_of
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("gettoken", any_option=True)

_MACRO = r"(\(\s*(?:global|local)\s*\)\s*)?(\w+)"
_FORM = re.compile(rf"\s*{_MACRO}(?:\s+{_MACRO})?\s*:\s*{_MACRO}\s*(?:,(.*))?", re.DOTALL)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Errors: r(198) bad names or options."""
    found = _FORM.fullmatch(command.body.text if isinstance(command.body, ast.WordsBody) else "")
    if found is None:
        raise InvalidSyntax("invalid syntax", command.span)
    (where1, first, where2, rest, where3, source, typed) = found.groups()
    given = dict(options_of(typed or ""))
    names = {
        name: next((o for o in given if name.startswith(o)), None) for name in ("parse", "quotes", "bind", "match")
    }
    known = {option for option in names.values() if option is not None}
    if set(given) - known - {"qed"}:
        raise InvalidSyntax("invalid syntax", command.span)
    separators = unquoted(given[names["parse"]] or "") if names["parse"] else " "
    text = (session.globals if _is_global(where3) else session.locals).get(source, "")
    bind = names["bind"] is not None or names["match"] is not None
    begin, end = token(text, 0, separators, bind=bind)
    word = text[begin:end]
    parenthesis = names["match"] is not None and word.startswith("(") and word.endswith(")")
    if parenthesis:
        word = word[1:-1]
    elif names["quotes"] is None:
        word = bare(word)
    changes: list[tuple[str | None, str | None, str]] = [(where1, first, word), (where2, rest, text[end:])]
    if names["match"] is not None:
        changes.append((None, given[names["match"]], "(" if parenthesis else ""))
    if "qed" in given:
        changes.append((None, given["qed"], "1" if text[begin : begin + 1] in ('"', "`") else "0"))
    return Outcome(
        locals={name: value or None for where, name, value in changes if name and not _is_global(where)},
        globals={name: value or None for where, name, value in changes if name and _is_global(where)},
    )


def _is_global(where: str | None) -> bool:
    return where is not None and "global" in where
