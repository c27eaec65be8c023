"""The Python door."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import mixedcli

T43 = Path(__file__).resolve().parents[1] / "fixtures" / "t43" / "t43.csv"


@pytest.fixture(scope="module")
def fitted() -> mixedcli.Session:
    s = mixedcli.Session(data=pd.read_csv(T43))
    s.run("mixed score i.drug || person:, reml")
    return s


def test_results_are_those_of_the_published_table(fitted: mixedcli.Session) -> None:
    # stata: ex13.log
    assert fitted.e["ll"] == pytest.approx(-49.640099, abs=5e-7)
    assert fitted.e["cmd"] == "mixed"
    assert fitted.e["b"].shape == (1, 7)  # four drugs, the constant, two variances
    table = fitted.table().set_index("name")
    assert table.loc["_cons", "estimate"] == pytest.approx(26.4)
    assert table.loc["var(_cons)", "estimate"] == pytest.approx(40.20004, rel=1e-6)
    assert table.loc["var(Residual)", "ul"] == pytest.approx(20.92325, rel=1e-6)


def test_replay_changes_the_metric_of_the_table(fitted: mixedcli.Session) -> None:
    fitted.run("mixed, stddeviations")
    table = fitted.table().set_index("name")
    assert table.loc["sd(_cons)", "estimate"] == pytest.approx(40.20004**0.5, rel=1e-5)
    fitted.run("mixed")


def test_run_returns_the_text_without_echo() -> None:
    s = mixedcli.Session(data=str(T43))
    out = s.run("count\ncount if drug == 1")
    assert out.text == "  20\n\n  5\n"
    assert str(out) == out.text
    assert s.r["N"] == 5.0


def test_failures_raise_with_code_and_message() -> None:
    s = mixedcli.Session(T43)
    with pytest.raises(mixedcli.StataError) as caught:
        s.run("summarize nosuch")
    assert (caught.value.rc, caught.value.message) == (111, "variable nosuch not found")
    with pytest.raises(mixedcli.StataError) as caught:
        mixedcli.Session("nosuch.dta")
    assert caught.value.rc == 601


def test_data_go_in_and_out_unchanged() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5, None], "b": [1, 2, 3], "c": ["x", "", "z"]})
    s = mixedcli.Session(frame)
    s.run("generate d = b * 2")
    back = s.data
    assert list(back.columns) == ["a", "b", "c", "d"]
    pd.testing.assert_frame_equal(back[["a", "b", "c"]], frame, check_dtype=False)
    assert list(back["d"]) == [2, 4, 6]


def test_unknown_names() -> None:
    with pytest.raises(AttributeError):
        mixedcli.nosuch  # noqa: B018
    with pytest.raises(KeyError):
        mixedcli.Session().e["ll"]


def test_every_parameter_of_a_by_group_names_it() -> None:
    session = mixedcli.Session(data=Path(__file__).parent.parent / "fixtures/rdatasets/orthodont.dta")
    session.run("mixed distance age || subject:, residuals(ar 1, t(age) by(sex)) nolog")
    rows = session.table().query("part == 'residual'")
    assert list(zip(rows["by"], rows["name"], strict=True)) == [
        ("Male", "rho"),
        ("Male", "var(e)"),
        ("Female", "rho"),
        ("Female", "var(e)"),
    ]
