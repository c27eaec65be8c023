"""Runs the LALR tables over one line of text.

A plain stack machine with a contextual scanner: in each state only the terminals that can follow are tried.  Nothing
recurses, so the depth of nesting is limited by memory alone.  Each reduction calls a function
``(source, start, end, children) -> node`` named in the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, cast

from mixedcli.errors import Span
from mixedcli.parse.loader import END, Tables

Action: TypeAlias = Callable[[str, int, int, list[Any]], object]
#: from so many visits on, a state's terminals are tried by one regular expression
OFTEN = 200
_Match: TypeAlias = Callable[[str, int], re.Match[str] | None]


class Token(NamedTuple):
    """A terminal as it stands in the text."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class UnexpectedError(Exception):
    """The text stops making sense at ``position``; accepted: the terminals that could follow there."""

    def __init__(self, position: int, accepted: frozenset[str]) -> None:
        super().__init__(position)
        self.position = position
        self.accepted = accepted


class Machine:
    """The tables with their functions, ready to run; regular expressions are compiled when first needed."""

    def __init__(self, tables: Tables, functions: Mapping[str, Action]) -> None:
        self._tables = tables
        self._rules = [
            (
                rule.origin,
                rule.size,
                None if rule.name in ("", "=") else functions[rule.name],
                rule.name == "=",
                tuple(position for position, _ in rule.keep),
                any(splice for _, splice in rule.keep),
                rule.keep,
            )
            for rule in tables.rules
        ]
        self._blanks: _Match = re.compile(tables.blanks).match
        self._matches: dict[int, tuple[str, _Match]] = {}
        self._uses: dict[int, int] = {}
        self._combined: dict[int, _Match] = {}

    def run(self, source: str, start: str) -> Any:
        """The value of start symbol ``start`` for the whole of ``source``.  Errors: UnexpectedError."""
        actions = self._tables.actions
        goal = self._tables.ends[start]
        state = self._tables.starts[start]
        states: list[int] = [state]
        values: list[Any] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        length = len(source)
        while True:
            if source[position : position + 1].isspace():
                blanks = self._blanks(source, position)
                assert blanks is not None
                position = blanks.end()
            if position >= length:
                kind, stop = END, position
            elif state in self._combined:
                found = self._combined[state](source, position)
                if found is None:
                    raise self._unexpected(state, position)
                kind, stop = cast(str, found.lastgroup), found.end()
            else:
                for name, match in self._scanner(state):
                    found = match(source, position)
                    if found is not None:
                        kind, stop = name, found.end()
                        break
                else:
                    raise self._unexpected(state, position)
            while True:
                action = actions[state].get(kind)
                if action is None:
                    raise self._unexpected(state, position)
                if action >= 0:
                    state = action
                    states.append(state)
                    values.append(Token(kind, source[position:stop], position, stop))
                    starts.append(position)
                    ends.append(stop)
                    position = stop
                    break
                rule = self._rules[~action]
                if rule[3] and rule[1] == 1:
                    # the only symbol stands for the node: nothing changes but the state
                    states.pop()
                    state = actions[states[-1]][rule[0]]
                    states.append(state)
                else:
                    state = self._reduce(source, rule, states, values, starts, ends)
                if state == goal and kind == END:
                    return values[-1]

    def _reduce(
        self,
        source: str,
        rule: tuple[Any, ...],
        states: list[int],
        values: list[Any],
        starts: list[int],
        ends: list[int],
    ) -> int:
        origin, size, function, only_child, positions, splices, keep = rule
        if size:
            children = values[-size:]
            start, end = starts[-size], ends[-1]
            if only_child:
                value = children[positions[0]]
            else:
                if splices:
                    # a growing list is kept, not copied: long lists stay linear
                    grows = function is None and keep[0][1]
                    spliced: list[Any] = children[keep[0][0]] if grows else []
                    for place, splice in keep[1:] if grows else keep:
                        if splice:
                            spliced += children[place]
                        else:
                            spliced.append(children[place])
                    children = spliced
                elif len(positions) != size:
                    children = [children[place] for place in positions]
                value = children if function is None else function(source, start, end, children)
            del states[-size:], values[-size:], starts[-size:], ends[-size:]
        else:
            start = end = ends[-1] if ends else 0
            value = [] if function is None else function(source, start, end, [])
        state = self._tables.actions[states[-1]][origin]
        states.append(state)
        values.append(value)
        starts.append(start)
        ends.append(end)
        return state

    def _scanner(self, state: int) -> tuple[tuple[str, _Match], ...]:
        for number in self._tables.accepts[state]:
            if number not in self._matches:
                name, pattern = self._tables.terminals[number]
                self._matches[number] = (name, re.compile(pattern).match)
        scanner = tuple(self._matches[number] for number in self._tables.accepts[state])
        # a loop comes here again and again: one expression that tries the terminals in the same order is then faster
        uses = self._uses[state] = self._uses.get(state, 0) + 1
        if uses < OFTEN:
            return scanner
        terminals = (self._tables.terminals[number] for number in self._tables.accepts[state])
        self._combined[state] = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in terminals)).match
        return scanner

    def _unexpected(self, state: int, position: int) -> UnexpectedError:
        return UnexpectedError(position, frozenset(self._tables.terminals[n][0] for n in self._tables.accepts[state]))
