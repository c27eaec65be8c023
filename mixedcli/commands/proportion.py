"""proportion - estimate proportions

    proportion varlist [if] [in] [weight] [, over(varlist) vce(analytic|cluster clustvar) cluster(clustvar) level(#)
        citype(logit|normal) noheader coeflegend]

The share of every value of every variable; standard errors are sqrt(p (1 - p) / n), limits are found on the log-odds
scale (citype(normal): symmetric ones).

Example: proportion sex, over(age)
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.estimation.means_run import OPTIONS, estimated
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "proportion",
    (*OPTIONS, OptionSpec("citype", "cit", "name")),
    allows=frozenset({"if", "in", "weight"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate, or show the last proportions again.  Errors: r(109), r(111), r(198), r(301), r(2000)."""
    return estimated(session, command, options, "proportion")
