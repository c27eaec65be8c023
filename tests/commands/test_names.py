"""levelsof, ds, lookfor, unab and numlist: lists that scripts loop over."""

from __future__ import annotations

import pytest

from tests.commands.driving import Run, driver


@pytest.fixture
def run() -> Run:
    _, run = driver()
    for text in [
        "set obs 6", "gen byte g = mod(_n, 3)", "replace g = . in 6", 'gen str3 s = "b c" in 1/3',
        'replace s = "a" in 4/5',
        "gen double weight = _n/10", "gen float weight2 = _n/10", 'label variable weight "Body mass"',
        'label variable g "Group of pigs"', "label define gl 1 one", "label values g gl", "format weight2 %5.1f",
    ]:  # fmt: skip
        run(text)
    return run


def test_levelsof(run: Run) -> None:
    assert run("levelsof g") == "0 1 2"  # the order is that of the numbers
    assert run('display "`r(levels)\'" r(r) r(N)') == "0 1 235"
    assert run("levelsof g, missing") == "0 1 2 ."
    assert run("levelsof g if _n > 3 in 1/5, local(l) separate(,)") == "1,2"
    assert run('display "`l\'"') == "1,2"
    assert run("levelsof s") == '`"a"\' `"b c"\''
    assert run('levelsof s, clean separate(", ")') == "a, b c"
    assert run("levelsof s, missing") == '`""\' `"a"\' `"b c"\''
    assert run("levelsof g if g > 100 & g < .") == ""
    assert run("display r(r)") == "0"
    assert run("levelsof g s").startswith("r(103)")
    assert run("levelsof").startswith("r(100)")


def test_levels_find_their_observations_again(run: Run) -> None:
    """A float is no decimal: its level must be the float itself."""
    run("local found 0")
    run("foreach v in weight weight2 {\nquietly levelsof `v', local(l)\nforeach x of local l {\n"
        "quietly count if `v' == `x'\nlocal found = `found' + r(N)\n}\n}")  # fmt: skip
    assert run("display `found'") == "12"


def test_ds(run: Run) -> None:
    assert run("ds").split() == ["g", "s", "weight", "weight2"]
    assert run("ds, has(type string)") == "s"
    assert run("ds, has(type numeric)").split() == ["g", "weight", "weight2"]
    assert run("ds, has(type byte double)").split() == ["g", "weight"]
    assert run("ds, has(type 1/4)") == "s"
    assert run("ds, not(type string)").split() == ["g", "weight", "weight2"]
    assert run("ds weight*, not").split() == ["g", "s"]
    assert run("ds, has(varlabel)").split() == ["g", "weight"]
    assert run("ds, has(varlabel *pig*)") == "g"
    assert run("ds, has(varlabel *PIG*)") == ""
    assert run("ds, has(varlabel *PIG*) insensitive") == "g"
    assert run("ds, has(vallabel)") == "g"
    assert run("ds, has(format *f)") == "weight2"
    run("char weight[unit] kg")
    assert run("ds, has(char unit)") == "weight"
    assert run("ds w* g, alpha").split() == ["g", "weight", "weight2"]
    assert run('display "`r(varlist)\'"') == "g weight weight2"
    assert "Group of pigs" in run("ds g, detail")
    assert run("ds, has(nosuch a)").startswith("r(198)")
    assert run("ds nosuch").startswith("r(111)")


def test_ds_reads_downwards_and_cuts_long_names() -> None:
    _, run = driver()
    run("set obs 1")
    for name in ["a_name_longer_than_twelve", *"bcdefg"]:
        run(f"gen {name} = 1")
    # stata: ds of 17 variables, 12 wide and 2 apart: "subjectnum~e  weightlbs     span"
    first, second = run("ds").split("\n")
    assert first == "a_name_lon~e  c             e             g"
    assert second == "b             d             f"
    assert run("ds, varwidth(25) indent(2)").startswith("  a_name_longer_than_twelve")
    assert run("ds b c, skip(4)") == "b    c"


def test_lookfor(run: Run) -> None:
    shown = run("lookfor MASS")
    assert "Body mass" in shown and "Group" not in shown
    run('lookfor "of pigs" weight2')
    assert run('display "`r(varlist)\'"') == "g weight2"
    assert run("lookfor nothing") == ""
    assert run("lookfor").startswith("r(198)")


def test_unab(run: Run) -> None:
    run("unab v : w* g")
    assert run('display "`v\'"') == "weight weight2 g"
    run("unab v : g-weight, max(3)")
    assert run('display "`v\'"') == "g s weight"
    assert run("unab v : w*, max(1)") == "r(103): too many variables specified"
    assert run("unab v : w*, min(3) name(x())").startswith("r(")
    assert run("unab v : w*, min(3)") == "r(102): too few variables specified"
    assert run("unab v : w*, max(1) name(depvar)") == "r(103): depvar: too many variables specified"
    assert run("unab v : nosuch") == "r(111): variable nosuch not found"
    assert run("unab v nosuch").startswith("r(198)")


def test_tsunab_and_fvunab(run: Run) -> None:
    run("gen t = _n")
    run("tsset t")
    run("tsunab v : L.g F(1/2).weight2 L2D.t")
    assert run('display "`v\'"') == "L.g F.weight2 F2.weight2 L2D.t"
    assert run("tsunab v : i.g").startswith("r(101)")
    run("fvunab v : i.g c.weig*#c.t g##s")
    assert run('display "`v\'"') == "i.g c.weight#c.t c.weight2#c.t g##s"


NUMLISTS = [
    ('"1/3 10(5)20"', "1 2 3 10 15 20"),
    ("1 2 to 5", "1 2 3 4 5"),
    ('"5 1 3", sort', "1 3 5"),
    ('"1/3", integer ascending min(3) max(3) range(>=1 <4)', "1 2 3"),
    ('"3 2", descending', "3 2"),
    ('"1 . 2", missingokay', "1 . 2"),
    ('"0.1(0.1)0.3"', ".1 .2 .3"),
]


@pytest.mark.parametrize(("text", "numbers"), NUMLISTS, ids=[text for text, _ in NUMLISTS])
def test_numlist(run: Run, text: str, numbers: str) -> None:
    assert run(f"numlist {text}") == ""
    assert run('display "`r(numlist)\'"') == numbers


# stata: [P] numlist, return codes
REFUSED = [
    ('"a"', 121), ('""', 121), ('"1 2", min(3)', 122), ('"1/5", max(3)', 123), ('"2 1", ascending', 124),
    ('"1 1", ascending', 124), ('"1 2", descending', 124), ('"1 5", range(<5)', 125), ('"1.5", integer', 126),
    ('"1 ."', 127), ('"1", nosuch', 198),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rc"), REFUSED, ids=[text for text, _ in REFUSED])
def test_numlist_refuses(run: Run, text: str, rc: int) -> None:
    assert run(f"numlist {text}").startswith(f"r({rc})")
