"""What macros stand for in a session: names, and the forms that are worked out on the spot."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, takewhile

from mixedcli.dispatch.storing import store
from mixedcli.session import Outcome, Session


def lookup(session: Session) -> Callable[[str, bool], str]:
    """The function ``parse.expand`` asks; `++i' and the like change the session on their way."""

    def value(name: str, is_global: bool) -> str:
        if is_global:
            return session.globals.get(name, "")
        found = session.locals.get(name)
        if found is not None:
            return found
        return "" if name.isidentifier() or name.isdecimal() else _worked_out(session, name)

    return value


def expanded(session: Session, text: str) -> str:
    """The text with its macros replaced.  Errors: r(920), and those of expressions and functions inside."""
    if "`" not in text and "$" not in text:
        return text
    from mixedcli.parse import expand

    return expand(text, lookup(session))


def _worked_out(session: Session, form: str) -> str:
    from mixedcli.commands.macros import functions
    from mixedcli.commands.macros import text as texts

    if form == "*":  # all the arguments that are left, quotes taken off
        return " ".join(takewhile(bool, (session.locals.get(str(k), "") for k in count(1))))
    if form[0] == "=":
        value, settings = texts.evaluated(session, form[1:])
        store(session, Outcome(settings=settings))
        return value
    if form[0] == ":":
        given = functions.extended(session, form[1:])
        store(session, Outcome(locals=given.locals, globals=given.globals, temporary=given.temporary))
        return given.text
    if form[1:2] == "(":
        return texts.stored(session, form[0], form[2:-1].strip())
    if form[-1] == "]":
        from mixedcli.commands.char import held_text

        return held_text(session, form)
    for step, sign in ((1, "++"), (-1, "--")):
        if form.startswith(sign):  # `++i' is the new value
            name = form[2:].strip()
            session.locals[name] = texts.stepped(session, name, step)
            return session.locals[name]
        if form.endswith(sign):  # `i++' the old one
            name = form[:-2].strip()
            old = session.locals.get(name, "")
            session.locals[name] = texts.stepped(session, name, step)
            return old
    return ""
