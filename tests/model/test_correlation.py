"""Rules on residuals(): t(), by(), orders, and what is refused (the manual entry's section on options)."""

from __future__ import annotations

import pathlib

import pytest

from mixedcli import Session, StataError

ROWS = [(g, t, g % 2, (g * 7 + t * 3 + g * t) % 11 + 0.25 * t) for g in range(1, 13) for t in (0, 2, 3) if (g + t) % 5]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("data") / "d.csv"
    lines = ["id,t,half,neg,who,y"]
    lines += [f"{g},{t},{t / 2 + 0.25},{t - 2},{who},{y}" for g, t, who, y in ROWS]
    path.write_text("\n".join(lines) + "\n")
    return path


def told(data: pathlib.Path, *commands: str) -> Session:
    """The session after the commands; raises at the first that fails, except for one that does not converge."""
    session = Session(data)
    for command in commands:
        try:
            session.run(command)
        except StataError as error:
            if error.rc != 430:
                raise
    return session


@pytest.mark.parametrize(
    ("residuals", "rc"),
    [
        ("ar 1", 198),  # t() required
        ("ma", 198),
        ("unstructured", 198),
        ("banded 1", 198),
        ("toeplitz", 198),
        ("exponential", 198),
        ("foo, t(t)", 198),
        ("ar 0, t(t)", 198),
        ("ar 4, t(t)", 198),  # the largest lag is 3
        ("ma 4, t(t)", 198),
        ("toeplitz 0, t(t)", 198),
        ("toeplitz 4, t(t)", 198),
        ("banded 3, t(t)", 198),  # three times: at most 2
        ("exchangeable 1", 198),
        ("ar x, t(t)", 198),
        ("ar -1, t(t)", 198),
        ("ar 1, t(t) foo(t)", 198),
        ("ar 1, t(nosuch)", 111),
        ("ar 1, t(half)", 459),  # integer-valued
        ("toeplitz 1, t(half)", 459),
        ("unstructured, t(half)", 459),
        ("unstructured, t(neg)", 459),  # nonnegative
        ("banded 1, t(neg)", 459),
        ("ar 1, t(t) by(t)", 459),  # by() constant within groups
        ("exchangeable, by(t)", 459),
        ("unstructured, t(who)", 451),  # repeated times in a group
        ("ar 1, t(who)", 451),
        ("exponential, t(who)", 451),
    ],
)
def test_refused(data: pathlib.Path, residuals: str, rc: int) -> None:
    with pytest.raises(StataError) as caught:
        told(data, f"mixed y || id:, noconstant residuals({residuals})")
    assert caught.value.rc == rc


@pytest.mark.parametrize(
    ("residuals", "names"),
    [
        ("exc", ["var(e)", "cov(e)"]),
        ("ar, t(neg)", ["rho", "var(e)"]),
        ("ar1, t(t)", ["rho", "var(e)"]),
        ("ar 2, t(t)", ["phi1", "phi2", "var(e)"]),
        ("ma 2, t(t)", ["theta1", "theta2", "var(e)"]),
        ("exp, t(half)", ["rho", "var(e)"]),
        ("to, t(t)", ["rho1", "rho2", "rho3", "var(e)"]),
        ("to 1, t(t)", ["rho1", "var(e)"]),
        ("ba 0, t(t)", ["var(e0)", "var(e2)", "var(e3)"]),
        ("ba 1, t(t)", ["var(e0)", "var(e2)", "var(e3)", "cov(e0,e2)", "cov(e2,e3)"]),
        ("un, t(t)", ["var(e0)", "var(e2)", "var(e3)", "cov(e0,e2)", "cov(e0,e3)", "cov(e2,e3)"]),
        ("ba, t(t)", ["var(e0)", "var(e2)", "var(e3)", "cov(e0,e2)", "cov(e0,e3)", "cov(e2,e3)"]),
        ("exc, by(who)", ["var(e)", "cov(e)"] * 2),
    ],
)
def test_the_rows_of_the_table(data: pathlib.Path, residuals: str, names: list[str]) -> None:
    table = told(data, f"mixed y || id:, noconstant residuals({residuals})").table()
    shown = table[table["part"] == "residual"]["name"]
    assert [name.split(": ")[-1] for name in shown] == names


def test_e_names_of_by_groups(data: pathlib.Path) -> None:
    e = told(data, "mixed y || id:, nocons residuals(ar 1, t(t) by(who))").e
    # stata: a list thread that gives them in this order
    assert [n for n in e["b"].columns if n.startswith(("ln", "r_"))] == [
        f"{n}:_cons" for n in ("lnsig_e", "r_atr1", "r_lns2ose", "r_atr2")
    ]
    assert (e["timevar"], e["rbyvar"], e["rstructlab"], e["ar_p"]) == ("t", "who", "AR(1)", 1)


def test_missing_times_leave_the_sample(data: pathlib.Path) -> None:
    first = told(data, "generate u = t if id != 3", "mixed y || id:, nocons residuals(un, t(u))").e
    second = told(data, "mixed y if id != 3 || id:, nocons residuals(un, t(t))").e
    assert first["N"] == second["N"] == sum(g != 3 for g, *_ in ROWS)
    assert first["ll"] == pytest.approx(second["ll"])


def test_fewer_groups_than_times_have_no_unstructured_fit(data: pathlib.Path) -> None:
    with pytest.raises(StataError) as caught:
        told(data, "mixed y if id < 4 || id:, nocons residuals(un, t(t))")
    assert caught.value.rc == 2001


@pytest.mark.parametrize("option", ["emonly", "nostderr"])
def test_options_for_independent_residuals_only(data: pathlib.Path, option: str) -> None:
    with pytest.raises(StataError) as caught:
        told(data, f"mixed y || id:, residuals(ar 1, t(t)) {option}")
    assert caught.value.rc == 198


def test_no_more_parameters_than_the_data_can_tell(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Dates: hundreds of lags, each a parameter; and none of the lags that are asked for."""
    path = tmp_path / "dates.csv"
    path.write_text("\n".join(["id,date,y", *(f"{g},{1000 * k + 7 * g * k * k},{(g * 7 + k) % 5}" for g, k in PLACES)]))
    for residuals, rc in (("toeplitz", 2001), ("banded 1", 2001), ("toeplitz 3", 198)):
        with pytest.raises(StataError) as caught:
            told(path, f"mixed y || id:, nocons residuals({residuals}, t(date))")
        assert caught.value.rc == rc
    with pytest.raises(StataError) as caught:
        told(data, "replace t = 2*t", "mixed y || id:, nocons residuals(toeplitz 1, t(t))")
    assert caught.value.rc == 198


PLACES = [(g, k) for g in range(1, 16) for k in range(4)]
