"""Replications on several cores: workers change nothing, and leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest
from driving import driver
from redrawn import FRAME, RNG, ROOT, N, data

from mixedcli.data.read import load


def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mixedcli.commands.prefix.replicating._PATIENCE", 0.0)
    monkeypatch.setattr("mixedcli.commands.prefix.replicating.os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    results = []
    for cores in (1, 2):
        session, run = driver(load(str(ROOT / "orthodont.csv"), ""))
        run(f"set processors {cores}")
        run("bootstrap, reps(60) seed(8) cluster(subject) idcluster(new): mixed distance age || new: age")
        results.append(session.e.matrices["V"].values)
    assert np.array_equal(*results)


def test_a_bug_in_a_worker_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli.commands.prefix import replicating

    monkeypatch.setattr(replicating, "_PATIENCE", -1.0)
    monkeypatch.setattr(replicating.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    session, _ = driver(data())
    with pytest.raises((RuntimeError, ZeroDivisionError)):
        replicating.replicate(_Broken(), 400, session)


class _Broken:
    """A job with a bug that shows late."""

    def __call__(self, number: int) -> object:
        import time

        time.sleep(0.01)
        return 1 / (number < 350)


def test_break_leaves_no_process_and_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    from mixedcli.commands.prefix import replicating

    started: list[subprocess.Popen[bytes]] = []
    start = replicating._start

    def kept() -> subprocess.Popen[bytes]:
        started.append(start())
        return started[-1]

    def broken(done: int, total: int) -> None:
        if done >= 40:
            raise KeyboardInterrupt

    monkeypatch.setattr(replicating, "_PATIENCE", -1.0)
    monkeypatch.setattr(replicating, "_start", kept)
    monkeypatch.setattr(replicating.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    session, run = driver(data())
    session.progress = broken
    before = session.data
    assert run("bootstrap r(mean), reps(100000) idcluster(n) cluster(g): summarize y").startswith("r(1)")
    assert len(started) == 2
    assert all(worker.poll() is not None for worker in started)
    assert session.data is before
    assert session.estimates is None
    assert session.settings.seed is None


@pytest.mark.parametrize(
    "command", ["regress y x", "regress y x*", "regress y c.x#i.s", "regress y x-s", "mixed y x || g:"]
)
def test_columns_that_no_command_reads_change_nothing(command: str) -> None:
    wide = FRAME.assign(**{f"z{k}": RNG.normal(size=N) for k in range(30)})
    found = []
    for frame in (FRAME[["x", "s", "y", "g"]], wide[["x", "s", "y", "g", *(f"z{k}" for k in range(30))]]):
        session, run = driver(data(frame))
        assert not run(f"bootstrap, reps(8) seed(3): {command}").startswith("r(")
        found.append(session.e.matrices["V"].values)
    assert np.array_equal(*found)


def test_variables_may_be_abbreviated() -> None:
    frame = FRAME.rename(columns={"x": "exposure"})
    session, run = driver(data(frame))
    run("bootstrap, reps(8) seed(3): regress y expo")
    got = session.e.matrices["V"].values
    run("bootstrap, reps(8) seed(3): regress y exposure")
    assert np.array_equal(got, session.e.matrices["V"].values)


def test_a_worker_that_dies_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    from mixedcli.commands.prefix import replicating

    start = replicating._start
    monkeypatch.setattr(replicating, "_PATIENCE", -1.0)
    monkeypatch.setattr(replicating.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    session, run = driver(data())
    run("bootstrap r(mean), reps(300) seed(2): summarize y")
    want = session.e.matrices["V"].values
    workers = []

    def short_lived() -> object:
        workers.append(start())
        workers[-1].kill()
        return workers[-1]

    monkeypatch.setattr(replicating, "_start", short_lived)
    run("bootstrap r(mean), reps(300) seed(2): summarize y")
    assert workers
    assert np.array_equal(session.e.matrices["V"].values, want)
    assert session.e.scalars["N_reps"] == 300
