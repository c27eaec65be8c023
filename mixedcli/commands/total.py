"""total - estimate totals

    total varlist [if] [in] [weight] [, over(varlist) vce(analytic|cluster clustvar) cluster(clustvar) level(#)
        noheader coeflegend]

As mean, for sums: without weights, the sum over the sample.

Example: total pop [pw=weight], over(region)
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.estimation.means_run import OPTIONS, estimated
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("total", OPTIONS, allows=frozenset({"if", "in", "weight"}), by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate, or show the last totals again.  Errors: r(109), r(111), r(301), r(2000)."""
    return estimated(session, command, options, "total")
