"""ttesti - tests of means from figures

    ttesti #obs #mean #sd #value [, level(#)]                                one sample against a number
    ttesti #obs1 #mean1 #sd1 #obs2 #mean2 #sd2 [, unequal welch level(#)]    two samples

Example: ttesti 24 62.6 15.8 75
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.ttest_table import Group, one_sample, two_sample
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("ttesti", (OptionSpec("unequal", "une"), OptionSpec("welch", "w"), OptionSpec("level", "l", "real")))


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Test.  Errors: r(198)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    try:
        numbers = [float(w.text) for w in body.words]
    except ValueError:
        raise InvalidSyntax("invalid syntax", command.span) from None
    level = options.get("level", session.settings.level)
    if len(numbers) == 4:
        blocks, r = one_sample(Group("x", *numbers[:3]), numbers[3], level, stub="")
    elif len(numbers) == 6:
        kind = "welch" if options.get("welch") else "unequal" if options.get("unequal") else "equal"
        blocks, r = two_sample(Group("x", *numbers[:3]), Group("y", *numbers[3:]), level, kind, stub="")
    else:
        raise InvalidSyntax("invalid syntax", command.span)
    return Outcome(blocks=blocks, r=r)
