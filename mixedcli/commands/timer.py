"""timer - measure how long parts of a script take

    timer on #
    timer off #
    timer clear [#]
    timer list [#]

Numbers are 1 to 100.  timer list shows seconds, how often the timer ran, and their quotient, and leaves r(t1), r(nt1)
and so on.

Example: timer on 1
         quietly mixed weight week || id:
         timer off 1
         timer list
"""

from __future__ import annotations

import time
from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.loading import words_of
from mixedcli.errors import InvalidSyntax
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session, Timer

SPEC = CommandSpec("timer")


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Switch or show.  Errors: r(198)."""
    now = time.perf_counter()
    words = [word.text for word in words_of(command)]
    what, numbers = (words[0], words[1:]) if words else ("", [])
    if what not in ("on", "off", "clear", "list") or len(numbers) > 1 or (what in ("on", "off") and not numbers):
        raise InvalidSyntax("invalid syntax", command.span)
    if numbers and not (numbers[0].isdigit() and 1 <= int(numbers[0]) <= 100):
        raise InvalidSyntax(f"invalid '{numbers[0]}'", command.span)
    chosen = [int(numbers[0])] if numbers else sorted(session.timers)
    if what == "clear":
        return Outcome(timers=dict.fromkeys(chosen))
    if what == "list":
        return _listed(session, chosen, now)
    timer = session.timers.get(chosen[0], Timer())
    if what == "on":
        changed = replace(timer, since=now if timer.since is None else timer.since)
    elif timer.since is None:
        changed = timer
    else:
        changed = Timer(timer.seconds + now - timer.since, timer.times + 1)
    return Outcome(timers={chosen[0]: changed})


def _listed(session: Session, chosen: list[int], now: float) -> Outcome:
    shown: list[Block] = []
    scalars: dict[str, float] = {}
    for number in chosen:
        timer = session.timers.get(number)
        if timer is None or (timer.since is None and not timer.times):
            continue
        times = timer.times + (timer.since is not None)
        seconds = timer.seconds + (now - timer.since if timer.since is not None else 0.0)
        # stata: "   1:      0.46 /        1 =       0.4640"
        shown.append(line(f"{number:>4}:{seconds:>10.2f} /{times:>9} ={seconds / times:>13.4f}"))
        scalars |= {f"t{number}": seconds, f"nt{number}": float(times)}
    return Outcome(blocks=tuple(shown), r=Stored(scalars=scalars))
