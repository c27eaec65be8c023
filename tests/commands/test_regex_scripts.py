"""regexs() across commands, as scripts use it."""

from __future__ import annotations

import numpy as np
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset

NAMES = np.array(["id12", "x", "id345"], dtype=object)


def loaded():
    return driver(Dataset().with_columns([Column("s", "str5", NAMES)]))


def test_generate_with_the_match_in_its_condition():
    session, run = loaded()
    run('gen n = real(regexs(1)) if regexm(s, "([0-9]+)")')
    assert column(session, "n") == [12, ".", 345]
    run('replace s = "no. " + regexs(1) if regexm(s, "id([0-9]+)$")')
    assert column(session, "s") == ["no. 12", "x", "no. 345"]


def test_the_match_of_one_command_serves_the_next():
    session, run = loaded()
    run('if regexm("a-b", "(.)-(.)") local m = regexs(2)')
    assert session.locals["m"] == "b"
    run('local k = ustrregexm("été 5", "([0-9])")\nlocal d = ustrregexs(1) + regexs(1)')
    assert (session.locals["k"], session.locals["d"]) == ("1", "5a")
