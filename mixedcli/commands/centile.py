"""centile - percentiles with confidence intervals

    centile [varlist] [if] [in] [, centile(numlist) cci level(#)]

Percentiles by interpolation between order statistics (rank (n + 1) p / 100), the median without centile().  The
limits are from the binomial distribution, interpolated; cci takes the next wider pair of values instead.  A star
marks a limit at the end of the sample.

Example: centile reaction, centile(25 50 75)
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.sampling import used_rows, variables
from mixedcli.data.missing import is_missing
from mixedcli.engine import limits
from mixedcli.errors import InvalidSyntax
from mixedcli.numfmt import abbreviate, text
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "centile",
    (OptionSpec("centile", "c", "numlist"), OptionSpec("cci", "cc"), OptionSpec("level", "l", "real")),
    allows=frozenset({"if", "in"}),
    by="each",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Show the percentiles; r() is about the last variable.  Errors: r(109), r(111), r(198)."""
    data = session.data
    names = variables(session, command) or tuple(n for n in data.names if not data.column(n).is_string)
    asked = options.get("centile", (50.0,))
    if any(not 0 <= p <= 100 for p in asked):
        raise InvalidSyntax("centiles must be between 0 and 100")  # unverified: words
    level = options.get("level", session.settings.level)
    rows = used_rows(session, command).rows
    cci = bool(options.get("cci"))
    interval = f"[{text(level, '%9.0g')}% conf. interval]"
    blocks: list[Block] = [
        Blank(),
        line(" " * 58 + ("Binomial exact   " if cci else "Binom. interp.   ")),
        line(f"    Variable |       Obs  Percentile    Centile{interval:>28}"),
        line("-" * 13 + "+" + "-" * 61),
    ]
    scalars: dict[str, float] = {}
    held = False
    for name in names:
        x = data.numeric(name)
        ordered = np.sort(x[rows & ~is_missing(x)])
        n = len(ordered)
        scalars = {"N": float(n), "n_cent": float(len(asked))}
        for k, p in enumerate(asked):
            start = f"{abbreviate(name, 12):>12} |{n:>10,}" if k == 0 else f"{'':>12} |{'':>10}"
            if not n:
                blocks.append(line(start))
                break
            value = limits.at_rank(ordered, (n + 1) * p / 100)
            low, high, first, last = limits.quantile(ordered, p / 100, level, exact=cci)
            held = held or first or last
            cells = f"{text(p, '%9.0g'):>11}{text(value, '%9.0g'):>12}{text(low, '%9.0g'):>16}{text(high, '%9.0g'):>12}"
            blocks.append(line(start + cells + "*" * (first or last)))
            scalars |= {f"c_{k + 1}": value, f"lb_{k + 1}": low, f"ub_{k + 1}": high}
    if held:  # unverified: words
        blocks += [Blank(), line("* Lower (upper) confidence limit held at minimum (maximum) of sample")]
    return Outcome(blocks=tuple(blocks), r=Stored(scalars, {"centiles": " ".join(text(p, "%9.0g") for p in asked)}))
