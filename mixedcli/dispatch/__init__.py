"""From a line of text to its effect: parse, look up, bind the options, run, store the outcome, render.

``Runner`` is the whole interface: ``execute`` for one command, ``run_line`` and ``run_text`` with echo and errors.
"""

from __future__ import annotations

from mixedcli.dispatch.record import Record
from mixedcli.dispatch.runner import Runner

__all__ = ["Record", "Runner"]
