"""mean - estimate means

    mean varlist [if] [in] [weight] [, options]

    over(varlist)                          for every combination of their values
    vce(analytic|cluster clustvar), cluster(clustvar)
    level(#) noheader coeflegend

Standard errors are those of simple random sampling within groups; with pweights and clusters they come from sums of
scores.  Observations where any variable is missing are left out.  fweights, aweights, pweights and iweights are
allowed.

Example: mean reaction, over(days)
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.estimation.means_run import OPTIONS, estimated
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("mean", OPTIONS, allows=frozenset({"if", "in", "weight"}), by="each")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Estimate, or show the last means again.  Errors: r(109), r(111), r(301), r(2000)."""
    return estimated(session, command, options, "mean")
