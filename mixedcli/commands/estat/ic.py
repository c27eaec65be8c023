"""estat ic: information criteria of the last estimates."""

from __future__ import annotations

from mixedcli import ast
from mixedcli.blocks import Blank
from mixedcli.commands import OptionSpec
from mixedcli.commands.estat.options import bare
from mixedcli.commands.estimation import information
from mixedcli.errors import InvalidSyntax, NotValid
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

OPTIONS = (
    OptionSpec("n", "n", "text"),
    OptionSpec("df", "df", "text"),
    OptionSpec("aiccorrected", "aiccor"),
    OptionSpec("aicconsistent", "aiccon"),
    OptionSpec("all", "all"),
)


def run(session: Session, command: ast.Command) -> Outcome:
    """Errors: r(198), r(321) after estimators without a log likelihood."""
    given = bare(command, OPTIONS)
    asked = information.Asked(_count(given, "n"), _count(given, "df"), information.criteria(given))
    assert session.estimates is not None
    if "ll" not in session.e.scalars:
        raise NotValid("likelihood information not found in last estimation results")
    chosen = [(".", session.estimates)]
    blocks = (Blank(), *information.table(chosen, asked))
    return Outcome(blocks=blocks, r=Stored(matrices={"S": information.matrix(chosen, asked)}))


def _count(given: dict[str, str | None], name: str) -> float | None:
    """A whole number from 1.  Errors: r(198)."""
    if name not in given:
        return None
    typed = (given[name] or "").strip()
    if not typed.isdigit() or int(typed) < 1:
        raise InvalidSyntax(f"option {name}() incorrectly specified")
    return float(typed)
