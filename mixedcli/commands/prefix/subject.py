"""The command that is replicated: what it leaves on all observations, and on which of them it is to run again."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands.context import expression_context
from mixedcli.commands.prefix.statistics import Statistic, statistics, values
from mixedcli.commands.prefix.through import ran
from mixedcli.data import sample
from mixedcli.data.dataset import Dataset
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import StataError, VarlistNotAllowed, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.results import Estimates, Stored
from mixedcli.session import Session

_WORD = re.compile(r"\s*(?:(?:qui\w*|noi\w*|cap\w*)\s*:?\s+)*(\w+)")
_WEIGHTS = ("fweight", "pweight")
#: commands that read no variable that is not named in them
_NAMING = frozenset({"mixed", "xtmixed", "reg", "regr", "regre", "regres", "regress"})


@frozen
class Subject:
    """What is known before the first replication.

    typed: the command; text: the same without if and in.  word: its name.  observed: its estimates on all observations,
    if it left any.  marked: whether e(sample) tells which these are.  data: the observations to resample; rows: which
    they are.  wanted, values: the statistics and their values; whole: they are all of e(b), which is shown by the
    command itself.  n: number of observations; blocks: what the command showed.
    """

    typed: str
    text: str
    word: str
    observed: Estimates | None
    marked: bool
    data: Dataset
    rows: np.ndarray[Any, np.dtype[np.bool_]]
    wanted: tuple[Statistic, ...]
    values: tuple[float, ...]
    whole: bool
    n: float
    blocks: tuple[Block, ...]


def word_of(text: str) -> str:
    """The command's own word behind quietly and the like."""
    found = _WORD.match(text)
    return found[1] if found else ""


def subject(session: Session, text: str, items: tuple[ast.NamedExpr, ...], stub: str) -> Subject:
    """Run the command on all observations.  Errors: its own, r(100) nothing to keep, those of the list."""
    full = ran(session, text)
    after = full.session
    mine = after.estimates if after.estimates is not session.estimates else None
    if not items:
        if mine is None:
            raise VarlistRequired("expression list required")  # unverified: wording and code
        items = (ast.NamedExpr("", None, "_b"),)
    wanted = statistics(after, items, stub)
    whole = len(items) == 1 and items[0].expr is None and items[0].text == "_b" and mine is not None
    parsed = _parsed(session, text)
    marked = mine is not None and mine.sample is not None and len(mine.sample) == session.data.n
    if marked:
        assert mine is not None
        rows = np.asarray(mine.sample, dtype=np.bool_)
    else:
        rows = np.ones(session.data.n, dtype=np.bool_)
        for condition, in_range in _selections(parsed):
            rows &= sample.mask(session.data, condition, in_range, expression_context(session))
    n = after.e.scalars.get("N") if mine is not None else after.r.scalars.get("N")
    return Subject(
        text,
        _without_selection(session, text, parsed),
        word_of(text),
        mine,
        marked,
        session.data if rows.all() else session.data.rows(rows),
        rows,
        wanted,
        tuple(value if value < SYSMISS else np.nan for value in values(after, wanted)),
        whole,
        float(rows.sum()) if n is None or not np.isfinite(n) else n,
        full.blocks,
    )


def refuse_weights(session: Session, text: str) -> None:
    """Errors: r(101) the command has weights, of observations or of groups."""
    command = _parsed(session, text)
    if command is None:
        return
    holders: list[Any] = [command]
    if isinstance(command.body, ast.MixedBody):
        holders += [x for x in (command.body.fixed, *command.body.random) if x is not None]
    for holder in holders:
        # stata: what regress with weights and bootstrap answers
        if holder.weight is not None or any(
            len(o.name) > 1 and w.startswith(o.name) for o in holder.options if o.text is not None for w in _WEIGHTS
        ):
            raise VarlistNotAllowed("weights not allowed")


def weight_kind(session: Session, text: str) -> str:
    """The kind of the command's weights, "" without."""
    command = _parsed(session, text)
    if command is None:
        return ""
    body = command.body
    fixed = body.fixed.weight if isinstance(body, ast.MixedBody) and body.fixed is not None else None
    weight = command.weight or fixed
    return "" if weight is None else weight.kind or "aweight"


def needed(about: Subject, data: Dataset, names: tuple[str, ...]) -> Dataset:
    """Only the columns that a command which names all its variables may read: the others need not be drawn each time.

    names: further ones.  A word may abbreviate a variable; a pattern or a range may stand for any.
    """
    texts = (about.text, *(s.text for s in about.wanted))
    if about.word not in _NAMING or any(re.search(r"[*?~]\w|\w[*?~]|\w\s*-\s*[^\W\d]|\b_all\b", x) for x in texts):
        return data
    settings = data.settings
    words = {w for x in texts for w in re.findall(r"\w+", x)}
    words |= {*names, *((settings.panel, settings.time) if settings is not None else ())}
    words.discard("")
    gone = [name for name in data.names if not any(name.startswith(w) for w in words)]
    return replace(data, columns={k: c for k, c in data.columns.items() if k not in set(gone)}) if gone else data


def again(session: Session, data: Dataset, seed: int) -> Session:
    """A session for one replication, without results of earlier commands."""
    own = copy.copy(session)
    own.data = data
    own.estimates = None
    own.r = Stored()
    own.settings = replace(session.settings, seed=seed)
    own.progress = None
    return own


def running(word: str, *, warn: bool) -> list[Block]:
    """ "(running mixed on estimation sample)", with the warning for commands that do not mark their sample.

    stata: a log of release 17
    """
    import textwrap

    blocks: list[Block] = [line(f"(running {word} on estimation sample)"), Blank()]
    if warn:
        text = (
            f"warning: {word} does not set e(sample), so no observations will be excluded from the resampling because "
            "of missing values or other reasons. To exclude observations, press Break, save the data, drop any "
            "observations that are to be excluded, and rerun bootstrap."
        )
        blocks += [line(x) for x in textwrap.wrap(text, 78, subsequent_indent=" " * 9)]
        blocks.append(Blank())
    return blocks


def _parsed(session: Session, text: str) -> ast.Command | None:
    assert session.language is not None
    try:
        command: ast.Command | None = session.language.command(text)
    except StataError:
        return None
    return command


def _holders(command: ast.Command | None) -> Iterator[Any]:
    if command is None or any(p.name not in ("quietly", "noisily", "capture", "version") for p in command.prefixes):
        return
    yield command
    if isinstance(command.body, ast.MixedBody):
        yield from (x for x in (command.body.fixed, *command.body.random) if x is not None)


def _selections(command: ast.Command | None) -> Iterator[tuple[ast.Expr | None, ast.InRange | None]]:
    return ((x.condition, x.in_range) for x in _holders(command))


def _without_selection(session: Session, text: str, command: ast.Command | None) -> str:
    """The same command without if and in: they have chosen the observations that are resampled."""
    parts = [p for pair in _selections(command) for p in pair if p is not None]
    shorter = text
    for part in sorted(parts, key=lambda p: -p.span.start if p.span else 0):
        if part.span is None:
            return text
        head, tail = shorter[: part.span.start].rstrip(), shorter[part.span.end :].lstrip()
        if not isinstance(part, ast.InRange):  # whose span holds its word
            while head.endswith("(") and tail.startswith(")"):
                head, tail = head[:-1].rstrip(), tail[1:].lstrip()
            head = re.sub(r"\bif$", "", head).rstrip()
        shorter = f"{head}{'' if tail.startswith(',') else ' '}{tail}".rstrip()
    left = _parsed(session, shorter)
    if left is None or any(p is not None for pair in _selections(left) for p in pair):
        return text
    return shorter
