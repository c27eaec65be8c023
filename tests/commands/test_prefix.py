"""statsby, eststo, collect, and what prefix commands share."""

from __future__ import annotations

import copy
import pathlib
import pickle

import numpy as np
import pandas as pd
import pytest
from driving import column, driver

from mixedcli import ast
from mixedcli.data.dataset import Column, Dataset
from mixedcli.parse import parse_prefix
from mixedcli.session import Session

RNG = np.random.default_rng(3)
FRAME = pd.DataFrame({"g": np.repeat([2.0, 1.0, 3.0], 20), "x": RNG.normal(size=60), "y": RNG.normal(size=60)})


def data(frame: pd.DataFrame = FRAME) -> Dataset:
    return Dataset().with_columns(Column(k, "double", frame[k].to_numpy()) for k in frame)


def test_statsby_collects_one_observation_per_group() -> None:
    session, run = driver(data())
    shown = run("statsby m=r(mean) sd=(r(sd)/2), by(g) clear double: summarize y if x > 0")
    want = FRAME[FRAME.x > 0].groupby("g")["y"]
    assert session.data.names == ("g", "m", "sd")
    assert column(session, "g") == [1, 2, 3]
    assert column(session, "m") == pytest.approx(want.mean().tolist())
    assert column(session, "sd") == pytest.approx((want.std() / 2).tolist())
    assert session.data.column("m").label == "r(mean)"
    assert session.data.sorted_by == ("g",)
    assert shown.endswith(
        "Statsby groups\n----+--- 1 ---+--- 2 ---+--- 3 ---+--- 4 ---+--- 5 \n..."
    )  # stata: a log of statsby, by(etp) clear: xtreg


def test_statsby_without_a_list_keeps_all_coefficients() -> None:
    session, run = driver(data())
    run("statsby _b _se, by(g) clear: mixed y x")
    names = session.data.names
    assert names[:3] == ("g", "y_b_x", "y_b_cons")
    assert "y_se_x" in names
    assert session.data.column("y_b_x").label == "[y]_b[x]"
    half = FRAME[FRAME.g == 1]
    slope = np.polyfit(half.x, half.y, 1)[0]
    assert column(session, "y_b_x")[0] == pytest.approx(slope, rel=1e-6)


def test_statsby_leaves_gaps_where_the_command_fails() -> None:
    frame = FRAME.assign(y=FRAME.y.where(FRAME.g != 3, 2.0**1023))
    session, run = driver(data(frame))
    shown = run("statsby ll=e(ll), by(g) clear: mixed y x")
    assert column(session, "ll")[2] == "."
    assert shown.endswith("..x")


def test_statsby_total_and_saving(tmp_path) -> None:  # type: ignore[no-untyped-def]
    session, run = driver(data())
    run(f'statsby m=r(mean), by(g) total saving("{tmp_path / "t.dta"}"): summarize y')
    assert session.data.n == 60
    run(f'use "{tmp_path / "t.dta"}", clear')
    assert column(session, "g") == [1, 2, 3, "."]
    assert column(session, "m")[3] == pytest.approx(FRAME.y.mean(), rel=1e-6)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("statsby m=r(mean), by(g): summarize y", "r(4): no; dataset in memory has changed since last saved"),
        ("statsby m=r(mean), clear: summarize y", "r(100): option by() required"),
        ("statsby m=r(mean) m=r(sd), by(g) clear: summarize y", "r(198): m already defined"),
        ("statsby m=r(mean), by(g) clear: summarize nosuch", "r(111): variable nosuch not found"),
        ("statsby m=r(mean), by(g) clear nosuch: summarize y", "r(198): option nosuch not allowed"),
    ],
)
def test_statsby_refuses(line: str, message: str) -> None:
    session, run = driver(data())
    assert run(line) == message
    assert session.data.n == 60


def test_eststo_stores_under_a_name_or_a_number() -> None:
    session, run = driver(data())
    assert run("eststo: mixed y x").endswith("(est1 stored)")
    assert run("eststo m: mixed y").rstrip().endswith("-")
    assert "(est2 stored)" in run("eststo: quietly mixed y")
    assert list(session.stored) == ["est1", "m", "est2"]
    assert session.stored["m"].stored.scalars["k_f"] == 1
    assert session.estimates is session.stored["est2"]
    run("eststo clear")
    assert not session.stored


def test_eststo_alone_stores_the_last_results() -> None:
    session, run = driver(data())
    assert run("eststo a") == "r(301): last estimates not found"
    run("mixed y x")
    run("eststo a")
    assert list(session.stored) == ["a"]


def test_collect_runs_and_keeps() -> None:
    session, run = driver(data())
    assert "Mixed-effects ML regression" in run("collect: mixed y x")
    assert session.collected[0].command == "mixed y x"
    assert session.collected[0].e.scalars["N"] == 60


def test_prefixes_combine() -> None:
    session, run = driver(data())
    assert run("quietly eststo m1: mixed y x") == ""
    assert run("capture eststo m2: mixed nosuch") == ""
    assert session.rc == 111
    assert list(session.stored) == ["m1"]


def test_a_run_leaves_its_session_alone() -> None:
    session, run = driver(data())
    run("scalar s = 1")
    assert session.language is not None
    done = session.language.run(session, "replace y = 0")
    done = session.language.run(done.session, "scalar s = 2")
    assert session.scalars == {"s": 1}
    assert done.session.scalars == {"s": 2}
    assert session.data.numeric("y").any()
    assert not done.session.data.numeric("y").any()


def test_sessions_travel_to_other_processes() -> None:
    session, run = driver(data())
    run("program p\n mixed y x || g:\nend")
    run("p")
    copied: Session = pickle.loads(pickle.dumps(copy.copy(session)))
    assert copied.language is not None
    assert copied.e.scalars["ll"] == session.e.scalars["ll"]
    done = copied.language.run(copied, "p")
    assert done.session.e.scalars["ll"] == pytest.approx(session.e.scalars["ll"])


EXPLISTS = [
    ("r(mean)", [("", "r(mean)", "")]),
    ("m = r(mean) sd=(r(sd) / 2)", [("m", "r(mean)", ""), ("sd", "(r(sd) / 2)", "")]),
    ("_b se=_se[x]", [("", "_b", ""), ("se", "_se[x]", "")]),
    ("(eq: a=1 b=_b[y:x]) [eq]_b", [("a", "1", "eq"), ("b", "_b[y:x]", "eq"), ("", "[eq]_b", "")]),
    ("p=(r(a)==1)", [("p", "(r(a)==1)", "")]),
    ("", []),
]


@pytest.mark.parametrize(("text", "items"), EXPLISTS, ids=[text for text, _ in EXPLISTS])
def test_expression_lists(text: str, items: list[tuple[str, str, str]]) -> None:
    body, options = parse_prefix(ast.Prefix("bootstrap", f"{text}, reps(3) saving(a(b), replace)"), "summarize x")
    assert body.items is not None
    assert [(item.name, item.text, item.equation) for item in body.items] == items
    assert [(option.name, option.text) for option in options] == [("reps", "3"), ("saving", "a(b), replace")]


def test_text_that_is_no_expression_list_is_kept() -> None:
    body, _ = parse_prefix(ast.Prefix("eststo", "m 1 +", span=None), "mixed y")
    assert body.items is None
    assert body.text == "m 1 +"


CATEGORIES = Dataset().with_columns(
    [
        Column("foreign", "byte", np.array([0, 0, 1, 1, 101], dtype=np.int8)),
        Column("rep78", "byte", np.array([1, 2, 3, 1, 2], dtype=np.int8)),
        Column("x", "double", np.array([1.5, 2.5, 3.5, 4.5, 5.5])),
        Column("s", "str1", np.array(["b", "a", "", "c", "a"], dtype=object)),
    ]
)


def test_xi_makes_indicators_and_says_so() -> None:
    session, run = driver(CATEGORIES)
    # stata: a log of xi: qreg price mpg i.foreign*i.rep78 headroom
    assert run("xi i.foreign*i.rep78").splitlines() == [
        "i.foreign         _Iforeign_0-1       (naturally coded; _Iforeign_0 omitted)",
        "i.rep78           _Irep78_1-3         (naturally coded; _Irep78_1 omitted)",
        "i.for~n*i.rep78   _IforXrep_#_#       (coded as above)",
    ]
    made = ("_Iforeign_1", "_Irep78_2", "_Irep78_3", "_IforXrep_1_2", "_IforXrep_1_3")
    assert session.data.names[4:] == made
    assert column(session, "_Iforeign_1") == [0, 0, 1, 1, "."]
    assert column(session, "_Irep78_3") == [0, 0, 1, 0, 0]
    assert column(session, "_IforXrep_1_3") == [0, 0, 1, 0, "."]
    assert session.data.column("_Irep78_2").label == "rep78==2"


def test_xi_with_continuous_variables() -> None:
    session, run = driver(CATEGORIES)
    run("xi i.rep78|x")
    assert session.data.names[4:] == ("_IrepXx_2", "_IrepXx_3")
    assert column(session, "_IrepXx_2") == [0, 2.5, 0, 0, 5.5]
    run("xi i.rep78*x")
    assert session.data.names[4:] == ("_Irep78_2", "_Irep78_3", "_IrepXx_2", "_IrepXx_3")


def test_xi_of_strings_and_other_prefixes() -> None:
    session, run = driver(CATEGORIES)
    run("xi, prefix(_D) i.s")
    assert session.data.names[4:] == ("_Ds_2", "_Ds_3")
    assert column(session, "_Ds_2") == [1, 0, ".", 0, 0]


def test_xi_runs_the_command_with_the_new_variables() -> None:
    session, run = driver(data())
    shown = run("xi: mixed y i.g*x || g:")
    assert shown.startswith("i.g               _Ig_1-3             (naturally coded; _Ig_1 omitted)\n")
    assert session.e.matrices["b"].colnames[:6] == ("y:_Ig_2", "y:_Ig_3", "y:x", "y:_IgXx_2", "y:_IgXx_3", "y:_cons")
    assert run("display %12.8f e(ll)") == _ll(FRAME)


def _ll(frame: pd.DataFrame) -> str:
    _, run = driver(data(frame))
    run("mixed y i.g##c.x || g:")
    return run("display %12.8f e(ll)")


def test_statsby_saving_takes_double(tmp_path: pathlib.Path) -> None:
    session, run = driver(data())
    before = session.data
    run(f'statsby m=r(mean), by(g) saving("{tmp_path}/s", double): summarize y')
    assert session.data is before
    assert run(f'statsby m=r(mean), by(g) saving("{tmp_path}/s"): summarize y').startswith("r(602)")
    run(f'use "{tmp_path}/s", clear')
    assert column(session, "m") == pytest.approx(FRAME.groupby("g")["y"].mean().tolist(), rel=1e-13)


def test_a_program_behind_a_prefix_is_run_by_it() -> None:
    session, run = driver(data())
    run("program define both, rclass\nsummarize y\nreturn scalar twice = 2*r(mean)\nend")
    run("statsby t=r(twice), by(g) clear: both")
    assert column(session, "t") == pytest.approx((2 * FRAME.groupby("g")["y"].mean()).tolist(), rel=1e-6)
