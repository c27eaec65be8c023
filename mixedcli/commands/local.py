"""local - texts by name, put in place before a line is read; global

    local name ["]text["]          the text as typed, without quotes around the whole of it
    local name = exp               the value of an expression
    local name : function          an extended function
    local ++name | local --name    one up or down
    local name                     forgotten
    global name ...                the same for a global macro

`name' stands for a local macro's text, $name or ${name} for a global one's; what is not defined stands for nothing.
`=exp', `:function', `++name' and `r(mean)' are put in place at once.  Local macros belong to the do-file or program
that sets them.

Extended functions: word count text; word # of text; piece # # of text; length local name; subinstr local name
"from" "to"[, all word count(local n)]; list operations (uniq dups sort sizeof posof in, a | b, a & b, a - b,
a == b); variable label x; value label x; data label; label (x) #; type x; format x; char x[name]; sortedby;
dir folder files pattern; display ...; rownames, colnames, rowfullnames, colfullnames, roweq, coleq of a matrix;
all scalars|matrices|globals; e(scalars) and the like; environment name; permname; tempvar, tempname, tempfile; pwd.

Examples: local rhs age i.sex c.age#i.sex
          local n : word count `rhs'
          local sd = sqrt(r(Var))
"""

from __future__ import annotations

import re

from mixedcli import ast, commands
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.macros.functions import extended
from mixedcli.commands.macros.text import NAME, evaluated, stepped, unquoted
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("local", any_option=True)

_STEP = re.compile(r"(\+\+|--)\s*(\w+)|(\w+)\s*(\+\+|--)")
_LONGEST = {"local": 31, "global": 32}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Set or forget a macro.  Errors: r(198) bad name or function, and those of expressions."""
    body = command.body
    text = body.text.strip() if isinstance(body, ast.WordsBody) else ""
    kind = commands.resolve(command.name)
    if kind == "local" and (step := _STEP.fullmatch(text)) is not None:
        name = step[2] or step[3]
        return Outcome(locals={name: stepped(session, name, 1 if "+" in text else -1)})
    found = NAME.match(text)
    if found is None:
        raise InvalidSyntax(f"{text.split()[0]} invalid name" if text else "invalid syntax")
    name, rest = found[0], text[found.end() :]
    if len(name) > _LONGEST[kind]:
        raise InvalidSyntax(f"{name} invalid name")
    lead = rest.lstrip()
    if lead[:1] == "=":
        value, settings = evaluated(session, lead[1:])
        return _set(kind, name, value, Outcome(settings=settings))
    if lead[:1] == ":":
        given = extended(session, lead[1:])
        extra = Outcome(locals=given.locals, globals=given.globals, temporary=given.temporary)
        return _set(kind, name, given.text, extra)
    if rest and not rest[0].isspace() and rest[0] not in '"`':
        raise InvalidSyntax(f"{text.split()[0]} invalid name")
    return _set(kind, name, unquoted(lead), Outcome())


def _set(kind: str, name: str, value: str, rest: Outcome) -> Outcome:
    change = {name: value or None}
    if kind == "local":
        return Outcome(
            locals={**rest.locals, **change}, globals=rest.globals, settings=rest.settings, temporary=rest.temporary
        )
    return Outcome(
        locals=rest.locals, globals={**rest.globals, **change}, settings=rest.settings, temporary=rest.temporary
    )
