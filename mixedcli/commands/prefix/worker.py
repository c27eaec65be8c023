"""The other side of ``replicating``: a process that is given a job and then numbers to run it with."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from typing import IO, Any

BUG = "bug"


def send(pipe: IO[bytes], what: Any) -> None:
    """Write one object."""
    pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one object.  Raises EOFError at the end."""
    return pickle.load(pipe)


def serve() -> None:
    """Answer ranges of numbers with lists of results until standard input ends.

    What a command may write goes nowhere: standard output belongs to the answers.  Break is the parent's affair.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    requests = sys.stdin.buffer
    try:
        job = receive(requests)
        send(answers, None)
        while True:
            piece = receive(requests)
            try:
                results = [job(number) for number in piece]
            except Exception:
                send(answers, (BUG, traceback.format_exc()))
                return
            send(answers, results)
    except (EOFError, BrokenPipeError):
        return
