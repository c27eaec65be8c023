"""estat - statistics after estimation

    estat df [, method(methods) post[(method)] eim oim]
    estat icc [, level(#)]
    estat recovariance [, correlation relevel(levelvar)]
    estat ic [, n(#)]

df: degrees of freedom of the fixed effects after mixed, several methods side by side; post makes one of them the method
in force for test, testparm, lincom with small, and for mixed, small.
icc: intraclass correlations per level; recovariance: covariance matrices of the random effects; ic: AIC and BIC.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("estat", any_option=True)  # every subcommand reads its own options

Subcommand = Callable[[Session, ast.Command], Outcome]

#: subcommand -> minimum abbreviation, module of this package with run(session, command) -> Outcome
SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "df": ("df", "df"),
    "icc": ("icc", "icc"),
    "recovariance": ("recov", "recovariance"),
    "ic": ("ic", "ic"),
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Find the subcommand and do it."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    if not body.words:
        raise InvalidSyntax("subcommand required", command.span)  # unverified: words
    word = body.words[0]
    for name, (least, module) in SUBCOMMANDS.items():
        if name.startswith(word.text) and len(word.text) >= len(least):
            action: Subcommand = importlib.import_module(f"{__name__}.{module}").run
            return action(session, command)
    # stata: what estat says about a subcommand the last estimator does not have
    raise InvalidSyntax(f"invalid subcommand {word.text}", word.span)
