"""Texts cut at separators, as tokenize and gettoken do."""

from __future__ import annotations

from mixedcli.commands.macros.text import word_end


def token(text: str, start: int, separators: str, *, bind: bool = False) -> tuple[int, int]:
    """Where the next token begins and ends; an empty one at the end of the text.

    Quoted texts are one token; a separator other than a blank is a token.  bind: parentheses and brackets hold
    together.
    """
    position = start
    while position < len(text) and text[position].isspace() and (" " in separators or text[position] not in separators):
        position += 1
    if position >= len(text):
        return len(text), len(text)
    begin = position
    if text[position] == '"' or text.startswith('`"', position):
        return begin, word_end(text, position)
    if text[position] in separators:
        return begin, begin + 1
    depth = 0
    while position < len(text):
        char = text[position]
        if bind and char in "([":
            depth += 1
        elif bind and char in ")]":
            depth -= 1
        if depth <= 0 and (char in separators or (char.isspace() and " " in separators)):
            break
        position += 1
    return begin, position


def tokens(text: str, separators: str) -> list[str]:
    """All tokens, quotes taken off."""
    out: list[str] = []
    position = 0
    while True:
        begin, end = token(text, position, separators)
        if begin == end:
            return out
        out.append(bare(text[begin:end]))
        position = end


def bare(word: str) -> str:
    """A token without its quotes."""
    if word.startswith('`"') and word.endswith("\"'") and len(word) >= 4:
        return word[2:-2]
    return word[1:-1] if len(word) >= 2 and word[0] == word[-1] == '"' else word
