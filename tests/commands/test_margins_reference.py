"""margins, contrast and pwcompare against lme4, emmeans and pbkrtest (fixtures/reference/margins.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mixedcli

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CASES: list[dict[str, Any]] = json.loads((FIXTURES / "reference" / "margins.json").read_text())


def _session(case: dict[str, Any]) -> mixedcli.Session:
    s = mixedcli.Session(data=str(FIXTURES / case["data"][0]))
    s.run(f"keep if mod(_n * 5 + floor(_n / 3), {case['m'][0]}) != 0")
    s.run(f"quietly {case['fit'][0]}")
    return s


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["fit"][0].split()[0] + ": " + c["command"][0])
def test_as_in_r(case: dict[str, Any]) -> None:
    s = _session(case)
    s.run(case["command"][0])
    table = s.r[
        "table_vs" if case["command"][0].startswith("pwcompare") or "pwcompare(" in case["command"][0] else "table"
    ]
    shown = table.loc["se"].notna().to_numpy()  # base outcomes have none
    got = {name: table.loc[name].to_numpy()[shown] for name in table.index}
    # lme4 stops where its criterion is flat: variance components agree to about 1e-6
    assert got["b"] == pytest.approx(case["b"], rel=2e-6, abs=1e-7)
    assert got["se"] == pytest.approx(case["se"], rel=2e-5)
    for ours, theirs, tolerance in (("ll", "lo", 3e-5), ("ul", "hi", 3e-5), ("pvalue", "p", 2e-4), ("df", "df", 2e-5)):
        if theirs in case:
            expected = np.array(case[theirs], dtype=float)
            scale = np.abs(case["b"]) + np.array(case["se"]) if ours in ("ll", "ul") else np.abs(expected)
            # mvtnorm integrates Dunnett's distribution by quasi-random points
            least = 2e-7 if "dunnett" in case["command"][0] else 1e-9
            assert (np.abs(got[ours] - expected) <= tolerance * scale + least).all(), ours
    if "joint" in case:
        joint = {k: v[0] for k, v in case["joint"].items()}
        assert s.r["F"].iloc[0, -1] == pytest.approx(joint["F"], rel=1e-4)
        assert s.r["df"].iloc[0, -1] == joint["df"]
        assert s.r["df2"].iloc[0, -1] == pytest.approx(joint["ddf"], rel=1e-4)
        assert s.r["p"].iloc[0, -1] == pytest.approx(joint["p"], rel=1e-3)
