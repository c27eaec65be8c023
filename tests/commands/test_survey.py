"""Weighted and robust fits through the program: replicated data, contents of e(), layout, what refuses them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

SLEEP = Path(__file__).parents[2] / "fixtures" / "rdatasets" / "sleepstudy.csv"


@pytest.fixture
def session() -> Session:
    """The sleep study with a few weights; groups are subjects."""
    s = Session(data=SLEEP)
    s.run("generate byte f = 1 + mod(days, 3)")
    s.run("generate byte g = 1 + mod(subject, 3)")
    s.run("generate double p = 1 + days/10")
    s.run("generate double q = 2 + mod(subject, 7)/3")
    s.run("generate byte region = mod(subject, 4)")
    return s


def numbers(session: Session) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(session.e["b"].values)[0], np.asarray(session.e["V"].values)


def test_frequency_weights_equal_the_data_written_out(session: Session, tmp_path: Path) -> None:
    text = session.run("mixed reaction days [fw=f] || subject: days, fweight(g) covariance(unstructured)").text
    b, v = numbers(session)
    rows = ["reaction,days,subject"]
    with SLEEP.open() as file:
        names = file.readline().replace('"', "").strip().split(",")
        table = [dict(zip(names, line.replace('"', "").strip().split(","), strict=True)) for line in file]
    for row in table:
        key = {k.lower(): x for k, x in row.items()}
        subject, days = int(key["subject"]), int(float(key["days"]))
        for copy in range(1 + subject % 3):
            rows += [f"{key['reaction']},{days},{10 * subject + copy}"] * (1 + days % 3)
    written = tmp_path / "written.csv"
    written.write_text("\n".join(rows) + "\n")
    out = Session(data=written)
    expected = out.run("mixed reaction days || subject: days, covariance(unstructured)").text
    b2, v2 = numbers(out)
    np.testing.assert_allclose(b, b2, rtol=1e-8)
    np.testing.assert_allclose(v, v2, rtol=1e-5, atol=1e-12)
    assert session.e["N"] == out.e["N"] == len(rows) - 1
    assert session.e["ll"] == pytest.approx(out.e["ll"], rel=1e-12)
    # header and tables are the same, digit by digit; only the log and the LR test differ
    shown = text[text.index("Mixed-effects ML regression") :].rstrip().split("\n")
    assert shown == expected[expected.index("Mixed-effects ML regression") :].split("\n")[: len(shown)]
    assert "LR test" not in text
    assert (session.e["wtype"], session.e["wexp"], session.e["fweight1"]) == ("fweight", "= f", "g")
    assert session.e["vce"] == "oim"


def test_sampling_weights_are_robust(session: Session) -> None:
    text = session.run("mixed reaction days [pw=p/2] || subject:, pweight(q) pwscale(effective)").text
    assert "Obtaining starting values by EM ..." in text
    assert "Mixed-effects regression " in text
    assert "Log pseudolikelihood = " in text
    assert "(Std. err. adjusted for 18 clusters in subject)".rjust(78) in text.split("\n")
    assert text.count("Robust") == 2
    e = session.e
    assert (e["wtype"], e["wexp"], e["pweight1"], e["pwscale"]) == ("pweight", "= p/2", "q", "effective")
    assert (e["vce"], e["vcetype"], e["clustvar"], e["N_clust"]) == ("robust", "Robust", "subject", 18)
    assert e["N"] == 180
    assert e["V_modelbased"].values.shape == e["V"].values.shape
    with pytest.raises(KeyError):
        e["chi2_c"]


def test_robust_matrix_has_covariances_between_both_parts(session: Session) -> None:
    session.run("quietly mixed reaction days || subject:, vce(robust)")
    _, v = numbers(session)
    model = np.asarray(session.e["V_modelbased"].values)
    assert v[0, 2] != 0
    np.testing.assert_array_equal(v, v.T)
    assert not model[:2, 2:].any()
    session.run("quietly mixed reaction days || subject:")
    np.testing.assert_allclose(np.asarray(session.e["V"].values), model, rtol=1e-9, atol=1e-14)


def test_clusters_of_a_higher_variable(session: Session) -> None:
    text = session.run("mixed reaction days || subject:, vce(cluster region)").text
    assert "(Std. err. adjusted for 4 clusters in region)" in text
    assert session.e["vce"] == "cluster"
    again = session.run("mixed, stddeviations").text
    assert "(Std. err. adjusted for 4 clusters in region)" in again
    assert again.count("Robust") == 2
    with pytest.raises(StataError) as caught:
        session.run("mixed reaction days || subject:, vce(cluster days)")
    assert caught.value.rc == 459


def test_default_weight_type_is_told(session: Session) -> None:
    assert "(frequency weights assumed)" in session.run("mixed reaction days [w=f] || subject:").text
    assert session.e["wtype"] == "fweight"


def test_likelihood_ratio_tests_refuse_robust_fits(session: Session) -> None:
    session.run("quietly mixed reaction days || subject: days, vce(robust)")
    session.run("estimates store a")
    session.run("quietly mixed reaction days || subject:, vce(robust)")
    with pytest.raises(StataError, match="LR test likely invalid for models with robust vce") as caught:
        session.run("lrtest a")
    assert caught.value.rc == 498
    assert "LR chi2(1)" in session.run("lrtest a, force").text


def test_a_failed_weighting_leaves_the_last_results(session: Session) -> None:
    session.run("quietly mixed reaction days || subject:")
    before = session.e["ll"]
    with pytest.raises(StataError):
        session.run("mixed reaction days [fw=p] || subject:")
    assert session.e["ll"] == before
