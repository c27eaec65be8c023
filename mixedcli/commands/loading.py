"""What the commands that load and save files share: names typed as words, the guard against losing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import Options
from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset
from mixedcli.errors import DataChanged, InvalidSyntax
from mixedcli.results import Estimates
from mixedcli.session import KEEP, Outcome, Session


def words_of(command: ast.Command) -> tuple[ast.Word, ...]:
    """The words of a subcommand-style command.  Errors: r(198)."""
    if not isinstance(command.body, ast.WordsBody):
        raise InvalidSyntax("invalid syntax", command.span)
    return command.body.words


def guard(session: Session, options: Options) -> None:
    """Refuse to replace changed data without the clear option.  Errors: r(4)."""
    if session.data.changed and session.data.columns and not options.get("clear"):
        raise DataChanged("no; dataset in memory has changed since last saved")


def names_of(words: Sequence[ast.Word], data: Dataset) -> tuple[str, ...]:
    """Variables for a varlist typed as words: names, abbreviations, patterns, ranges, _all.  Errors: r(111)."""
    found: list[str] = []
    for word in words:
        first, dash, last = word.text.partition("-")
        ref = (
            ast.VarRange(first, last, span=word.span)
            if dash and first and last
            else ast.VarRef(word.text, span=word.span)
        )
        found.extend(varlist.expand_reference(ref, data))
    return tuple(found)


def file_word(words: Sequence[ast.Word], command: ast.Command) -> str:
    """The one file name among the words.  Errors: r(198) none, or several (a name with blanks needs quotes)."""
    if len(words) != 1 or not words[0].text:
        culprit = words[1].span if len(words) > 1 else command.span
        message = f"invalid '{words[1].text}'" if len(words) > 1 else "invalid file specification"
        raise InvalidSyntax(message, culprit)
    return words[0].text


def label_line(data: Dataset) -> tuple[Block, ...]:
    """The data label in parentheses, as shown when a data set is loaded."""
    return (line(f"({data.label})"),) if data.label else ()


def loaded(session: Session, data: Dataset, blocks: tuple[Block, ...] = ()) -> Outcome:
    """The outcome of a command that puts other data in memory: estimates stay, their samples are gone."""

    def without_sample(estimates: Estimates) -> Estimates:
        return replace(estimates, sample=None)

    return Outcome(
        blocks=blocks,
        data=data,
        estimates=KEEP if session.estimates is None else without_sample(session.estimates),
        stored={name: without_sample(estimates) for name, estimates in session.stored.items()},
    )
