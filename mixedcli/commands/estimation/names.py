"""Names of e(b): "weight:week", "lns1_1_1:_cons", "lnsig_e:_cons" (OUTPUT.md 5)."""

from __future__ import annotations

from mixedcli.model.spec import ModelFrame
from mixedcli.results import MixedResult, ThetaName


def theta_equation(name: ThetaName) -> str:
    """Equation name of one variance parameter; levels, equations and terms count from 1, top level first."""
    if name.name:
        return name.name
    place = f"{name.level + 1}_{name.equation + 1}"
    if name.kind == "lns":
        # a variance shared by several effects goes by the first
        return f"lns{place}_{name.terms[0] + 1}"
    if name.kind == "atr":
        second = name.terms[1] if len(name.terms) > 1 else name.terms[0] + 1  # unverified: levels of R.varname
        return f"atr{place}_{name.terms[0] + 1}_{second + 1}"
    return name.kind


def fixed_names(frame: ModelFrame) -> tuple[str, ...]:
    """Column names of the fixed part, base and omitted columns included."""
    return tuple("_cons" if t is None else t.name for t in frame.fixed)


def column_names(frame: ModelFrame, result: MixedResult) -> tuple[str, ...]:
    """All names of e(b), as "equation:name"."""
    fixed = tuple(f"{frame.depvar}:{n}" for n in fixed_names(frame))
    return fixed + tuple(f"{theta_equation(n)}:_cons" for n in result.theta_names)
