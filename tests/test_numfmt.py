"""Number formats against cells of printed Stata output and facts of the format rules."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixedcli import numfmt
from mixedcli.errors import InvalidFormat

MANUAL = Path(__file__).resolve().parents[2] / "shared" / "manual"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (6.2098957, "6.209896"),
        (0.0390124, ".0390124"),
        (-0.0000126, "-.0000126"),
        (50.0, "50"),
        (-0.3813, "-.3813"),
        (6.214e-6, "6.21e-06"),
        (72153987.0, "7.22e+07"),
        (1.53e-195, "1.5e-195"),
        (0.0, "0"),
        (math.nan, "."),
        (numfmt.SYSMISS, "."),
        (numfmt.SYSMISS + 3 * 2.0**1011, ".c"),
        (-270.90987, "-270.9099"),
        (23667902.0, "2.37e+07"),
        (6.71e-10, "6.71e-10"),
        (1e-5, ".00001"),
        (9999999.7, "1.00e+07"),
        (0.99999999, "1"),
    ],
)
def test_coefficient_cells(value: float, shown: str) -> None:
    assert numfmt.text(value, "%9.0g") == shown


@pytest.mark.parametrize(
    ("value", "fmt", "shown"),
    [
        (0.936364234, "%10.0g", ".93636423"),
        (-52340.4641, "%10.0g", "-52340.464"),
        (12345678.0, "%10.0g", "12345678"),
        (1e10, "%10.0g", "1.000e+10"),
        (math.pi, "%10.0g", "3.1415927"),
        (10.25293682648241, "%18.0g", "10.25293682648241"),
        (2.0**-52, "%18.0g", "2.22044604925e-16"),  # creturn list
        (2.2250738585072014e-308, "%18.0g", "2.2250738585e-308"),
        (math.pi, "%18.0g", "3.141592653589793"),
        (25337.494, "%9.2f", "25337.49"),
        (123456.78, "%8.2f", "1.2e+05"),
        (-123456.78, "%8.2f", "-1.2e+05"),
        (13498.96, "%8.2f", "13498.96"),
        (1.4e-14, "%8.2e", "1.4e-14"),
        (0.00004, "%5.3f", "0.000"),
        (1200.0, "%12.0fc", "1,200"),
        (1800.0, "%9.1fc", "1,800.0"),
        (12345.0, "%21x", "+1.81c8000000000X+00d"),
        (1.5, "%21x", "+1.8000000000000X+000"),
        (22919.0, "%td", "01oct2022"),
        (0.0, "%tc", "01jan1960 00:00:00"),
        (22919.0, "%tdCCYY-NN-DD", "2022-10-01"),
        (22919.0, "%tdMonth_dd,_CCYY", "October 1, 2022"),
        (22919.0, "%d", "01oct2022"),
        (720.0, "%tm", "2020m1"),
        (243.0, "%tq", "2020q4"),
        (2020.0, "%ty", "2020"),
        (3120.0, "%tw", "2020w1"),
        (121.0, "%th", "2020h2"),
        (math.nan, "%td", "."),
    ],
)
def test_formats(value: float, fmt: str, shown: str) -> None:
    assert numfmt.text(value, fmt) == shown


@pytest.mark.parametrize(
    ("value", "fmt", "padded"),
    [
        ("ab", "%5s", "   ab"),
        ("ab", "%-5s", "ab   "),
        ("abcdef", "%3s", "abcdef"),
        (7.0, "%05.0f", "00007"),
        (7.0, "%-5.0f", "7    "),
        (7.25, "%9.2f", "     7.25"),
        (math.nan, "%9.0g", "        ."),
        (math.nan, "%09.0f", "        ."),
    ],
)
def test_padding(value: float | str, fmt: str, padded: str) -> None:
    assert numfmt.format_value(value, fmt) == padded


@pytest.mark.parametrize("fmt", ["", "9.0g", "%", "%9.0q", "%.2f", "%tz", "%9.2"])
def test_invalid_formats(fmt: str) -> None:
    with pytest.raises(InvalidFormat) as caught:
        numfmt.parse(fmt)
    assert caught.value.rc == 120


@pytest.mark.skipif(not MANUAL.is_dir(), reason="worked examples (../shared/manual) are not there")
def test_every_cell_of_the_worked_examples_is_a_fixed_point() -> None:
    """A printed %9.0g cell read back and formatted again gives the same characters."""
    cells: list[str] = []
    for log in sorted(MANUAL.glob("ex*.log")):
        table = False
        for row in log.read_text(encoding="utf-8").splitlines():
            table = "conf. interval]" in row or (table and bool(row))
            found = re.match(r".*\|\s+(\S+)\s+(\S+)\s.*?(\S+)\s+(\S+)$", row)
            if table and found and "conf" not in row:
                cells += [c for c in found.groups() if re.fullmatch(r"-?[\d.]+(e[-+]\d+)?", c)]
    assert len(cells) > 700
    assert [c for c in cells if numfmt.text(float(c), "%9.0g") != c] == []


@given(st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False))
def test_general_keeps_its_width_and_its_value(x: float) -> None:
    shown = numfmt.general(x)
    assert len(shown) <= 9
    assert math.isclose(float(shown), x, rel_tol=6e-3 if abs(x) > 1e-99 else 6e-2)


@given(st.floats(min_value=1.0, max_value=9e6))
def test_general_rounds_at_the_seventh_digit(x: float) -> None:
    assert math.isclose(float(numfmt.general(x)), x, rel_tol=5.1e-7)
