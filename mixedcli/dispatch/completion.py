"""What could follow the text before the cursor."""

from __future__ import annotations

import re

from mixedcli.commands.completion import PREFIXES, command_names, option_names
from mixedcli.session import Session

_WORD = re.compile(r"[A-Za-z_]\w*$")


def candidates(before: str, session: Session) -> tuple[str, list[str]]:
    """The unfinished word and what it may become: a command first, options behind a comma, variables elsewhere."""
    found = _WORD.search(before)
    word = found[0] if found else ""
    head = before[: len(before) - len(word)]
    words = head.split()
    while words and _is_prefix(words[0]):
        words.pop(0)
    if not words:
        names: tuple[str, ...] = (*command_names(), *session.programs)
    elif _after_comma(head):
        names = option_names(words[0].rstrip(",:"))
    else:
        names = session.data.names
        if words[0] in ("help", "h"):
            names = command_names()
    return word, [n for n in names if n.startswith(word)]


def _is_prefix(word: str) -> bool:
    bare = word.rstrip(":")
    return len(bare) >= 3 and any(p.startswith(bare) for p in PREFIXES)


def _after_comma(text: str) -> bool:
    """Whether the text ends among options: a comma outside parentheses, and no || since."""
    depth, inside = 0, False
    for k, c in enumerate(text):
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
        elif c == "," and depth == 0:
            inside = True
        elif c == "|" and depth == 0 and text[k : k + 2] == "||":
            inside = False
    return inside and depth == 0
