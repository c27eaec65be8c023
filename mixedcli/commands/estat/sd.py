"""estat sd: the random-effects parameters as standard deviations and correlations, shown or posted."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare, fitted, level_of
from mixedcli.commands.estimation import sdtable
from mixedcli.errors import InvalidSyntax
from mixedcli.session import KEEP, Outcome, Session

OPTIONS = (
    OptionSpec("variance", "var"),
    OptionSpec("verbose", "verb"),
    OptionSpec("post", "post"),
    OptionSpec("coeflegend", "coefl"),
    OptionSpec("level", "l", "text"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198)."""
    given = bare(command, OPTIONS)
    fit, estimates = fitted(session), session.estimates
    assert estimates is not None
    level = level_of(given["level"]) if "level" in given else session.settings.level
    post, legend, variance = "post" in given, "coeflegend" in given, "variance" in given
    if legend and not post:
        raise InvalidSyntax("option coeflegend requires option post")  # unverified: words
    table = sdtable.table(fit, level, variance=variance, full=post or "verbose" in given, legend=legend)
    return Outcome(
        blocks=(Blank(), table),
        estimates=sdtable.posted(estimates, fit, variance=variance) if post else KEEP,
        r=sdtable.r_table(fit, level, variance=variance),
    )
