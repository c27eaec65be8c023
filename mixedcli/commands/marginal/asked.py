"""What a margins command asks for, read once: terms, scenarios, responses, observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.context import expression_context
from mixedcli.commands.marginal import atspec
from mixedcli.commands.marginal import options as shared
from mixedcli.commands.marginal.atspec import Wishes
from mixedcli.commands.marginal.inference import Basis
from mixedcli.commands.marginal.margintable import AT, Frame
from mixedcli.commands.marginal.responses import Kind
from mixedcli.commands.marginal.sampling import covariates_known, estimation_rows, estimation_weights, weights
from mixedcli.commands.marginal.scenarios import Population
from mixedcli.commands.marginal.termlist import ContrastTerm, Element, terms_of
from mixedcli.data import sample
from mixedcli.data.levels import Factors
from mixedcli.data.varlist import resolve
from mixedcli.engine.contrasts import OPERATORS
from mixedcli.errors import InvalidSyntax, NoObservations, NotYetAvailable, ProgramDefined, Unavailable
from mixedcli.frozen import frozen
from mixedcli.model.linearmodel import Key
from mixedcli.session import Session

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]
Mode = Literal["margins", "contrast", "pwcompare"]

CONTRAST = (
    *shared.CONTRASTS,
    OptionSpec("atcontrast", "atcontrast", "text"),
    OptionSpec("overcontrast", "overcontrast", "text"),
    OptionSpec("atjoint", "atjoint"),
    OptionSpec("overjoint", "overjoint"),
    OptionSpec("marginswithin", "marginsw"),
    OptionSpec("nowald", "nowald"),
)


@frozen
class Asked:
    """terms: of the marginlist, None for the overall margin.  ignored: the mode that had nothing to compare.

    atcontrast, overcontrast: operators on scenarios and groups; None: comparisons are made within them.
    label: what margins are of, as the legend says it.
    """

    terms: tuple[ContrastTerm | None, ...]
    typed: str
    mode: Mode
    suboptions: dict[str, object]
    how: shared.Mcompare
    scenarios: list[Wishes]
    kind: Kind
    derivatives: tuple[Key, ...]
    expression: ast.Expr | None
    label: str
    atcontrast: str | None = None
    overcontrast: str | None = None
    ignored: str = ""
    levels: Mapping[Key, set[int]] = field(default_factory=dict)  # of factors in derivatives; all without an entry


@frozen
class Scope:
    """The observations and their groups."""

    population: Population
    frame: Frame


def asked(session: Session, command: ast.Command, options: Options, base: Basis) -> Asked:
    """Errors: r(198), r(322)."""
    body = command.body
    assert isinstance(body, ast.WordsBody)
    _refused(options)
    model = base.model
    mode, sub = _mode(session, options)
    typed = body.text.strip()
    terms: tuple[ContrastTerm | None, ...] = tuple(
        terms_of(typed, model, contrast=False, lincom=bool(sub.get("lincom"))) if typed else ()
    )
    if any(t is not None and t.operated for t in terms):
        if mode == "pwcompare":
            raise InvalidSyntax("contrast operators are not allowed with option pwcompare")  # unverified: words
        mode = "contrast"
    if options.get("grand") and mode == "margins":
        terms = (*terms, None)
    assert session.language is not None
    scenarios = atspec.scenarios_of(
        options.get("at", ()), model, session.language, atmeans=bool(options.get("atmeans"))
    )
    kind, keys, levels = _derivatives(options, base)
    both = [k for k in keys if any(t is not None and k in t.keys for t in terms)]
    if both:
        # unverified: words
        raise InvalidSyntax(f"{both[0][0]} may not be both in the marginlist and in {kind}()")
    label, expr = _label(command, options, base)
    at, over = sub.get("atcontrast"), sub.get("overcontrast")
    joint = [n for n in ("atjoint", "overjoint") if sub.get(n)]
    if joint and terms:
        raise NotYetAvailable(f"margins: contrast({joint[0]}) beside a marginlist is not yet available")
    if mode == "contrast" and not terms and at is None and over is None:
        # unverified: scenarios (else groups) are compared when there is nothing else
        at = "" if len(scenarios) > 1 else None
        over = "" if at is None and "over" in options else None
    alone = not terms and (at is None and over is None if mode == "contrast" else len(scenarios) == 1)
    ignored = mode if mode != "margins" and alone and not (mode == "pwcompare" and "over" in options) else ""
    return Asked(
        terms or (None,), typed, "margins" if ignored else mode, sub,
        shared.mcompare(options.get("mcompare"), ("noadjust", "bonferroni", "sidak", "scheffe", "tukey", "snk",
                                                  "duncan", "dunnett")[: 8 if mode == "pwcompare" else 4]),
        scenarios, kind, tuple(keys), expr, label, _operator(at), _operator(over), ignored, levels,
    )  # fmt: skip


def _refused(options: Options) -> None:
    """Errors: "not yet available", r(198)."""
    if "within" in options:
        raise NotYetAvailable("margins: option within() is not yet available")
    if "vce" in options and not "delta".startswith(options["vce"]):
        if "unconditional".startswith(options["vce"]):
            raise NotYetAvailable("margins: vce(unconditional) is not yet available")
        raise InvalidSyntax(f"vcetype '{options['vce']}' not allowed")
    if options.get("emptycells", "strict") != "strict":
        raise NotYetAvailable("margins: emptycells(reweight) is not yet available")
    if options.get("continuous") and ("eydx" in options or "eyex" in options):
        raise NotYetAvailable("margins: option continuous with eydx() is not yet available")


def _mode(session: Session, options: Options) -> tuple[Mode, dict[str, object]]:
    if "contrast" in options and "pwcompare" in options:
        raise InvalidSyntax("options contrast and pwcompare may not be combined")
    if "contrast" in options:
        sub = shared.subset(options["contrast"] or "", CONTRAST, session, "contrast")
        if sub.get("marginswithin"):
            raise NotYetAvailable("margins: contrast(marginswithin) is not yet available")
        return "contrast", sub
    if "pwcompare" in options:
        return "pwcompare", shared.subset(options["pwcompare"] or "", shared.PAIRS, session, "pwcompare")
    return "margins", {}


def _operator(text: object) -> str | None:
    """atcontrast(r._at), atcontrast(r): the operator.  Errors: r(198)."""
    if text is None:
        return None
    word = str(text).partition(".")[0].strip()
    if word not in OPERATORS:
        raise InvalidSyntax(f"{text}:  operator invalid")
    return word


def _derivatives(options: Options, base: Basis) -> tuple[Kind, list[Key], dict[Key, set[int]]]:
    """Covariates, and levels of factors where only some are wanted.  Errors: r(198), r(322)."""
    kinds: tuple[Kind, ...] = ("dydx", "eyex", "dyex", "eydx")
    given = [k for k in kinds if k in options]
    if not given:
        return "", [], {}
    if len(given) > 1:
        raise InvalidSyntax(f"options {given[0]}() and {given[1]}() may not be combined")
    kind = given[0]
    keys: list[Key] = []
    chosen: dict[Key, set[int]] = {}
    whole: set[Key] = set()
    for word in options[kind].split():
        mark, _, name = word.rpartition(".")
        level = mark if mark.isdigit() else ""
        own = atspec.covariates(name if level or mark in ("i", "c") else word, base.model)
        keys += own
        if level:
            if int(level) not in base.model.factors.get(own[0], ()):
                raise Unavailable(f"'{word}' not found in list of covariates")
            chosen.setdefault(own[0], set()).add(int(level))
        else:
            whole.update(own)
    if not keys:
        raise InvalidSyntax(f"option {kind}() incorrectly specified")
    if kind in ("eyex", "dyex"):
        bad = [k for k in keys if k in base.model.factors]
        if bad and options[kind].strip() not in ("*", "_all"):
            # unverified: words
            raise InvalidSyntax(f"{kind}() not allowed with factor variable {bad[0][0]}")
        keys = [k for k in keys if k not in base.model.factors]
    return kind, list(dict.fromkeys(keys)), {k: v for k, v in chosen.items() if k not in whole}


def _label(command: ast.Command, options: Options, base: Basis) -> tuple[str, ast.Expr | None]:
    """What margins are of.  Errors: r(198), r(498)."""
    mixed = base.stored.macros.get("cmd", "") in ("mixed", "xtmixed")
    what = "Linear prediction, fixed portion" if mixed else "Linear prediction"
    expr: ast.Expr | None = options.get("expression")
    if expr is not None and "predict" in options:
        raise InvalidSyntax("options expression() and predict() may not be combined")
    if expr is not None:
        if any(k in options for k in ("dydx", "eyex", "dyex", "eydx")):
            raise NotYetAvailable("margins: derivatives of expression() are not yet available")
        text = next(o.text for o in command.options if o.name.startswith("exp"))
        return (text or "").strip(), expr
    chosen = (options.get("predict") or "").strip()
    if chosen not in ("", "xb"):
        word = chosen.split()[0]
        if mixed and any(
            n.startswith(word) for n in ("stdp", "fitted", "residuals", "rstandard", "reffects", "scores")
        ):
            # stata: predictions that depend on more than e(b)
            raise ProgramDefined("prediction is a function of possibly stochastic quantities other than e(b)")
        raise InvalidSyntax(f"predict({chosen}) not allowed")  # unverified: words
    return f"{what}, predict({chosen})", None


def scope(session: Session, command: ast.Command, options: Options, base: Basis, want: Asked) -> Scope:
    """The observations.  Errors: r(111), r(198), r(322), r(2000)."""
    data, model = session.data, base.model
    anywhere = options.get("esample", True) is False
    rows = covariates_known(data, model) if anywhere else estimation_rows(session, model)
    rows = rows & sample.mask(data, command.condition, command.in_range, expression_context(session))
    kind = session.e.macros.get("wtype", "")
    w: Floats | None
    if command.weight is not None:
        w, kind = weights(session, command.weight.expr, rows), command.weight.kind
    else:
        w = None if options.get("weights", True) is False else estimation_weights(session, rows)
    size = _size(rows, w, kind)
    if "subpop" in options:
        kept = rows & _subpopulation(session, options["subpop"])
        w = None if w is None else w[kept[rows]]
        rows = kept
    if not rows.any():
        raise NoObservations("no observations")
    codes: Ints | None = None
    groups: tuple[tuple[int, ...], ...] = ((),)
    over: tuple[Key, ...] = ()
    if "over" in options:
        names = [resolve(n, data) for word in options["over"].split() for n in [word.removeprefix("i.")]]
        over = tuple((n, ()) for n in names)
        codes, groups, rows, w = _groups(session, names, rows, w)
        if not rows.any():
            raise NoObservations("no observations")
    population = Population(session, model, rows, w, codes, len(groups))
    # a subpopulation is told from the whole, which the header counts
    population.size = size if "subpop" in options else _size(rows, w, kind)
    return Scope(population, Frame(len(want.scenarios), over, groups))


def _size(rows: Rows, w: Floats | None, kind: str) -> float:
    """The number of observations; frequency weights count."""
    return float(w.sum()) if kind == "fweight" and w is not None else float(rows.sum())


def _subpopulation(session: Session, text: str) -> Rows:
    """subpop([varname] [if exp]): not 0.  Errors: r(111), r(198)."""
    assert session.language is not None
    parsed = session.language.command(f"count {text}" if text.strip().startswith("if") else f"summarize {text}")
    rows = sample.mask(session.data, parsed.condition, parsed.in_range, expression_context(session))
    for term in getattr(parsed.body, "varlist", ast.Varlist()).terms:
        name = resolve(getattr(term, "pattern", ""), session.data, term.span)
        values = session.data.numeric(name)
        rows = rows & (values != 0) & (values < 8.9e307)
    return rows


def _groups(
    session: Session, names: Sequence[str], rows: Rows, w: Floats | None
) -> tuple[Ints, tuple[tuple[int, ...], ...], Rows, Floats | None]:
    """Codes of the combinations of over() that occur, and their levels.  Errors: r(109), r(452)."""
    factors = Factors(session.data, rows)
    found = [factors.get(n, ()) for n in names]
    known = np.ones(int(rows.sum()), dtype=bool)
    code = np.zeros(len(known), dtype=np.int64)
    for f in found:
        known &= f.codes >= 0
        code = code * max(len(f.levels), 1) + f.codes
    kept = rows.copy()
    kept[rows] = known
    code = code[known]
    seen = np.unique(code)
    groups = []
    for value in seen.tolist():
        cell: list[int] = []
        for f in reversed(found):
            value, at = divmod(value, len(f.levels))
            cell.append(f.levels[at])
        groups.append(tuple(reversed(cell)))
    return np.searchsorted(seen, code), tuple(groups), kept, None if w is None else w[known]


def with_conditions(term: ContrastTerm | None, want: Asked, frame: Frame) -> ContrastTerm:
    """A term with scenarios and groups: compared where an operator is given, else conditions it holds within."""
    main: list[Element] = []
    within: list[Element] = []
    for keys, operator in ((frame.over, want.overcontrast), ((AT,) if frame.scenarios > 1 else (), want.atcontrast)):
        for key in keys:
            if operator is None:
                within.append(Element(key))
            else:
                main.insert(0, Element(key, "" if operator == "i" else operator))
    if term is None:
        return ContrastTerm(tuple(main), tuple(within))
    return replace(term, main=(*main, *term.main), within=(*term.within, *within))
