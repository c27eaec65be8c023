"""Running a command many times, on all cores: the same results whatever their number.

A job is called with the numbers 0, 1, 2 ... and depends on nothing else, so it does not matter who runs which.  This
process begins alone; when that takes long, one worker per core takes over.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from typing import Protocol

from mixedcli.blocks import Block
from mixedcli.commands.prefix.worker import BUG, receive, send
from mixedcli.frozen import frozen
from mixedcli.session import Session

#: seconds after which workers are started; results do not depend on it
_PATIENCE = 0.5
#: so many pieces per worker, at least: they should end at the same time
_PIECES = 8
_LARGEST_PIECE = 25
#: each worker keeps to one core
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@frozen
class Replicate:
    """What one run gave.  values: nan where missing.  mark: "." or "x", for a run that failed or had no result."""

    values: tuple[float, ...]
    mark: str = "."
    blocks: tuple[Block, ...] = ()


class Job(Protocol):
    """Picklable; the result depends on the number alone."""

    def __call__(self, number: int) -> Replicate: ...


def replicate(job: Job, count: int, session: Session) -> list[Replicate]:
    """The results of job(0) ... job(count - 1).  ``set processors`` limits the cores; progress is told to the session.

    Raises KeyboardInterrupt when the user breaks, with no process left behind.
    """
    tell = session.progress or (lambda done, total: None)
    work = _Work(count)
    crew: _Crew | None = None
    processes = min(processors(session), count)
    began = time.monotonic()
    tell(0, count)
    try:
        while crew is None or not crew.ready:
            piece = work.take(1)
            if not piece:
                break
            work.done(piece.start, [job(piece.start)])
            tell(work.finished, count)
            late = time.monotonic() - began > _PATIENCE
            if crew is None and processes > 1 and late and count - work.finished > processes:
                crew = _Crew(job, work, processes)
        while crew is not None and work.finished < count and not crew.over:
            crew.wait(0.1)
            tell(work.finished, count)
    finally:
        if crew is not None:
            crew.dismiss()
        tell(count, count)
    if crew is not None:
        crew.check()
        while piece := work.take(1):  # what workers that could not start have left
            work.done(piece.start, [job(piece.start)])
    return work.results()


def processors(session: Session) -> int:
    """How many cores may be used."""
    try:
        asked = int(session.settings.other.get("processors", "0"))
    except ValueError:
        asked = 0
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(asked, there) if asked > 0 else there


class _Work:
    """Numbers to hand out and results to keep, for several threads."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self._left: list[range] = []
        self._results: list[Replicate | None] = [None] * count
        self.finished = 0

    def take(self, most: int, sharers: int = 1) -> range:
        """The next numbers, empty when there are none."""
        with self._lock:
            if self._left:
                return self._left.pop()
            count = len(self._results)
            size = min(most, max(1, (count - self._next) // sharers))
            piece = range(self._next, min(self._next + size, count))
            self._next = piece.stop
            return piece

    def give_back(self, piece: range) -> None:
        """What nobody has run after all."""
        with self._lock:
            self._left += [range(k, k + 1) for k in piece]

    def done(self, start: int, results: list[Replicate]) -> None:
        with self._lock:
            self._results[start : start + len(results)] = results
            self.finished += len(results)

    def results(self) -> list[Replicate]:
        """All of them, in order."""
        return [result for result in self._results if result is not None]


class _Crew:
    """Worker processes, each led by a thread of its own."""

    def __init__(self, job: Job, work: _Work, size: int) -> None:
        self._work = work
        self._size = size
        self._job = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        self._present: set[int] = set()
        self._bugs: list[str] = []
        self._stopping = False
        self._workers = [_start() for _ in range(size)]
        self._threads = [threading.Thread(target=self._lead, args=(k,), daemon=True) for k in range(size)]
        for thread in self._threads:
            thread.start()

    @property
    def ready(self) -> bool:
        """Whether all workers work (or cannot)."""
        return len(self._present) == self._size

    @property
    def over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def wait(self, seconds: float) -> None:
        """Until the first of them is done, but not for longer."""
        for thread in self._threads:
            if thread.is_alive():
                thread.join(seconds)
                return

    def check(self) -> None:
        """Raise what went wrong in a worker and is a bug."""
        if self._bugs:
            raise RuntimeError(self._bugs[0])

    def dismiss(self) -> None:
        """End all workers and wait for them."""
        self._stopping = True
        for worker in self._workers:
            with contextlib.suppress(OSError):
                worker.kill()
        for thread in self._threads:
            thread.join()
        for worker in self._workers:
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            worker.wait()

    def _lead(self, number: int) -> None:
        worker = self._workers[number]
        assert worker.stdin is not None
        assert worker.stdout is not None
        piece = range(0)
        try:
            worker.stdin.write(self._job)
            worker.stdin.flush()
            receive(worker.stdout)  # it has read the job
            self._present.add(number)
            while not self._stopping:
                piece = self._work.take(_LARGEST_PIECE, _PIECES * self._size)
                if not piece:
                    return
                send(worker.stdin, piece)
                answer = receive(worker.stdout)
                if isinstance(answer, tuple) and answer[0] == BUG:
                    self._bugs.append(answer[1])
                    return
                self._work.done(piece.start, answer)
                piece = range(0)
        except Exception:  # the worker has died, its last answer cut anywhere: others go on
            self._work.give_back(piece)
        finally:
            self._present.add(number)


def _start() -> subprocess.Popen[bytes]:
    environment = dict(os.environ) | dict.fromkeys(_THREADS, "1")
    environment["PYTHONPATH"] = os.pathsep.join(path or os.curdir for path in sys.path)
    code = "from mixedcli.commands.prefix.worker import serve; serve()"
    # a group of its own: Break at the terminal is for the parent, which then ends its workers
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
