"""A command that fails leaves the data and the files as they were, alone, for groups and within programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import Run, driver

from mixedcli.session import Session

FAILING = [
    # making and changing variables
    "generate z = nosuch + 1", "generate x = 1", "generate byte z = s", "generate z = s - 2", "generate if = 1",
    'replace x = "a"', "replace s = 3", "replace nosuch = 1", "replace x = 1 if nosuch", "replace x = 1 in 0",
    "egen z = nosuch(x)", "egen z = mean(s)", "egen x = mean(y)", "egen z = cut(x), at(2 1)",
    "recode x (1/2=3) s (4=5)", "recode x y (1=2), generate(z)", "recode x (1=)",
    "recode x (1=2", "recode x (1=2) 3", "recode x 1=2 3", "recode x (1=2)) (3=4)",
    "encode x, generate(z)", "decode x, generate(z)", "destring s, generate(y)", "destring s x, generate(z)",
    "tostring x y, generate(z)", "tostring x, replace nosuch", "split x", "split s, generate(x y)",
    "xtile z = x, nquantiles(0)", "xtile x = y", "pctile z = s", "mkspline a 3 b = x, nosuch",
    "separate x, by(nosuch)",
    "tabulate g, generate(z) nosuch", "svmat nosuch", "drawnorm a b, means(nosuch)", "range z 1",
    "ipolate x s, generate(z)",
    # names, labels, formats
    "rename (x y) (a s)", "rename x* y", "rename nosuch z", "format x %zz", "format x %9.0g s %9.0g",
    "order y nosuch",
    "label values x y nosuch lab", "label define lab 1 a", "label variable nosuch a", "char nosuch[a] b",
    "notes nosuch: a",
    # rows
    "drop nosuch", "drop x nosuch", "drop if s == 1", "drop in 0", "keep x nosuch", "keep in 5/3",
    "expand s", "sort x nosuch",
    "gsort -x nosuch", "set obs 2", "set obs x", "sample 200", "duplicates drop x", "fillin nosuch g", "insobs x",
    # another shape
    "reshape wide x, i(g) j(y)", "reshape wide x, i(g) j(nosuch)", "reshape long x nosuch, i(id) j(k)",
    "reshape long x, i(g) j(k)", "collapse (mean) x (nosuch) y, by(g)", "collapse (mean) s", "collapse x, by(nosuch)",
    "collapse (mean) x (sd) x", "contract nosuch", "statsby, by(nosuch) clear: summarize x",
    "statsby, by(g) clear: regress x nosuch", "simulate, reps(2): nosuch", "bootstrap, reps(2): regress x nosuch",
    "stack x y, into(z nosuch) group(3)", "xpose", "cross using nosuch", "joinby nosuch using other",
    # other files
    "merge 1:1 id using nosuch", "merge 1:1 g using other", "merge 1:1 nosuch using other",
    "merge m:1 id using other, nosuch",
    "append using other nosuch", "append using nosuch", "use nosuch, clear", "use nosuch using other, clear",
    "import delimited using nosuch.csv, clear", "import excel using nosuch.xlsx, clear",
    "insheet using nosuch.csv, clear",
    "use other",
    # after a fit
    "predict x", "predict z, nosuch", "predict a b", "predict z if nosuch", "predictnl z = _b[nosuch]",
    # writing
    "save other", "save nosuch/a", "export delimited using other.dta", "export delimited using nosuch/a.csv",
    "export delimited nosuch using other.dta, replace", "outsheet using other.dta",
    "export excel using nosuch/a.xlsx",
    "postfile p a using other", "postfile p 1a using other, replace", "log using other.dta",
    "file open f using other.dta, write",
    "statsby, by(g) saving(other): summarize x", "simulate, reps(2) saving(other): summarize x",
    "bootstrap r(mean), reps(2) saving(other): summarize x", "estimates save nosuch/a", "label save using other.dta",
    "collapse x, by(g) nosuch", "erase nosuch", "copy nosuch a", "copy other.dta other.dta",
]  # fmt: skip


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Session, Run]:
    session, run = driver()
    run(f'cd "{tmp_path}"')
    for line in (
        "set obs 12", "generate id = _n", "generate x = 13 - _n", "generate y = mod(_n * 5, 7)",
        "replace y = .a in 3",
        "generate g = ceil(_n / 4)", 'generate s = "v" + string(mod(_n, 3))', "generate double big = 1e10 * _n",
        "label define lab 1 one", "label values g lab", "save other", "sort g id", "regress x y",
    ):  # fmt: skip
        run(line)
    return session, run


def files(session: Session) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(session.settings.cwd).iterdir()}


def snapshot(session: Session) -> tuple[object, ...]:
    """All that a command could change of the data."""
    data = session.data
    columns = tuple(
        (c.name, c.type, c.format, c.label, c.value_label, dict(c.characteristics), c.values.tolist())
        for c in data.columns.values()
    )
    return columns, data.n, data.sorted_by, repr(data.value_labels), data.source, data.changed


@pytest.mark.parametrize("line", FAILING)
def test_nothing_changes(loaded: tuple[Session, Run], line: str) -> None:
    session, run = loaded
    before, stored = snapshot(session), files(session)
    estimates = session.estimates
    shown = run(line)
    assert shown.startswith("r("), shown
    assert snapshot(session) == before
    assert session.estimates is estimates
    assert files(session) == stored


@pytest.mark.parametrize(
    "line",
    [
        "by g: replace x = nosuch", "by g: generate z = s - 1", "by g: egen z = nosuch(x)",
        "by g (id): replace x = s",
        "by g: regress x nosuch", "by g: assert x > 3", "by nosuch: replace x = 1", "by g: drop if s",
        "by x: replace y = 1",
        "by g: collapse x", "by g: predict x",
    ],
)  # fmt: skip
def test_nothing_changes_for_groups(loaded: tuple[Session, Run], line: str) -> None:
    session, run = loaded
    before, stored = snapshot(session), files(session)
    assert run(line).startswith("r(")
    assert snapshot(session) == before
    assert files(session) == stored


def test_a_program_that_fails_gives_the_preserved_data_back(loaded: tuple[Session, Run]) -> None:
    session, run = loaded
    before = snapshot(session)
    run("program define bad\npreserve\nkeep in 1/2\nreplace x = 0\ngenerate z = nosuch\nend")
    assert run("bad").startswith("r(111)")
    assert snapshot(session) == before
    assert run("capture bad") == ""
    assert snapshot(session) == before
