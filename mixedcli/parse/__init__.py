"""Text to nodes (mixedcli.ast): logical lines, macros, commands, expressions, variable lists.

The functions import what they need when first called, so that a command that never parses costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mixedcli import ast
    from mixedcli.parse.dofile import LogicalLine
    from mixedcli.parse.script import Statement


def parse_line(text: str) -> ast.Command | None:
    """One logical line with its prefixes; None for a blank line or a comment.  Errors: r(130), r(132), r(198)."""
    from mixedcli.parse import build

    return build.parse_line(text)


def parse_expr(text: str, offset: int = 0) -> ast.Expr:
    """An expression; offset is added to every position.  Errors: r(130), r(132), r(198)."""
    from mixedcli.parse import build

    return build.parse_expr(text, offset)


def parse_matrix(text: str, offset: int = 0) -> ast.Expr:
    """A matrix expression; offset is added to every position.  Errors: r(130), r(132), r(198)."""
    from mixedcli.parse import build

    return build.parse_matrix(text, offset)


def parse_varlist(text: str, offset: int = 0) -> ast.Varlist:
    """A variable list, empty for blank text; offset is added to every position.  Errors: r(198)."""
    from mixedcli.parse import build

    return build.parse_varlist(text, offset)


def parse_numlist(text: str) -> tuple[float, ...]:
    """``1/4 10(5)30 1 2 to 5``: the numbers; a missing value is nan.  Errors: r(121)."""
    from mixedcli.parse import numlist

    return numlist.parse_numlist(text)


def parse_words(text: str, offset: int = 0) -> tuple[ast.Word, ...]:
    """Blank-separated words, quoted or not; offset is added to every position.  Errors: r(132), r(198)."""
    from mixedcli.parse import build

    return build.parse_words(text, offset)


def parse_suboptions(text: str, offset: int = 0) -> tuple[tuple[ast.Word, ...], tuple[ast.Option, ...]]:
    """``ar 1, t(year) by(sex)``, the text of an option with options of its own: words and options."""
    from mixedcli.parse import build

    return build.parse_suboptions(text, offset)


def parse_prefix(prefix: ast.Prefix, inner: str) -> tuple[ast.PrefixBody, tuple[ast.Option, ...]]:
    """A prefix command's own text taken apart, with its options; inner is the command behind it.  Errors: r(198)."""
    from mixedcli.parse import explist

    return explist.parse_prefix(prefix, inner)


def unparse(node: ast.Node) -> str:
    """A command, expression or variable list as text that parses to the same node."""
    from mixedcli.parse import unparser

    return unparser.unparse(node)


def logical_lines(text: str, delimiter: str = "cr") -> Iterator[LogicalLine]:
    """The commands of a do-file, comments removed and continued lines joined."""
    from mixedcli.parse import dofile

    return dofile.logical_lines(text, delimiter)


def statements(text: str, delimiter: str = "cr") -> Iterator[Statement]:
    """The statements of a do-file: commands, blocks in braces, if with else, programs."""
    from mixedcli.parse import script

    return script.statements(text, delimiter)


def split_condition(text: str) -> tuple[str, str]:
    """``x == 1 display x``: the expression at the beginning, and the command.  Errors: r(198)."""
    from mixedcli.parse import build

    return build.split_condition(text)


def needs_more(text: str, delimiter: str = "cr") -> bool:
    """Whether typed text is unfinished: ends with ///, inside a comment, a block, or before the ; of #delimit."""
    from mixedcli.parse import dofile, script

    return dofile.needs_more(text, delimiter) or script.unfinished(text, delimiter)


def expand(text: str, lookup: Callable[[str, bool], str]) -> str:
    """Macros replaced by lookup(name, is_global)."""
    from mixedcli.parse import macros

    return macros.expand(text, lookup)
