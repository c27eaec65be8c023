"""table with statistics: figures from pandas, the frame of version 17."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from mixedcli import Session, StataError

OATS = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "oats.csv"
FRAME = pd.read_csv(OATS)


@pytest.fixture
def oats() -> Session:
    return Session(data=OATS)


def cells(text: str) -> list[list[str]]:
    return [x.partition("|")[2].split() for x in text.splitlines() if "|" in x]


def test_means_by_two_variables(oats: Session) -> None:
    text = oats.run("table (variety) (nitro), statistic(mean yield) nformat(%9.3f)").text
    expected = FRAME.pivot_table(index="variety", columns="nitro", values="yield", margins=True)
    assert cells(text)[3:] == [[f"{v:.3f}" for v in row] for row in expected.to_numpy()]
    assert text.splitlines()[2].split("|")[1].strip() == "nitro"
    assert oats.r["N"] == 72
    bare = oats.run("table variety nitro, statistic(mean yield) nformat(%9.3f) nototals").text
    assert cells(bare)[3:] == [[f"{v:.3f}" for v in row[:-1]] for row in expected.to_numpy()[:-1]]


def test_several_statistics(oats: Session) -> None:
    text = oats.run(
        "table variety, statistic(mean yield) statistic(sd yield) statistic(p25 yield) statistic(count yield) "
        'statistic(frequency) statistic(percent) nformat(%9.2f mean sd) sformat("(%s)" sd)'
    ).text
    first = FRAME[FRAME["variety"] == 1]["yield"].sort_values().to_numpy()
    rows = [x.partition("|")[2].split() for x in text.splitlines() if x.startswith("  1     |")]  # in two panels
    assert max(map(len, text.splitlines())) <= 79
    assert [cell for row in rows for cell in row] == [
        f"{first.mean():.2f}",
        f"({first.std(ddof=1):.2f})",
        f"{(first[5] + first[6]) / 2:g}",
        "24",
        "24",
        "33.33",
    ]
    for head in (
        "Mean",
        "Standard deviation",
        "25th percentile",
        "Number of nonmissing values",
        "Frequency",
        "Percent",
    ):
        assert head in text


def test_variables_and_results_where_asked(oats: Session) -> None:
    text = oats.run(
        "table (var result) (variety), statistic(mean yield nitro) statistic(max yield nitro) nototals"
    ).text
    assert [x.split("|")[0].rstrip() for x in text.splitlines()[5:11]] == [
        "yield",
        "  Mean",
        "  Maximum value",
        "nitro",
        "  Mean",
        "  Maximum value",
    ]
    text = oats.run("table (variety) (result), statistic(median yield) statistic(total yield)").text
    assert cells(text)[-2:] == [[f"{FRAME[FRAME.variety == 3]['yield'].median():g}", "2343"], ["102.5", "7486"]]
    assert cells(oats.run("table, statistic(mean yield)").text)[-1] == ["103.9722"]


def test_contents(oats: Session) -> None:
    """Before version 17: totals only where asked for."""
    text = oats.run("table variety, contents(mean yield sd yield n yield freq) format(%9.1f)").text
    assert cells(text)[-1] == ["97.6", "30.0", "24", "24"]
    text = oats.run("table variety, c(mean yield) row").text
    assert cells(text)[-1] == ["103.9722"]
    text = oats.run("table variety nitro, c(mean yield) column").text
    assert cells(text)[-1] == ["71.5", "89.66667", "110.8333", "118.5", "97.625"]
    text = oats.run("table variety, c(max yield) by(block)").text
    assert cells(text)[-1] == [str(FRAME[(FRAME.block == 6) & (FRAME.variety == 3)]["yield"].max())]


def test_weights_and_missing(oats: Session) -> None:
    oats.run("table variety [fw=block], statistic(frequency) statistic(mean yield) nformat(%9.4f mean)")
    third = FRAME[FRAME.variety == 3]
    mean = (third["yield"] * third["block"]).sum() / third["block"].sum()
    text = oats.run("table variety [fw=block], statistic(frequency) statistic(mean yield) nformat(%9.4f mean)").text
    assert cells(text)[-2] == [str(third["block"].sum()), f"{mean:.4f}"]
    assert cells(oats.run("table variety [pw=block], statistic(mean yield) nformat(%9.4f)").text)[-2] == [f"{mean:.4f}"]
    oats.run("replace variety = . in 1/2")
    assert len(cells(oats.run("table variety, missing").text)) == len(cells(oats.run("table variety").text)) + 1


@pytest.mark.parametrize(
    "command",
    [
        "table",
        "table variety, statistic(mode yield)",
        "table variety, statistic(mean)",
        "table variety, statistic(frequency yield)",
        "table variety, contents(mean)",
        "table variety [pw=block], statistic(sd yield)",
        "table i.variety",
    ],
)
def test_refusals(oats: Session, command: str) -> None:
    with pytest.raises(StataError):
        oats.run(command)
