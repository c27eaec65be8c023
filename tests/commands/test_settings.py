"""set, c() and creturn list; what settings do to tables; languages that are refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from driving import driver

from mixedcli.data.dataset import Column, Dataset


def loaded():
    rng = np.random.default_rng(3)
    g = np.repeat(np.arange(8), 5)
    a = np.tile([0, 1], 20)
    y = 2 + a + rng.normal(size=8)[g] + rng.normal(size=40)
    return driver(Dataset().with_columns([Column("y", "double", y), Column("a", "byte", a), Column("g", "byte", g)]))


def test_formats_of_coefficient_tables():
    _, run = loaded()
    plain = run("regress y i.a")
    run("set cformat %8.2f\nset pformat %4.2f\nset sformat %6.1f")
    row = next(x for x in run("regress y i.a").splitlines() if "1.a" in x).split("|")[1].split()
    assert [len(x.rpartition(".")[2]) for x in row] == [2, 2, 1, 2, 2, 2]
    row = next(x for x in run("mixed y i.a || g:").splitlines() if "1.a" in x).split("|")[1].split()
    assert [len(x.rpartition(".")[2]) for x in row] == [2, 2, 1, 2, 2, 2]
    row = next(x for x in run("regress y i.a, cformat(%9.4f)").splitlines() if "1.a" in x).split("|")[1].split()
    assert len(row[0].rpartition(".")[2]) == 4  # the option comes before the setting
    run("set cformat\nset pformat\nset sformat")
    assert run("regress y i.a") == plain


def test_base_levels_and_the_iteration_log():
    _, run = loaded()
    assert "(base)" not in run("regress y i.a")
    run("set showbaselevels on\nset iterlog off")
    assert "(base)" in run("regress y i.a")
    shown = run("mixed y i.a || g:")
    assert "(base)" in shown and "Iteration" not in shown
    assert "Iteration" in run("mixed y i.a || g:, log")
    run("set showbaselevels off\nset iterlog on")
    shown = run("mixed y i.a || g:")
    assert "(base)" not in shown and "Iteration" in shown


def test_the_state_of_the_random_numbers():
    _, run = driver()
    run("set seed 5\nlocal state `c(rngstate)'")
    first = run("display runiform()")
    assert run("display runiform()") != first
    run("set rngstate `state'")
    assert run("display runiform()") == first


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set cformat %12.3f", "r(120): invalid cformat: width may not be greater than 9"),
        ("set cformat %9s", "r(120): invalid cformat: width may not be greater than 9"),
        ("set showbaselevels maybe", "r(198): invalid syntax"),
        ("set dp comma", "r(198): set dp is not yet available"),
        ("set dp period", ""),
        ("set emptycells drop", "r(198): set emptycells is not yet available"),
        ("set emptycells keep", ""),
        ("set rngstate abc", "r(198): invalid state of the random-number generator"),
        ("set maxvar 10000", ""),
        ("set clevel 90", ""),
        ("set rng mt64", ""),
        ("set coeftabresults on", ""),
        ("mata: 1 + 1", "r(198): mata is not available; see help matrix for computing with matrices"),
        ("python: 1", "r(198): python is not available"),
        ("mata\nx = 1\nend", "r(198): mata is not available: its lines up to end cannot be run"),
    ],
)
def test_settings_and_refusals(line, said):
    _, run = driver()
    assert run(line) == said


def test_values_that_scripts_use():
    _, run = loaded()
    known = {
        "c(N)": "40", "c(k)": "3", "c(level)": "95", "c(pi)": "3.1415927", "c(maxvar)": "5000", "c(matsize)": "400",
        "c(version)": "19", "c(stata_version)": "19", "c(linesize)": "79", "c(rc)": "0", "c(width)": "10",
        "c(dirsep)": "/", "c(type)": "float", "c(maxbyte)": "100", "c(namelenchar)": "32", "c(epsdouble)": "2.220e-16",
        "c(Mons)": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "c(sysdir_plus)": "", "c(frame)": "default",
        "c(Weekdays)": "Sunday Monday Tuesday Wednesday Thursday Friday Saturday", "c(varabbrev)": "on", "c(bit)": "64",
    }  # fmt: skip
    for name, text in known.items():
        assert run(f"display {name}") == text, name
    assert run("display c(pwd)") == str(Path.cwd())
    day = dt.date.today()
    days = int(run('display date(c(current_date), "DMY")'))
    assert days - (day - dt.date(1960, 1, 1)).days in (0, 1)
    assert len(run("display c(current_time)")) == 8
    run("set maxvar 8000\nset cformat %8.3f")
    assert run("display c(maxvar) c(cformat)") == "8000%8.3f"
    shown = run("creturn list").splitlines()
    assert "                    c(N) = 40" in shown and '                 c(type) = "float"' in shown
    assert run("creturn nothing") == "r(198): invalid syntax"


def test_help_on_functions():
    import importlib

    from mixedcli.data.functions import _MODULES, find

    _, run = driver()
    shown = run("help functions")
    words = set(shown.split())
    for module in _MODULES:
        for name in importlib.import_module(f"mixedcli.data.{module}").TABLE:
            assert name in words, name
            assert find(name) is not None
    assert "not Stata's" in shown
    assert "stream is not" in run("help rnormal()")
    assert run("help substr").strip().startswith("substr(string, number[, number])")
    assert run("help nosuchthing").startswith("r(111)")
