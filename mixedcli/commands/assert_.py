"""assert - stop unless a claim about the data is true

    assert exp [if] [in] [, rc0 null fast]

Silent when exp is true (not 0) in every observation selected.  Otherwise the contradictions are counted and the
command fails with r(9).  rc0 shows them without failing; null fails with r(8) when no observation was looked at;
fast does not count.  An expression that is the same everywhere, as in assert _N == 432, is looked at once.

Example: assert weight > 0 & !missing(id)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.context import expression_context, settings_after
from mixedcli.data import sample
from mixedcli.data.expression import evaluate
from mixedcli.errors import InvalidSyntax, TypeMismatch
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "assert",
    (OptionSpec("rc0", "rc0"), OptionSpec("null", "null"), OptionSpec("fast", "fast")),
    allows=frozenset({"if", "in"}),
    by="each",
)

#: return code of a claim about no observations under null
_NULL = 8


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Look.  Errors: r(9) it is false, r(8) nothing to look at under null, r(109) a string expression."""
    body = command.body
    if not isinstance(body, ast.ExprBody):
        raise InvalidSyntax("invalid syntax", command.span)
    context = expression_context(session)
    rows = sample.mask(session.data, command.condition, command.in_range, context)
    value = evaluate(body.expr, context)
    settings = settings_after(session, context)
    looked = int(np.count_nonzero(rows))
    once = not isinstance(value, np.ndarray)
    if isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype == object):
        raise TypeMismatch("type mismatch", body.expr.span)
    limited = command.condition is not None or command.in_range is not None
    if looked == 0 and (limited or not once):
        if options.get("null"):
            return Outcome(rc=_NULL, error="assertion is null", settings=settings)  # unverified: wording
        return Outcome(settings=settings)
    wrong = int(np.count_nonzero(value[rows] == 0)) if isinstance(value, np.ndarray) else int(value == 0)
    if not wrong:
        return Outcome(settings=settings)
    shown: tuple[Block, ...] = ()
    if not once and not options.get("fast"):
        # stata: "39 contradictions in 384 observations"
        shown = (line(f"{_counted(wrong, 'contradiction')} in {_counted(looked, 'observation')}", "error"),)
    if options.get("rc0"):
        return Outcome(blocks=(*shown, line("assertion is false", "error")), settings=settings)
    return Outcome(blocks=shown, rc=9, error="assertion is false", settings=settings)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
