"""anova beyond the plain layout: R's aov and car (fixtures/reference/anova.R) and Winer's textbook example."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mixedcli import Session, StataError

FIXTURES = Path(__file__).parents[2] / "fixtures"
R = json.loads((FIXTURES / "reference" / "anova.json").read_text())
OATS = FIXTURES / "rdatasets" / "oats.csv"


@pytest.fixture
def oats() -> Session:
    s = Session(data=OATS)
    s.run("generate n = round(10 * nitro)")
    return s


def results(s: Session, what: str, terms: int) -> list[float]:
    return [s.e[f"{what}_{k}"] for k in range(1, terms + 1)]


def unbalanced(s: Session) -> None:
    s.run("generate row = _n\ndrop if inlist(row, 2, 3, 7, 20, 41, 42, 65, 71)\ngenerate x = mod(7 * _n, 11)")


def test_partial_and_sequential(oats: Session) -> None:
    unbalanced(oats)
    oats.run("anova yield variety n c.x variety#n, partial")
    order = [0, 1, 2, 3]
    np.testing.assert_allclose(results(oats, "ss", 4), np.array(R["partial"]["ss"])[order], rtol=1e-9)
    np.testing.assert_allclose(results(oats, "F", 4), np.array(R["partial"]["F"])[order], rtol=1e-9)
    text = oats.run("anova yield c.x variety##n, sequential").text
    np.testing.assert_allclose(results(oats, "ss", 4), R["sequential"]["ss"][:4], rtol=1e-9)
    assert "                  Source |    Seq. SS         df         MS        F    Prob>F" in text
    assert oats.run("anova").text == text
    assert oats.e["sstype"] == "sequential"


def test_weights(oats: Session) -> None:
    oats.run("anova yield variety n [aw=block]")
    np.testing.assert_allclose(results(oats, "ss", 2), R["weights"]["ss"], rtol=1e-9)
    np.testing.assert_allclose(results(oats, "F", 2), R["weights"]["F"], rtol=1e-9)
    oats.run("anova yield variety n [fw=block]")
    counted = (oats.e["N"], oats.e["F_1"])
    frame = oats.data
    copies = Session(data=frame.loc[frame.index.repeat(frame["block"].astype(int))].reset_index(drop=True))
    copies.run("anova yield variety n")
    assert counted == (252, pytest.approx(copies.e["F_1"]))


def test_empty_cells(oats: Session) -> None:
    """What does not depend on conventions is R's; what does is missing, and said to be."""
    oats.run("drop if (variety == 1 & n == 0) | (variety == 3 & n == 4)")
    text = oats.run("anova yield variety##n, dropemptycells").text
    e = R["empty"]
    assert oats.e["df_3"] == e["df"][2] == 4
    assert oats.e["ss_3"] == pytest.approx(e["ss"][2])
    assert oats.e["rss"] == pytest.approx(e["ss"][3])
    assert "variety |          ." in text
    assert "no partial sum of squares for variety, n" in text
    oats.run("anova yield variety##n, sequential")
    np.testing.assert_allclose(results(oats, "ss", 3), e["ss"][:3], rtol=1e-9)
    oats.run("anova yield variety#n")  # cell means
    assert oats.e["df_m"] == 9


def test_error_terms(oats: Session) -> None:
    text = oats.run("anova yield block variety / block#variety n variety#n").text
    assert oats.e["F_2"] == pytest.approx(R["split"]["v"])
    assert (oats.e["F_4"], oats.e["F_5"]) == (pytest.approx(R["split"]["n"][0]), pytest.approx(R["split"]["n"][1]))
    assert text.count("block#variety |") == 1
    assert oats.run("anova yield block variety / block#variety / n variety#n").text.count("block#variety |") == 2


def test_two_repeated_factors(oats: Session) -> None:
    line = "anova yield block variety / block#variety n / block#n variety#n"
    text = oats.run(f"{line}, repeated(variety n) bse(block)").text
    two = R["two"]
    assert two["names"] == ["v", "n"]
    for k in (0, 1):
        assert oats.e[f"gg{k + 1}"] == pytest.approx(two["gg"][k], rel=1e-8)
        assert oats.e[f"hf{k + 1}"] == pytest.approx(two["hf"][k], rel=1e-8)
        assert f"{two['pgg'][k]:.4f}" in text
    # six blocks are too few for car: the interaction by double centring
    wide = oats.data.pivot(index="block", columns=["variety", "n"], values="yield").sort_index(axis=1).to_numpy()
    M = np.kron(np.eye(3) - 1 / 3, np.eye(4) - 1 / 4)
    T = M @ np.cov(wide.T) @ M
    assert oats.e["gg3"] == pytest.approx(np.trace(T) ** 2 / (6 * np.trace(T @ T)))
    assert oats.e["F_6"] == pytest.approx(two["F"][2])
    assert "Repeated variable: variety\n" in text
    assert "Repeated variables: variety#n\n" in text
    assert oats.e["repvars"] == "variety n"


WINER = [[0, 0, 5, 3], [3, 1, 5, 4], [4, 3, 6, 2], [4, 2, 7, 8], [5, 4, 6, 6], [7, 5, 8, 9]]
"""Winer (1971, table 7.3-3): six subjects, two ways of calibrating, four shapes."""


@pytest.fixture
def winer() -> Session:
    rows = [(1 + s // 3, s + 1, k + 1, x) for s, values in enumerate(WINER) for k, x in enumerate(values)]
    return Session(data=pd.DataFrame(rows, columns=["calib", "subject", "shape", "score"]))


def test_between_and_within(winer: Session) -> None:
    text = winer.run("anova score calib / subject|calib shape calib#shape, repeated(shape)").text
    np.testing.assert_allclose(results(winer, "ss", 4), [51.041667, 17.166667, 47.458333, 7.4583333], rtol=1e-7)
    assert [round(winer.e[f"F_{k}"], 2) for k in (1, 3, 4)] == [11.89, 12.80, 2.01]  # Winer's table
    assert (round(winer.e["hf1"], 4), round(winer.e["gg1"], 4)) == (0.8483, 0.4751)
    for row in (
        "           subject|calib |  17.166667          4   4.2916667",
        "Between-subjects error term:  subject|calib\n",
        "                     Levels:  6         (4 df)\n",
        "     Covariance pooled over:  calib     (for repeated variable)\n",
        "                   shape |      3    12.80   0.0005   0.0011   0.0099   0.0232\n",
    ):
        assert row in text
    again = winer.run(
        "anova score calib / subject|calib shape calib#shape, repeated(shape) bse(subject|calib) bseunit(subject)"
    )
    assert again.text == text
    winer.run("replace subject = subject - 3 if calib == 2")  # numbered within calib: the same design
    winer.run("anova score calib / subject|calib shape calib#shape, repeated(shape)")
    assert (winer.e["ss_2"], winer.e["df_2"]) == (pytest.approx(17.166667), 4)


def test_after_anova(oats: Session) -> None:
    oats.run("anova yield variety##n")
    F = oats.e["F_3"]
    oats.run("testparm i.variety#i.n")
    assert oats.r["F"] == pytest.approx(F)
    oats.run("predict double p\npredict double e, residuals")
    means = oats.data.groupby(["variety", "n"])["yield"].transform("mean")
    np.testing.assert_allclose(oats.data["p"], means, rtol=1e-9)
    assert float((oats.data["e"] ** 2).sum()) == pytest.approx(oats.e["rss"])


@pytest.mark.parametrize(
    ("command", "rc"),
    [
        ("anova yield variety n, repeated(block)", 198),
        ("anova yield block variety, repeated(variety) bse(n)", 198),
        ("anova yield block|variety n, repeated(n) bseunit(n)", 198),
        ("anova yield nothing", 111),
        ("anova yield / block", 198),
    ],
)
def test_refusals(oats: Session, command: str, rc: int) -> None:
    with pytest.raises(StataError) as e:
        oats.run(command)
    assert e.value.rc == rc
