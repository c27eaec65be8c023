"""estat - statistics after estimation

    estat df [, method(methods) post[(method)] eim oim]
    estat group
    estat icc [, level(#)]
    estat recovariance [, correlation relevel(levelvar) format(%fmt)]
    estat sd [, variance verbose post coeflegend level(#)]
    estat wcorrelation [, at(levelvar = # ...) all covariance list nosort format(%fmt)]
    estat ic [, n(#) df(#) aiccorrected aicconsistent all]
    estat summarize [variables] [, equation labels noheader noweights]
    estat vce [, covariance correlation equation(names) block diag format(%fmt) nolines]
    estat vif
    estat hettest [, rhs iid fstat]
    estat ovtest [, rhs]
    estat bootstrap [, bc bca normal percentile all noheader nolegend]

df: degrees of freedom of the fixed effects after mixed, several methods side by side; post makes one of them the method
in force for test, testparm, lincom with small, and for mixed, small.
group: groups and their sizes per level.  icc: intraclass correlations per level; recovariance: covariance matrices of
the random effects; sd: the random-effects table as standard deviations and correlations (variance: as variances), with
the coefficients (verbose), and as the last results (post), so that _b[id:sd(_cons)] and tests of them work.
wcorrelation: the correlations of the observations of one cluster that the model implies (covariance: covariances).
These are for mixed.  ic: information criteria; summarize: the variables of the model in the estimation sample; vce: the
covariance matrix of the estimates; after any estimator.  bootstrap: after bootstrap, bias and bias-corrected,
accelerated, normal and percentile intervals.  vif: variance inflation factors; hettest: Breusch and Pagan's test for
heteroskedasticity, on fitted values or on the regressors (rhs), iid and fstat without normality; ovtest: Ramsey's test
of powers of the fitted values (rhs: of the regressors).  These three are for regress without weights.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, NotValid
from mixedcli.frozen import frozen
from mixedcli.model.spec import MixedFit
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("estat", any_option=True)  # every subcommand reads its own options

Action = Callable[[Session, ast.Command], Outcome]


@frozen
class Subcommand:
    """Minimum abbreviation, module of this package with run(session, command) -> Outcome; only after mixed?"""

    least: str
    module: str
    mixed: bool = False


SUBCOMMANDS: dict[str, Subcommand] = {
    "df": Subcommand("df", "df", mixed=True),
    "group": Subcommand("gr", "group", mixed=True),
    "icc": Subcommand("icc", "icc", mixed=True),
    "recovariance": Subcommand("recov", "recovariance", mixed=True),
    "sd": Subcommand("sd", "sd", mixed=True),
    "wcorrelation": Subcommand("wcor", "wcorrelation", mixed=True),
    "ic": Subcommand("ic", "ic"),
    "summarize": Subcommand("su", "summarize"),
    "vce": Subcommand("vce", "vce"),
    "bootstrap": Subcommand("boot", "bootstrap"),
    "vif": Subcommand("vif", "vif"),
    "hettest": Subcommand("hett", "hettest"),
    "ovtest": Subcommand("ovt", "ovtest"),
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Find the subcommand and do it.  Errors: r(301), r(321) one that the last estimator does not have."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    if session.estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    if not body.words:
        raise InvalidSyntax("subcommand required", command.span)  # unverified: words
    word = body.words[0]
    for name, x in SUBCOMMANDS.items():
        if name.startswith(word.text) and len(word.text) >= len(x.least):
            if x.mixed and not isinstance(session.estimates.fit, MixedFit):
                break
            action: Action = importlib.import_module(f"{__name__}.{x.module}").run
            return action(session, command)
    # stata: "invalid subcommand vif", r(321), in threads about regression diagnostics
    raise NotValid(f"invalid subcommand {word.text}", word.span)
