"""Numbers printed in the manual entry's worked examples, where that reference material is present.

Every printed quantity is held to its printed digits and Stata's convergence slop.
"""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import numpy as np
import pytest

from mixedcli.engine.design import Design, Equation, FitOptions, Level
from mixedcli.engine.fit import fit
from mixedcli.engine.inference import interval, wald
from mixedcli.engine.recov import Identity, Independent, RandomCovariance, Unstructured

SHARED = pathlib.Path(os.environ.get("MIXEDCLI_SHARED", pathlib.Path(__file__).resolve().parents[3] / "shared"))
Structure = type[RandomCovariance]
Equations = list[list[tuple[str, Structure]]]
PRODUCTIVITY = "private emp hwy water other unemp _cons"
VENEER = "followup base_gcf cda age _cons"

# example, position in it, data, outcome, fixed part, groups, equations per level, reml, by, covariates tested
CASES: dict[str, tuple[str, int, str, str, str, str, Equations, bool, str | None]] = {
    "1": ("01", 0, "pig", "weight", "week _cons", "id", [[("_cons", Identity)]], False, None),
    "2": ("02", 0, "pig", "weight", "week _cons", "id", [[("week _cons", Independent)]], False, None),
    "3": ("03", 0, "pig", "weight", "week _cons", "id", [[("week _cons", Unstructured)]], False, None),
    "3 reml": ("03b", 0, "pig", "weight", "week _cons", "id", [[("week _cons", Independent)]], True, None),
    "4": (
        "04",
        0,
        "productivity",
        "gsp",
        PRODUCTIVITY,
        "region state",
        [[("_cons", Identity)], [("_cons", Identity)]],
        False,
        None,
    ),
    "5 repeated equations": (
        "05",
        1,
        "productivity",
        "gsp",
        PRODUCTIVITY,
        "region state",
        [[("hwy unemp", Identity), ("_cons", Identity)], [("_cons", Identity)]],
        False,
        None,
    ),
    "6 by gender": (
        "06b",
        2,
        "childweight",
        "weight",
        "g0 g1 g0age g1age age2",
        "id",
        [[("g0 g1 g0age g1age", Independent)]],
        False,
        None,
    ),
    "7": (
        "07",
        0,
        "veneer",
        "gcf",
        VENEER,
        "patient tooth",
        [[("followup _cons", Unstructured)], [("_cons", Identity)]],
        True,
        None,
    ),
    "7 by": (
        "07b",
        0,
        "veneer",
        "gcf",
        VENEER,
        "patient tooth",
        [[("followup _cons", Unstructured)], [("_cons", Identity)]],
        True,
        "followup",
    ),
}


def load(name: str) -> dict[str, np.ndarray]:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = SHARED / "data" / f"{name}.dta"
    if not path.exists():
        pytest.skip(f"worked examples: {name}.dta is not here")
    frame, _ = pyreadstat.read_dta(str(path), output_format="dict")
    data = {k: np.asarray(v, dtype=float) for k, v in frame.items()}
    data["_cons"] = np.ones(len(next(iter(data.values()))))
    if name == "childweight":
        data["g0"], data["g1"] = (data["girl"] == 0) * 1.0, (data["girl"] == 1) * 1.0
        data["g0age"], data["g1age"], data["age2"] = (
            data["g0"] * data["age"],
            data["g1"] * data["age"],
            data["age"] ** 2,
        )
    return data


def design_of(case: str) -> Design:
    _, _, name, y, x, groups, equations, _, by = CASES[case]
    data = load(name)
    names = sorted({*x.split(), *(z for level in equations for zs, _ in level for z in zs.split())})
    place = {v: k for k, v in enumerate(names)}
    levels = []
    code = np.zeros(len(data[y]), dtype=np.int64)
    for group, here in zip(groups.split(), equations, strict=True):
        inner = np.unique(data[group], return_inverse=True)[1]
        code = np.unique(code * 100_000 + inner, return_inverse=True)[1]
        made = tuple(Equation(tuple(place[z] for z in zs.split()), s) for zs, s in here)
        levels.append(Level(code, int(code.max()) + 1, made))
    split = None if by is None else np.unique(data[by], return_inverse=True)[1]
    return Design(
        data[y], tuple(data[v] for v in names), tuple(place[v] for v in x.split()), tuple(levels),
        split, 1 if split is None else int(split.max()) + 1,
    )  # fmt: skip


def printed(case: str) -> dict[str, Any]:
    path = SHARED / "manual" / "numbers.json"
    if not path.exists():
        pytest.skip("worked examples: numbers.json is not here")
    example, position = CASES[case][:2]
    commands: list[dict[str, Any]] = list(json.loads(path.read_text(encoding="utf-8"))[example].values())
    return commands[position]


@pytest.mark.parametrize("case", CASES)
def test_worked_example(case: str) -> None:
    expected = printed(case)
    design = design_of(case)
    result = fit(design, FitOptions(reml=CASES[case][7]))
    header = expected["header"]
    assert result.trace.converged
    assert design.n == header["N"]
    assert result.ll == pytest.approx(header["ll"], rel=2e-8)
    for (_, row), b, se in zip(
        expected.get("fe", {}).items(), result.beta, np.sqrt(np.diag(result.vcov_beta)), strict=False
    ):
        assert (b, se) == pytest.approx((row[0], row[1]), rel=1e-4)
    covariates = [k for k, v in enumerate(CASES[case][4].split()) if v != "_cons"]
    chi2, df, p = wald(result.beta, result.vcov_beta, covariates)
    assert df == header["chi2_df"]
    assert chi2 == pytest.approx(header["chi2"], rel=2e-6, abs=0.005)
    assert p == pytest.approx(header["p"], abs=5e-5)
    assert len(result.rows) == len(expected["re"])
    for row, told in zip(result.rows, expected["re"], strict=True):
        slop = told.get("rel", 5e-3 if told["est"] < 1e-4 else 5e-4)  # tiny values are printed as 2.38e-05
        low, high = interval(row.variance)
        got = (row.variance.estimate, row.variance.se, low, high)
        assert got == pytest.approx((told["est"], told["se"], told["lo"], told["hi"]), rel=slop), told["label"]
    assert result.lr is not None
    assert result.lr.chi2 == pytest.approx(expected["lr"]["chi2"], abs=0.006)
    assert result.lr.note == expected["lr"]["note"]
    assert expected["lr"]["stat"] == ("chibar2(01)" if result.lr.chibar else f"chi2({result.lr.df})")
