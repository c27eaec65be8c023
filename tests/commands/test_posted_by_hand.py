"""Commands after a fit when a program has left e() without coefficients, or after estimators of means."""

from __future__ import annotations

import pytest
from driving import Run, driver

AFTER = [
    "test x", "test x = 1", "testparm x", "lincom x", "predict a", "predictnl a = _b[x]", "margins", "estimates table",
    "hausman . .", "nlcom _b[x]", "testnl _b[x] = 1", "estat vce", "contrast g", "dfbeta",
]  # fmt: skip


def data() -> Run:
    _, run = driver()
    for line in ("set obs 12", "generate g = ceil(_n / 4)", "generate x = _n", "generate y = mod(_n * 7, 5)"):
        run(line)
    return run


@pytest.mark.parametrize("line", AFTER)
@pytest.mark.parametrize(
    "before",
    [
        ["ereturn local cmd regress"],
        ["matrix b = (1, 2)", "matrix colnames b = x _cons", "ereturn post b"],
        ["ereturn post"],
    ],
    ids=["a macro only", "e(b) without e(V)", "nothing"],
)
def test_without_coefficients(line: str, before: list[str]) -> None:
    run = data()
    for text in before:
        run(text)
    shown = run(line)
    allowed = ("r(301)", "r(321)", "r(322)", "r(111)", "r(198)", "r(498)")
    table_of_b = line == "estimates table" and len(before) > 1
    assert shown.startswith(allowed) or table_of_b, shown


@pytest.mark.parametrize("fit", ["mean y, over(g)", "proportion g", "total y"])
@pytest.mark.parametrize("line", ["estimates table", "estat summarize", "estat vce", "estimates replay", "margins"])
def test_after_means(fit: str, line: str) -> None:
    run = data()
    assert not run(fit).startswith("r(")
    shown = run(line)
    if line == "margins":
        assert shown.startswith("r(")  # there is no linear prediction
    else:
        assert not shown.startswith("r(") and shown.strip(), shown


def test_a_count_takes_no_variables() -> None:
    assert data()("count x") == "r(101): varlist not allowed"


def test_a_direction_without_a_variable() -> None:
    assert data()("gsort + - x") == "r(198): invalid syntax"
