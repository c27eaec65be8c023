"""AST of a ``mixed`` command -> MixedSpec: options bound to equations or model, illegal combinations refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mixedcli import ast
from mixedcli.engine.design import FitOptions
from mixedcli.engine.recov import resolve as resolve_covariance
from mixedcli.errors import InvalidSyntax, NotYetAvailable, Span
from mixedcli.model.options import Given, resolve
from mixedcli.model.spec import Display, EquationSpec, LogOptions, MixedSpec, ResidualSpec
from mixedcli.model.survey import refuse_combinations, vce_spec, weight_spec
from mixedcli.results import Information

#: residuals() keywords with their minimum abbreviations (OUTPUT.md 5)
RESTYPES = {
    "independent": "ind",
    "exchangeable": "exc",
    "ar": "ar",
    "ma": "ma",
    "unstructured": "un",
    "banded": "ba",
    "toeplitz": "to",
    "exponential": "exp",
}
#: those that take an order
ORDERED = frozenset({"ar", "ma", "banded", "toeplitz"})


#: before this version of the language xtmixed maximised the restricted likelihood by default
ML_SINCE = 12.0


def mixed_spec(command: ast.Command, version: float = 19.0) -> MixedSpec:
    """Bind a ``mixed`` or ``xtmixed`` command of a version of the language.

    Errors: r(198) for what the syntax or this version does not allow.
    """
    body = command.body
    assert isinstance(body, ast.MixedBody)
    assert body.fixed is not None
    fixed = body.fixed
    fixed_options = resolve(fixed.options)
    random_options = [resolve(e.options) for e in body.random]
    for given in fixed_options:
        if given.row.scope == "random":
            raise InvalidSyntax(
                f"option {given.row.name}{'()' if given.text is not None else ''} not allowed", given.span
            )
    model = _model_options([fixed_options, *random_options])
    equations = tuple(_equation(e, o) for e, o in zip(body.random, random_options, strict=True))
    _check_levels(equations)
    _refuse_unavailable(model)
    weights = weight_spec(command, body, random_options, model)
    vce = vce_spec(model, weights)
    refuse_combinations(body, model, weights, vce)
    options = replace(_fit_options(model), robust=vce.kind != "oim")
    # stata: help xtmixed of versions 11 and 12
    if command.name == "xtmixed" and version < ML_SINCE and not {"mle", "reml"} & set(model) and vce.kind == "oim":
        options = replace(options, reml=not weights.kind)
    condition, in_range = _sample(fixed, body.random)
    if not isinstance(fixed.depvar, ast.VarRef):
        raise InvalidSyntax("depvar may not be a factor variable", fixed.depvar.span)
    return MixedSpec(
        depvar=fixed.depvar,
        terms=fixed.terms,
        noconstant=any(g.row.name == "noconstant" for g in fixed_options),
        equations=_place_constants(equations),
        condition=condition,
        in_range=in_range,
        fit=options,
        residuals=_residuals(model.get("residuals")),
        display=display_options(model, stddeviations=command.name.startswith("xtmixed")),
        log=_log_options(model),
        cmdline=command.cmdline,
        weights=weights,
        vce=vce,
        constraints=_constraints(model),
    )


def replay_display(command: ast.Command) -> Display:
    """Reporting options of ``mixed`` alone.  Errors: r(198)."""
    return display_options(
        _model_options([resolve(command.options, replay=True)]), stddeviations=command.name == "xtmixed", replay=True
    )


def _model_options(parts: Iterable[Sequence[Given]]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for given in (g for part in parts for g in part if g.row.scope in ("model", "replay")):
        if given.text is not None and given.row.name in found:
            raise InvalidSyntax(f"option {given.row.name}() specified more than once", given.span)
        found[given.row.name] = given
    _exclusive(found, "mle", "reml")
    _exclusive(found, "matsqrt", "matlog")
    _exclusive(found, "variance", "stddeviations")
    _exclusive(found, "log", "nolog")
    return found


def _exclusive(found: dict[str, Given], first: str, second: str) -> None:
    if first in found and second in found:
        raise InvalidSyntax(f"options {first} and {second} may not be combined", found[second].span)


def _equation(node: ast.RandomEquation, options: Sequence[Given]) -> EquationSpec:
    values: dict[str, Any] = {}
    for given in options:
        if given.row.scope in ("equation", "random"):
            values[given.row.name] = given
    covariance = None
    if "covariance" in values:
        typed = (values["covariance"].text or "").strip()
        try:
            covariance = resolve_covariance(typed)
        except InvalidSyntax:
            raise InvalidSyntax(
                f"vartype {typed} not allowed", values["covariance"].span
            ) from None  # unverified: words
    crossed = [t for t in node.terms.terms if isinstance(t, ast.FactorVar) and t.kind == "R"]
    if crossed and len(node.terms.terms) > 1:
        raise InvalidSyntax(f"{node.level}: invalid level specification", node.span)
    if crossed and covariance is not None and covariance.keyword not in ("identity", "exchangeable"):
        raise InvalidSyntax("only covariance(identity) and covariance(exchangeable) are allowed with R.", node.span)
    return EquationSpec(
        level=node.level,
        terms=node.terms,
        crossed=crossed[0] if crossed else None,
        covariance=covariance.keyword if covariance is not None else None,
        noconstant="noconstant" in values,
        collinear="collinear" in values,
        fweight=values["fweight"].text if "fweight" in values else None,
        pweight=values["pweight"].text if "pweight" in values else None,
        span=node.span,
    )


def _check_levels(equations: Sequence[EquationSpec]) -> None:
    """Equations of one level must stand together (the manual: otherwise mixed will give an error)."""
    seen: list[str] = []
    for equation in equations:
        if equation.level in seen and seen[-1] != equation.level:
            raise InvalidSyntax(
                f"{equation.level}: repeated level equations must be listed consecutively", equation.span
            )
        if equation.level == "_all" and seen and seen[-1] != "_all":
            raise InvalidSyntax("_all: invalid level specification", equation.span)
        if not seen or seen[-1] != equation.level:
            seen.append(equation.level)


def _place_constants(equations: Sequence[EquationSpec]) -> tuple[EquationSpec, ...]:
    """Repeated equations of a level carry one constant, in the last of them (technical note after example 5).

    R. equations have none; noconstant in the last leaves it to the one before ("you can use noconstant
    creatively to override this").
    """
    placed = []
    for i, equation in enumerate(equations):
        later = equations[i + 1 :]
        again = any(e.level == equation.level and not (e.crossed or e.noconstant) for e in later)
        placed.append(replace(equation, noconstant=True) if again or equation.crossed else equation)
    return tuple(placed)


def _sample(
    fixed: ast.FixedEquation, random: Sequence[ast.RandomEquation]
) -> tuple[ast.Expr | None, ast.InRange | None]:
    """if and in may follow the fixed part or the last random equation, once."""
    condition, in_range = fixed.condition, fixed.in_range
    for i, node in enumerate(random):
        if node.condition is not None:
            if condition is not None or i + 1 < len(random):
                raise InvalidSyntax("invalid 'if'", node.condition.span)
            condition = node.condition
        if node.in_range is not None:
            if in_range is not None or i + 1 < len(random):
                raise InvalidSyntax("invalid 'in'", node.in_range.span)
            in_range = node.in_range
    return condition, in_range


def _constraints(model: dict[str, Given]) -> tuple[int, ...]:
    """Numbers of constraints().  Errors: r(121), r(198)."""
    if "constraints" not in model:
        return ()
    return model["constraints"].numbers()


def _refuse_unavailable(model: dict[str, Given]) -> None:
    """Legal Stata that the engine cannot do yet: a plain error, never another model's numbers."""

    def refuse(what: str, span: Span | None) -> None:
        raise NotYetAvailable(f"{what} not yet available", span)

    if "from" in model:
        refuse("option from() is", model["from"].span)


def _small_sample(model: dict[str, Given]) -> tuple[str, Information]:
    """dfmethod(method[, eim|oim]); "" without it.  Errors: r(198)."""
    given = model.get("dfmethod")
    if given is None:
        return "", "eim"
    from mixedcli.engine.dof.methods import resolve as resolve_dfmethod

    word, _, rest = (given.text or "").partition(",")
    try:
        method = resolve_dfmethod(word.strip())
    except InvalidSyntax:
        raise InvalidSyntax("option dfmethod() incorrectly specified", given.span) from None
    if rest.strip() not in ("", "eim", "oim") or (rest.strip() and not method.approximate):
        raise InvalidSyntax("option dfmethod() incorrectly specified", given.span)
    if method.approximate and "reml" not in model:
        # unverified: words
        raise InvalidSyntax(f"dfmethod({method.keyword}) is allowed only with option reml", given.span)
    return method.keyword, "oim" if rest.strip() == "oim" else "eim"


def _keyword(text: str, table: dict[str, str]) -> str | None:
    """Full keyword for an abbreviation of at least the table's length."""
    for full, least in table.items():
        if full.startswith(text) and len(text) >= len(least):
            return full
    return None


def _residuals(given: Given | None) -> ResidualSpec:
    if given is None:
        return ResidualSpec("independent")
    text = (given.text or "").strip()
    head, _, tail = text.partition(",")
    # "ar 2" and, as users write it, "ar2"
    typed = re.fullmatch(r"\s*([A-Za-z]+)\s*(\S+)?\s*", head)
    structure = _keyword(typed[1], RESTYPES) if typed else None
    if typed is None or structure is None:
        raise InvalidSyntax(f"residual type {head.strip()} not allowed", given.span)  # unverified: Stata's words
    order = None
    if typed[2] is not None:
        if not re.fullmatch(r"[0-9]{1,6}", typed[2]) or structure not in ORDERED:
            raise InvalidSyntax("option residuals() incorrectly specified", given.span)
        order = int(typed[2])
    by = time = None
    rest = tail
    for name, argument in re.findall(r"(\w+)\s*\(\s*([^()\s]+)\s*\)", tail):
        rest = re.sub(rf"{name}\s*\(\s*{re.escape(argument)}\s*\)", "", rest, count=1)
        if name == "by" and by is None:
            by = argument
        elif name == "t" and time is None:
            time = argument
        else:
            raise InvalidSyntax(f"option {name}() not allowed", given.span)
    if rest.strip(" ,"):
        raise InvalidSyntax("option residuals() incorrectly specified", given.span)
    return ResidualSpec(structure, order, by, time, text)


def _technique(given: Given | None) -> tuple[tuple[str, int], ...]:
    if given is None:
        return (("nr", 5),)
    words = (given.text or "").split()
    steps: list[tuple[str, int]] = []
    for word in words:
        if word.isdigit() and steps and int(word) > 0:
            steps[-1] = (steps[-1][0], int(word))
        elif word in ("nr", "dfp", "bfgs"):
            steps.append((word, 5))
        else:
            raise InvalidSyntax(f"option technique() incorrectly specified: {word} not allowed", given.span)
    if not steps:
        raise InvalidSyntax("option technique() incorrectly specified", given.span)
    return tuple(steps)


def _fit_options(model: dict[str, Given]) -> FitOptions:
    default = FitOptions()
    residuals = _residuals(model.get("residuals"))
    if residuals.structure != "independent" or residuals.by is not None:
        for name in ("emonly", "nostderr"):
            if name in model:  # unverified: Stata's words
                raise InvalidSyntax(
                    f"option {name} is allowed only when residuals are independent with constant variance",
                    model[name].span,
                )

    def real(name: str, value: float) -> float:
        return model[name].number() if name in model else value

    def whole(name: str, value: int) -> int:
        return model[name].integer() if name in model else value

    dfmethod, information = _small_sample(model)
    return FitOptions(
        reml="reml" in model,
        dfmethod=dfmethod,
        dfinformation=information,
        emiterate=whole("emiterate", default.emiterate),
        emtolerance=real("emtolerance", default.emtolerance),
        emonly="emonly" in model,
        matlog="matlog" in model,
        technique=_technique(model.get("technique")),
        difficult="difficult" in model,
        iterate=whole("iterate", default.iterate),
        tolerance=real("tolerance", default.tolerance),
        ltolerance=real("ltolerance", default.ltolerance),
        nrtolerance=None if "nonrtolerance" in model else real("nrtolerance", default.nrtolerance or 1e-5),
        stderr="nostderr" not in model,
    )


def _log_options(model: dict[str, Given]) -> LogOptions:
    return LogOptions(
        log="nolog" not in model,
        emlog="emlog" in model or ("emonly" in model and "emdots" not in model),
        emdots="emdots" in model,
        trace="trace" in model,
        gradient="gradient" in model,
        hessian="hessian" in model,
        showstep="showstep" in model,
        showtolerance="showtolerance" in model,
    )


def _dftable(given: Given | None) -> str:
    """default, ci or pvalue.  Errors: r(198)."""
    if given is None:
        return "default"
    word = _keyword((given.text or "").strip(), {"default": "def", "ci": "ci", "pvalue": "pv"})
    if word is None:
        raise InvalidSyntax("option dftable() incorrectly specified", given.span)
    return word


def display_options(model: dict[str, Given], *, stddeviations: bool, replay: bool = False) -> Display:
    """Reporting options; small-sample results are shown at once, and on replay when asked for.  Errors: r(198)."""
    level = model["level"].number() if "level" in model else None
    if level is not None and not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive", model["level"].span)
    if "small" in model and not replay:
        raise InvalidSyntax("option small not allowed", model["small"].span)
    if "dftable" in model and not replay and "dfmethod" not in model:
        # unverified: words
        raise InvalidSyntax("option dftable() is allowed only with option dfmethod()", model["dftable"].span)

    def fmt(name: str, default: str) -> str:
        if name not in model:
            return default
        text = (model[name].text or "").strip()
        if not re.fullmatch(r"%-?0?\d+\.\d+[efg]c?", text):
            raise InvalidSyntax(f"option {name}() incorrectly specified", model[name].span)
        return text

    wrapon = (model["fvwrapon"].text or "").strip() if "fvwrapon" in model else "word"
    if wrapon not in ("word", "width"):
        raise InvalidSyntax("option fvwrapon() incorrectly specified", model["fvwrapon"].span)
    return Display(
        level=level,
        stddeviations="stddeviations" in model or (stddeviations and "variance" not in model),
        retable="noretable" not in model,
        fetable="nofetable" not in model,
        estmetric="estmetric" in model,
        header="noheader" not in model,
        group="nogroup" not in model,
        coeflegend="coeflegend" in model,
        lrtest="nolrtest" not in model,
        small=bool({"small", "dftable", "dfmethod"} & model.keys()),
        dftable=_dftable(model.get("dftable")),
        ci="noci" not in model,
        pvalues="nopvalues" not in model,
        omitted="noomitted" not in model,
        emptycells="noemptycells" not in model,
        vsquish="vsquish" in model,
        baselevels="baselevels" in model,
        allbaselevels="allbaselevels" in model,
        fvlabel="nofvlabel" not in model,
        fvwrap=model["fvwrap"].integer() if "fvwrap" in model else 1,
        fvwrapon=wrapon,
        cformat=fmt("cformat", "%9.0g"),
        pformat=fmt("pformat", "%5.3f"),
        sformat=fmt("sformat", "%8.2f"),
        lstretch="nolstretch" not in model,
        cnsreport="nocnsreport" not in model,
    )
