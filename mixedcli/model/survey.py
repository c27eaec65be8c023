"""Weights and kinds of standard errors as asked for in a ``mixed`` command, with the combinations that are illegal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mixedcli import ast
from mixedcli.errors import InvalidSyntax, Span, VarlistNotAllowed
from mixedcli.frozen import frozen
from mixedcli.model.options import Given

SCALES = {"size": "size", "effective": "eff", "gk": "gk"}


@frozen
class LevelWeight:
    """fweight() or pweight() of one grouping level, as typed."""

    level: str
    expr: ast.Expr
    text: str


@frozen
class WeightSpec:
    """Weights of a model.  kind: "fweight", "pweight" or "" for none; rows: of the observations, if any."""

    kind: str = ""
    rows: ast.Expr | None = None
    text: str = ""
    levels: tuple[LevelWeight, ...] = ()
    scale: str = ""  # pwscale()
    assumed: bool = False  # [weight=exp]: the kind is the default one


@frozen
class VceSpec:
    """kind: "oim", "robust" or "cluster"; cluster: its variable as typed."""

    kind: str = "oim"
    cluster: str = ""
    span: Span | None = None


def weight_spec(
    command: ast.Command, body: ast.MixedBody, random: Sequence[Sequence[Given]], model: Mapping[str, Given]
) -> WeightSpec:
    """Weights of the rows, of the levels, and their scaling.  Errors: r(101) for aweights, r(198)."""
    kind, rows, text, assumed = _row_weights(command, body)
    levels: dict[str, LevelWeight] = {}
    for equation, options in zip(body.random, random, strict=True):
        for given in (g for g in options if g.row.name in ("fweight", "pweight")):
            if kind not in ("", given.row.name):
                # unverified: words
                raise InvalidSyntax(f"option {given.row.name}() may not be combined with {kind}s", given.span)
            kind = given.row.name
            assert given.expr is not None
            made = LevelWeight(equation.level, given.expr, (given.text or "").strip())
            if equation.level in levels and levels[equation.level].text != made.text:
                raise InvalidSyntax(f"option {kind}() specified more than once for {equation.level}", given.span)
            levels[equation.level] = made
    return WeightSpec(kind, rows, text, tuple(levels.values()), _scale(body, kind, model), assumed)


def _row_weights(command: ast.Command, body: ast.MixedBody) -> tuple[str, ast.Expr | None, str, bool]:
    assert body.fixed is not None
    nodes: list[ast.FixedEquation | ast.RandomEquation] = [body.fixed, *body.random]
    given = [(i, node.weight) for i, node in enumerate(nodes) if node.weight is not None]
    if not given:
        return "", None, "", False
    if len(given) > 1 or given[0][0] not in (0, len(nodes) - 1):
        raise InvalidSyntax("weights not allowed", given[-1][1].span)
    weight = given[0][1]
    if weight.kind not in ("", "fweight", "pweight"):
        raise VarlistNotAllowed(f"{weight.kind}s not allowed", weight.span)
    span = weight.expr.span
    text = command.text[span.start : span.end].strip() if span is not None else ""
    return weight.kind or "fweight", weight.expr, text, not weight.kind


def _scale(body: ast.MixedBody, kind: str, model: Mapping[str, Given]) -> str:
    given = model.get("pwscale")
    if given is None:
        return ""
    typed = (given.text or "").strip()
    scale = next((full for full, least in SCALES.items() if full.startswith(typed) and len(typed) >= len(least)), "")
    if not scale:
        raise InvalidSyntax(f"pwscale({typed}) not allowed", given.span)  # unverified: words here and below
    if "dfmethod" in model:
        raise InvalidSyntax("option pwscale() may not be combined with option dfmethod()", given.span)
    if len({e.level for e in body.random}) != 1:
        raise InvalidSyntax("option pwscale() is allowed only with two-level models", given.span)
    if kind != "pweight":
        raise InvalidSyntax("option pwscale() requires sampling weights", given.span)
    return scale


def vce_spec(model: Mapping[str, Given], weights: WeightSpec) -> VceSpec:
    """Kind of standard errors: as asked for, else robust with sampling weights.  Errors: r(198)."""
    found: VceSpec | None = None
    for name in ("vce", "robust", "cluster"):
        if name not in model:
            continue
        given = model[name]
        if found is not None and not (found.kind == "robust" and name == "cluster"):
            raise InvalidSyntax(f"options vce() and {name} may not be combined", given.span)
        found = _typed(name, given)
    if found is None:
        return VceSpec("robust" if weights.kind == "pweight" else "oim")
    if found.kind == "oim" and weights.kind == "pweight":
        raise InvalidSyntax("vcetype oim not allowed with pweights", found.span)  # unverified: words
    return found


def _typed(name: str, given: Given) -> VceSpec:
    """One of vce(vcetype), robust, cluster(clustvar)."""
    words = (given.text or "").split()
    if name == "robust":
        return VceSpec("robust", "", given.span)
    if name == "cluster":
        words = ["cluster", *words]
    kind = words[0] if words else ""
    if kind == "oim" and len(words) == 1:
        return VceSpec("oim", "", given.span)
    if kind and "robust".startswith(kind) and len(words) == 1:
        return VceSpec("robust", "", given.span)
    if len(kind) > 1 and "cluster".startswith(kind):
        if len(words) != 2:
            raise InvalidSyntax(f"option {name}() incorrectly specified", given.span)
        return VceSpec("cluster", words[1], given.span)
    raise InvalidSyntax(f"vcetype '{given.text}' not allowed", given.span)


def _crossed(equation: ast.RandomEquation) -> bool:
    return any(isinstance(t, ast.FactorVar) and t.kind == "R" for t in equation.terms.terms)


def refuse_combinations(body: ast.MixedBody, model: Mapping[str, Given], weights: WeightSpec, vce: VceSpec) -> None:
    """Errors: r(198) for what the manual entry says may not be combined.

    unverified: Stata's words in all of them.
    """
    weighted, robust = bool(weights.kind), vce.kind != "oim"
    what = f"vce({vce.kind})" if not weighted else "weights"
    if robust and any(_crossed(e) for e in body.random if e.level == "_all"):
        # scores vary between clusters, the top-level groups or wholes of them, and _all leaves a single one
        raise InvalidSyntax("robust standard errors need several clusters; R.varname at level _all has one", vce.span)
    if "reml" in model and (weighted or robust):
        name = "weights are" if weighted else f"vce({vce.kind}) is"
        raise InvalidSyntax(f"{name} not supported with REML estimation", model["reml"].span)
    if "emonly" in model and (weighted or robust):
        raise InvalidSyntax(f"option emonly may not be combined with {what}", model["emonly"].span)
    if "dfmethod" in model and (weighted or robust):
        raise InvalidSyntax(f"option dfmethod() may not be combined with {what}", model["dfmethod"].span)
