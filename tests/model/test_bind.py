"""Options bound to their equation or to the model; what is illegal or not there yet is refused."""

from __future__ import annotations

import pytest

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, NotYetAvailable, StataError
from mixedcli.model.bind import mixed_spec, replay_display
from mixedcli.model.spec import MixedSpec
from mixedcli.parse import parse_line


def spec(text: str) -> MixedSpec:
    command = parse_line(text)
    assert command is not None
    return mixed_spec(command)


def test_covariance_is_local_and_reml_is_global() -> None:
    """LANGUAGE.md A.5, trap 3."""
    bound = spec("mixed y x || a: x, cov(un) || b: x, cov(exc) reml nolog")
    assert [e.covariance for e in bound.equations] == ["unstructured", "exchangeable"]
    assert bound.fit.reml
    assert not bound.log.log


def test_global_options_may_stand_in_an_earlier_equation() -> None:
    bound = spec("mixed y x || a: x, cov(un) reml || b:")
    assert bound.fit.reml
    assert bound.equations[1].covariance is None


def test_noconstant_belongs_to_its_equation() -> None:
    bound = spec("mixed y ibn.g x, nocons || id: x || cl: x, nocons")
    assert bound.noconstant
    assert [e.noconstant for e in bound.equations] == [False, True]


def test_repeated_level_has_its_constant_in_the_last_equation() -> None:
    """Technical note after example 5."""
    bound = spec("mixed gsp emp || region: hwy unemp, cov(identity) || region: || state:")
    assert [e.noconstant for e in bound.equations] == [True, False, False]


@pytest.mark.parametrize(
    ("random", "expected"),
    [
        ("|| g: x, cov(ind) || g: z, nocons", [False, True]),
        ("|| g: x || g: w || g: z, nocons", [True, False, True]),
        ("|| g: x, nocons || g: z, nocons", [True, True]),
    ],
)
def test_noconstant_overrides_where_the_constant_goes(random: str, expected: list[bool]) -> None:
    """Technical note after example 5: "you can use noconstant creatively to override this"."""
    assert [e.noconstant for e in spec(f"mixed y x {random}").equations] == expected


@pytest.mark.parametrize("text", ["mixed y x || id: if a==1|b==2", "mixed y x if a==1|b==2 || id:"])
def test_if_stands_in_the_fixed_part_or_after_the_last_level(text: str) -> None:
    """LANGUAGE.md A.5, trap 2."""
    condition = spec(text).condition
    assert isinstance(condition, ast.Binary)
    assert condition.op == "|"


@pytest.mark.parametrize(
    ("typed", "full"),
    [("un", "unstructured"), ("unstruc", "unstructured"), ("unstructure", "unstructured"), ("id", "identity"),
     ("ind", "independent"), ("exch", "exchangeable"), ("ex", "exchangeable")],
)  # fmt: skip
def test_covariance_abbreviations(typed: str, full: str) -> None:
    assert spec(f"mixed y x || id: x, covariance({typed})").equations[0].covariance == full


def test_options_without_a_blank_between() -> None:
    bound = spec("mixed y x || id: x, covariance(independent)reml")
    assert bound.fit.reml


@pytest.mark.parametrize(
    "text", ["mixed y x, || id: , variance reml", "mixed y x || id:, nolog reml,", "mixed y x || id: x, var,"]
)
def test_dangling_commas(text: str) -> None:
    """LANGUAGE.md A.5, trap 1."""
    assert spec(text).equations[0].level == "id"


def test_xtmixed_shows_standard_deviations_and_fits_by_ml() -> None:
    """LANGUAGE.md A.5, trap 17."""
    assert spec("xtmixed y x || id:").display.stddeviations
    assert not spec("xtmixed y x || id:").fit.reml
    assert not spec("xtmixed y x || id:, variance").display.stddeviations
    assert not spec("mixed y x || id:").display.stddeviations


def test_residuals_by() -> None:
    bound = spec("mixed y x || id:, residuals(independent, by(g))")
    assert (bound.residuals.structure, bound.residuals.by) == ("independent", "g")
    assert bound.residuals.text == "independent, by(g)"


def test_technique_list() -> None:
    assert spec("mixed y x || id:, technique(nr 5 bfgs 10)").fit.technique == (("nr", 5), ("bfgs", 10))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("mixed y x || id:, foo", "option foo not allowed"),
        ("mixed y x || id:, nocon", "option nocon not allowed"),  # shorter than nocons
        ("mixed y x || id:, st", "option st not allowed"),
        ("mixed y x, cov(un) || id: x", "option covariance() not allowed"),
        ("mixed y x || id: x, cov(ar)", "vartype ar not allowed"),
        ("mixed y x || id: x, cov(un) cov(id)", "covariance() not allowed"),
        ("mixed y x || id:, reml mle", "may not be combined"),
        ("mixed y x || id:, level(5)", "level() must be between 10 and 99.99"),
        ("mixed y x || id:, iterate(-1)", "iterate() incorrectly specified"),
        ("mixed y x || id:, iterate(a)", "iterate() incorrectly specified"),
        ("mixed y x || id:, technique(bhhh)", "technique()"),
        ("mixed y x || id:, cformat(%zz)", "cformat() incorrectly specified"),
        ("mixed y x || a: || b: || a:", "repeated level equations must be listed consecutively"),
        ("mixed y x if z || id: if w", "invalid 'if'"),
        ("mixed y x || id:, dfmethod(kroger)", "only with option reml"),
        ("mixed y x || id:, residuals(foo)", "residual type foo not allowed"),
        ("mixed y x || id:, small", "small"),
        ("mixed y x || id:, reml()", "reml() not allowed"),
    ],
)
def test_illegal(text: str, part: str) -> None:
    with pytest.raises(InvalidSyntax) as caught:
        spec(text)
    assert part in caught.value.message
    assert caught.value.rc == 198


@pytest.mark.parametrize(
    "text",
    [
        "mixed y x || id:, from(b0)",
    ],
)
def test_parsed_but_not_yet_available(text: str) -> None:
    """Until the engine can: a plain refusal, never another model's numbers."""
    with pytest.raises(NotYetAvailable, match="not yet available"):
        spec(text)


def test_replay_takes_reporting_options_only() -> None:
    command = parse_line("mixed, level(90) stddev noheader nolog")
    assert command is not None
    display = replay_display(command)
    assert (display.level, display.stddeviations, display.header) == (90.0, True, False)
    wrong = parse_line("mixed, reml")
    assert wrong is not None
    with pytest.raises(StataError, match="option reml not allowed"):
        replay_display(wrong)
