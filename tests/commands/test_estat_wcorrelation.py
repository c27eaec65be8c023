"""estat wcorrelation against V written out in the test from the parameters of the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

DATA = Path(__file__).parents[2] / "fixtures" / "rdatasets"
Floats = np.ndarray


def parameters(s: Session) -> dict[str, float]:
    """Estimates by "level name" (residual rows by their name alone)."""
    rows = s.table().reset_index().to_dict("records")
    return {f"{p['level']} {p['name']}" if p["part"] == "random" else p["name"]: p["estimate"] for p in rows}


def check(s: Session, V: Floats) -> None:
    sd = np.sqrt(np.diag(V))
    np.testing.assert_allclose(s.r["Cov"].to_numpy(), V, rtol=1e-8)
    np.testing.assert_allclose(s.r["sd"].to_numpy()[0], sd, rtol=1e-8)
    np.testing.assert_allclose(s.r["Corr"].to_numpy(), V / np.outer(sd, sd), rtol=1e-8)
    Z, G, R = (s.r[x].to_numpy() for x in "ZGR")
    np.testing.assert_allclose(Z @ G @ Z.T + R, V, rtol=1e-8)


def test_random_slopes_and_layout() -> None:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject: days, cov(un)")
    p = parameters(s)
    text = s.run("estat wcorrelation, at(subject = 310)").text
    t = np.arange(10.0)
    Z = np.column_stack([t, np.ones(10)])
    c = p["subject cov(days,_cons)"]
    V = Z @ np.array([[p["subject var(days)"], c], [c, p["subject var(_cons)"]]]) @ Z.T
    V += p["var(Residual)"] * np.eye(10)
    check(s, V)
    lines = text.splitlines()
    assert lines[1] == "Standard deviations and correlations for subject = 310:"
    assert lines[3] == "Standard deviations:"
    assert lines[5].startswith("         obs |      1       2       3 ")
    assert lines[7].startswith(f"          sd | {np.sqrt(V[0, 0]):.3f}  {np.sqrt(V[1, 1]):.3f}")
    covariances = s.run("estat wcor, covariance format(%9.2f)").text
    assert f"{V[0, 0]:.2f}" in covariances
    assert "for subject = 308:" in covariances


def test_order_of_observations() -> None:
    """The first cluster met in the data; sorted by time unless nosort."""
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject:, residuals(ar 1, t(days))")
    p = parameters(s)
    s.run("gsort -subject -days")
    assert "subject = 372" in s.run("estat wcor").text
    t = np.arange(10.0)
    lag = np.abs(t[:, None] - t[None, :])
    V = p["subject var(_cons)"] + p["var(e)"] * p["rho"] ** lag
    check(s, V)
    s.run("estat wcor, nosort")
    check(s, V[::-1, ::-1])
    listed = s.run("estat wcor, list at(subject==309)").text
    assert "| subject   reaction   days |" in listed


def test_levels_groups_and_crossed_effects() -> None:
    s = Session(data=DATA / "pastes.csv")
    s.run("mixed strength || batch: || cask:")
    p = parameters(s)
    d = s.data
    own = d[d["batch"] == d["batch"].iloc[0]]
    s.run(f"estat wcor, at(batch = {own['batch'].iloc[0]})")
    cask = own["cask"].to_numpy()
    V = p["batch var(_cons)"] + p["cask var(_cons)"] * (cask[:, None] == cask[None, :])
    check(s, V + p["var(Residual)"] * np.eye(len(own)))
    s.run("estat wcor")  # one cask of one batch
    assert s.r["Cov"].shape == (2, 2)
    s = Session(data=DATA / "penicillin.csv")
    s.run("mixed diameter || _all: R.plate || sample:")
    p = parameters(s)
    s.run("estat wcor, all")
    plate, sample = s.data["plate"].to_numpy(), s.data["sample"].to_numpy()
    order = np.lexsort((np.arange(len(plate)), sample))
    plate, sample = plate[order], sample[order]
    V = p["_all var(R.plate)"] * (plate[:, None] == plate) + p["sample var(_cons)"] * (sample[:, None] == sample)
    check(s, V + p["var(Residual)"] * np.eye(len(plate)))


def test_residual_variances_by_group() -> None:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("generate late = days > 4\nmixed reaction days || subject:, residuals(independent, by(late))")
    rows = [r["estimate"] for r in s.table().reset_index().to_dict("records") if r["part"] != "fixed"]
    s.run("estat wcor")
    check(s, rows[0] + np.diag([rows[1]] * 5 + [rows[2]] * 5))


@pytest.mark.parametrize(
    ("text", "rc"),
    [
        ("estat wcor, at(nosuch=1)", 198),
        ("estat wcor, at(subject)", 198),
        ("estat wcor, at(subject=1)", 2000),
        ("estat wcor, at(subject=308) all", 198),
        ("estat wcor, format(%5s)", 198),
        ("replace days = days + 1 in 1\nestat wcor", 459),
        ("drop _all\nestat wcor", 322),
        ("mixed reaction days\nestat wcor", 321),
    ],
)
def test_mistakes(text: str, rc: int) -> None:
    s = Session(data=DATA / "sleepstudy.csv")
    s.run("mixed reaction days || subject:")
    with pytest.raises(StataError) as caught:
        s.run(text)
    assert caught.value.rc == rc
