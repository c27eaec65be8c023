"""estimates save, use, describe, notes, title, esample: every kind of fit comes back whole, in another process too."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mixedcli import Session, StataError

FIXTURES = Path(__file__).parents[2] / "fixtures"
SLEEP = FIXTURES / "rdatasets" / "sleepstudy.csv"
FITS = {
    "unstructured": "mixed reaction days || subject: days, cov(un)",
    "kroger": "mixed reaction days || subject: days, reml dfmethod(kroger)",
    "satterthwaite": "mixed reaction i.days || subject:, reml dfmethod(satterthwaite)",
    "ar": "mixed reaction days || subject:, nocons residuals(ar 1, t(days))",
    "by": "generate half = days > 4\nmixed reaction days || subject:, residuals(independent, by(half))",
    "crossed": "mixed reaction || _all: R.days || subject:",
    "robust": "mixed reaction days || subject:, vce(robust)",
    "fweight": "generate w = 2\nmixed reaction days [fw=w] || subject:",
    "constraint": "constraint 1 days = 10\nmixed reaction days || subject:, constraints(1)",
    "linear": "mixed reaction days",
}
AFTER = ("mixed", "test days = 10", "lincom days", "nlcom exp([lnsig_e]_cons)", "estat icc", "estat recovariance",
         "estat ic", "matrix list e(V)", "ereturn list", "estimates table, se")  # fmt: skip


def _answers(s: Session) -> list[str]:
    out = []
    for line in AFTER:
        try:
            out.append(s.run(line).text)
        except StataError as error:
            out.append(f"r({error.rc}) {error}")
    return out


@pytest.mark.parametrize("name", FITS)
def test_everything_comes_back(name: str, tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run(FITS[name])
    file = tmp_path / "fit"
    before = _answers(s)
    s.run(f'estimates save "{file}"')
    other = Session(data=SLEEP)
    other.run(f'estimates use "{file}"\nestimates esample:')
    assert _answers(other) == before


def test_predictions_after_the_sample_is_told(tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run(f'quietly mixed reaction days if days > 1 || subject: days\nestimates save "{tmp_path / "a.ster"}"')
    s.run("predict double u*, reffects")
    other = Session(data=SLEEP)
    other.run(f'estimates use "{tmp_path / "a"}"')
    with pytest.raises(StataError) as caught:
        other.run("predict double u*, reffects")
    assert caught.value.rc == 322
    assert other.run("estimates esample").text == "e(sample) not set (0 assumed)\n"
    other.run("estimates esample: reaction days if days > 1\npredict double u*, reffects")
    np.testing.assert_array_equal(other.data["u1"], s.data["u1"])
    with pytest.raises(StataError) as caught:
        other.run("estimates esample: reaction")
    assert caught.value.rc == 322
    other.run("estimates esample: reaction, replace\ncount if e(sample)")
    assert other.r["N"] == 180


def test_a_new_process_reads_it(tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run(f'quietly mixed reaction days || subject: days\nestimates save "{tmp_path / "a"}"')
    line = f'estimates use "{tmp_path / "a"}"'
    done = subprocess.run(
        [sys.executable, "-m", "mixedcli", "--quiet", "-c", line, "-c", "mixed"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == s.run("mixed").text.strip()


def test_title_notes_and_description(tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:\nestimates title: First, plain\nestimates notes: one, with commas")
    s.run("estimates notes: two")
    assert s.run("estimates title").text == "First, plain\n"
    assert s.run("estimates notes").text == "\n  1.  one, with commas\n  2.  two\n"
    s.run(f'estimates save "{tmp_path / "a"}"')
    text = Session().run(f'estimates describe using "{tmp_path / "a"}"').text
    assert "     . mixed reaction days || subject:" in text
    assert "First, plain" in text
    assert "    2. two" in text
    s.run("estimates notes drop in 1")
    assert s.run("estimates notes").text == "\n  1.  two\n"
    assert (s.e["note0"], s.e["note1"]) == ("1", "two")


def test_files_are_not_overwritten_and_not_created_on_error(tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    with pytest.raises(StataError) as caught:
        s.run(f'estimates save "{tmp_path / "a"}"')
    assert caught.value.rc == 301
    s.run(f'quietly mixed reaction days || subject:\nestimates save "{tmp_path / "a"}"')
    before = (tmp_path / "a.ster").read_bytes()
    with pytest.raises(StataError) as caught:
        s.run(f'estimates save "{tmp_path / "a"}"')
    assert caught.value.rc == 602
    assert (tmp_path / "a.ster").read_bytes() == before
    with pytest.raises(StataError) as caught:
        s.run(f'estimates use "{tmp_path / "none"}"')
    assert caught.value.rc == 601


def _zip(path: Path, tree: object) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("format", "mixedcli estimates 1")
        archive.writestr("tree.json", json.dumps(tree))
    return path


@pytest.mark.parametrize(
    "tree",
    [
        1,
        {"record": "os:system", "fields": {}},
        {"record": "mixedcli.cli:main", "fields": {}},
        {"record": "mixedcli.api:Session", "fields": {}},
        {"record": "mixedcli.results:Estimates", "fields": {"nothing": 1}},
        {"record": "mixedcli.session:Session", "fields": {}},
        {"class": "mixedcli.data.files:os.remove"},
        {"array": 7},
        {"tuple": 3},
        [1],
    ],
)
def test_hostile_files_are_refused(tree: object, tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run("quietly mixed reaction days || subject:")
    before = s.run("ereturn list").text
    with pytest.raises(StataError) as caught:
        s.run(f'estimates use "{_zip(tmp_path / "bad.ster", tree)}"')
    assert caught.value.rc == 610
    assert s.run("ereturn list").text == before


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    s = Session(data=SLEEP)
    s.run(f'quietly mixed reaction days || subject:\nestimates save "{tmp_path / "a"}"')
    content = (tmp_path / "a.ster").read_bytes()
    for cut in (0, 1, 100, len(content) // 2, len(content) - 1):
        (tmp_path / "a.ster").write_bytes(content[:cut])
        with pytest.raises(StataError) as caught:
            s.run(f'estimates use "{tmp_path / "a"}"')
        assert caught.value.rc == 610
