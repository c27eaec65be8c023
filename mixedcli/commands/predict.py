"""predict - predictions after estimation

    predict [type] newvar [if] [in] [, xb | stdp | fitted | residuals | rstandard] [relevel(levelvar)]
    predict [type] stub* | newvarlist [if] [in], reffects [reses(stub* | newvarlist)] [relevel(levelvar)]
    predict [type] stub* | newvarlist [if] [in], scores

xb          the fixed part (the default); stdp its standard error
fitted      the fixed part plus the predicted random effects
residuals   the outcome less fitted; rstandard makes them uncorrelated with unit variance
reffects    best linear unbiased predictions of the random effects, one variable each: top level first, slopes
            before the constant; reses() their standard errors
relevel()   only this level (reffects), or from the top down to it (fitted, residuals, rstandard)
scores      derivatives of the log likelihood by every element of e(b), one for each top-level group, on its last
            observation; not after reml

xb and stdp are for every observation with data, the others for the estimation sample.

After regress: xb, residuals, stdp, stdf, stdr, rstandard, rstudent, leverage (or hat), cooksd, dfits, welsch,
covratio, dfbeta(indepvar).
After xtreg: xb, stdp, u, e, ue, xbu.  After areg: xb, stdp, residuals, d, xbd, dresiduals (d and residuals together).
"""

from __future__ import annotations

import re

import numpy as np

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.estimation import mixed_predict
from mixedcli.commands.estimation.mixed_predict import Made
from mixedcli.commands.newvars import free
from mixedcli.data import sample, types
from mixedcli.data.dataset import Column
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import InvalidSyntax, LastEstimatesNotFound, TooFewSpecified, TooManySpecified
from mixedcli.model.spec import MixedFit
from mixedcli.session import Outcome, Session

STATISTICS = ("xb", "stdp", "fitted", "residuals", "rstandard", "reffects", "scores")
#: those of regress and xtreg only
LINEAR = ("stdf", "stdr", "rstudent", "leverage", "hat", "cooksd", "dfits", "welsch", "covratio", "u", "e", "ue", "xbu",
          "d", "xbd", "dresiduals")  # fmt: skip
SPEC = CommandSpec(
    "predict",
    (
        OptionSpec("xb", "xb"),
        OptionSpec("stdp", "stdp"),
        OptionSpec("fitted", "fit"),
        OptionSpec("residuals", "res"),
        OptionSpec("rstandard", "rsta"),
        OptionSpec("reffects", "r"),
        OptionSpec("scores", "sc"),
        OptionSpec("stdf", "stdf"),
        OptionSpec("stdr", "stdr"),
        OptionSpec("rstudent", "rstu"),
        OptionSpec("leverage", "l"),
        OptionSpec("hat", "hat"),
        OptionSpec("cooksd", "c"),
        OptionSpec("dfits", "dfi"),
        OptionSpec("welsch", "w"),
        OptionSpec("covratio", "cov"),
        OptionSpec("dfbeta", "dfb", "name"),
        OptionSpec("u", "u"),
        OptionSpec("e", "e"),
        OptionSpec("ue", "ue"),
        OptionSpec("xbu", "xbu"),
        OptionSpec("d", "d"),
        OptionSpec("xbd", "xbd"),
        OptionSpec("dresiduals", "dr"),
        OptionSpec("reses", "reses", "words"),
        OptionSpec("relevel", "relev", "name"),
        OptionSpec("level", "level", "name"),  # the old spelling of relevel()
    ),
    allows=frozenset({"if", "in"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the predictions.  Errors: r(110), r(198), r(301), r(322), and "not yet available"."""
    body = command.body
    assert isinstance(body, ast.VarlistBody)
    estimates = session.estimates
    if estimates is None:
        raise LastEstimatesNotFound("last estimates not found")
    chosen = [s for s in (*STATISTICS, *LINEAR) if s in options]
    chosen += ["dfbeta"] if "dfbeta" in options else []
    if len(chosen) > 1:
        raise InvalidSyntax(f"options {chosen[0]} and {chosen[1]} may not be combined", command.span)
    if "reses" in options and chosen != ["reffects"]:
        raise InvalidSyntax("option reses() requires reffects", command.span)  # unverified: words
    statistic = chosen[0] if chosen else "xb"
    new = [_typed(t) for t in body.varlist.terms]
    if not isinstance(estimates.fit, MixedFit):
        from mixedcli.commands.estimation import linear_predict

        if statistic == "dfbeta":
            found = [Made(*linear_predict.dfbeta(session, estimates, options["dfbeta"]))]
        else:
            found = [Made(*linear_predict.statistic(session, estimates, statistic))]
        return _stored(session, command, _names(new, 1), found, _storage(session, body), assumed=not chosen)
    if statistic in (*LINEAR, "dfbeta"):
        raise InvalidSyntax(f"option {statistic} not allowed", command.span)
    level = options.get("relevel") or options.get("level")
    if level is not None and statistic in ("xb", "stdp", "scores"):
        raise InvalidSyntax(f"option relevel() may not be combined with {statistic}", command.span)  # unverified: words
    # names and type are looked at first: nothing is computed in vain
    names = _names(new, mixed_predict.count(estimates.fit, statistic, level))
    if "reses" in options:
        names += _names([w.text for w in options["reses"]], len(names))
    free(names, session.data)
    made = mixed_predict.made(session, estimates, statistic, level, errors="reses" in options)
    return _stored(session, command, names, made, _storage(session, body), assumed=not chosen)


def _storage(session: Session, body: ast.VarlistBody) -> str:
    storage = body.type or session.settings.default_type
    if not types.is_type(storage) or storage.startswith("str"):
        raise InvalidSyntax(f"{storage} invalid type", body.span)
    return storage


def _typed(term: ast.Term) -> str:
    """A new name, a stub with its star, or a range as typed."""
    if isinstance(term, ast.VarRange):
        return f"{term.first}-{term.last}"
    if not isinstance(term, ast.VarRef) or term.ops:
        raise InvalidSyntax("invalid new variable name", term.span)  # unverified: words
    return term.pattern


def _names(typed: list[str], count: int) -> list[str]:
    """New variable names: as listed, b1-b3, or stub1, stub2, ...  Errors: r(102), r(103), r(198)."""
    typed = [name for word in typed for name in _range(word)]
    if len(typed) == 1 and typed[0].endswith("*"):
        return [f"{typed[0][:-1]}{k + 1}" for k in range(count)]
    if len(typed) != count:
        words = f"{'too few' if len(typed) < count else 'too many'} variables specified"
        raise (TooFewSpecified if len(typed) < count else TooManySpecified)(words)
    return typed


def _range(word: str) -> list[str]:
    """ "b1-b3" is b1, b2, b3."""
    if "-" not in word:
        return [word]
    found = re.fullmatch(r"(\D\w*?)(\d+)-(\D\w*?)(\d+)", word)
    if found is None or found[1] != found[3] or int(found[2]) > int(found[4]):
        raise InvalidSyntax(f"{word} invalid name")  # unverified: words
    return [f"{found[1]}{k:0{len(found[2])}}" for k in range(int(found[2]), int(found[4]) + 1)]


def _stored(
    session: Session, command: ast.Command, names: list[str], made: list[Made], storage: str, *, assumed: bool
) -> Outcome:
    data = session.data
    free(names, data)
    wanted = sample.mask(data, command.condition, command.in_range, expression_context(session))
    columns, gaps = [], 0
    for name, new in zip(names, made, strict=True):
        native = stored_numbers(np.where(wanted, new.values, SYSMISS), storage)
        columns.append(Column(name, storage, native, types.default_format(storage), label=new.label[:80]))
        gaps = max(gaps, count_missing(native, storage))
    blocks: list[Block] = [line("(option xb assumed)")] if assumed else []
    if gaps:
        blocks.append(line(f"({plural(gaps, 'missing value')} generated)"))
    return Outcome(blocks=tuple(blocks), data=data.with_columns(columns))
