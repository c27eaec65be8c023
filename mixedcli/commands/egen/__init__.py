"""egen - variables made by functions over observations, groups and rows

    egen [type] newvar = function(arguments) [if] [in] [, by(varlist) options]

Over observations, within the groups of by() or of the by prefix; missing values are left out:
    mean(exp) total(exp) [, missing] sd(exp) min(exp) max(exp) median(exp) pctile(exp) [, p(#)] iqr(exp) mad(exp)
    mdev(exp) skew(exp) kurt(exp) count(exp) mode(var) [, minmode maxmode nummode(#) missing]
    rank(exp) [, field track unique] pc(exp) [, prop] sum is another name of total
    seq() [, from(#) to(#) block(#)] fill(numlist)
Over the variables of a row:
    rowmean rowtotal [, missing] rowmin rowmax rowsd rowmedian rowpctile [, p(#)] rowfirst rowlast rowmiss
    rownonmiss [, strok] anymatch anycount anyvalue [, values(numlist)] diff concat [, format() decode punct()
    maxlength()]
Others:
    group(varlist) [, missing label lname() truncate() autotype]  numbers the distinct rows of the variables
    tag(varlist) [, missing]     marks one observation in each group with 1, all others (if and in, too) with 0
    cut(var), at(numlist) | group(#) [icodes label]
    std(exp) [, mean(#) sd(#)]   ends(strvar) [, punct() head last tail trim]

Examples: egen m = mean(score), by(school)
          bysort school: egen n = count(score)
          egen one = tag(school)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.assignment import count_missing, plural, stored_numbers
from mixedcli.commands.context import expression_context
from mixedcli.commands.egen.made import Asked, Function, Made
from mixedcli.commands.egen.table import FUNCTIONS
from mixedcli.data import sample, types, varlist
from mixedcli.data.dataset import Column
from mixedcli.data.grouping import grouped
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import AlreadyDefined, InvalidSyntax, NotCombinable, UnknownFunction
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "egen",
    (
        OptionSpec("by", "by", "varlist"),
        OptionSpec("missing", "m"),
        OptionSpec("p", "p", "text"),
        OptionSpec("minmode", "min"),
        OptionSpec("maxmode", "max"),
        OptionSpec("nummode", "num", "int"),
        OptionSpec("field", "field"),
        OptionSpec("track", "track"),
        OptionSpec("unique", "unique"),
        OptionSpec("prop", "prop"),
        OptionSpec("from", "f", "int"),
        OptionSpec("to", "t", "int"),
        OptionSpec("block", "b", "int"),
        OptionSpec("strok", "s"),
        OptionSpec("values", "v", "numlist"),
        OptionSpec("format", "f", "text"),
        OptionSpec("decode", "d"),
        OptionSpec("punct", "p", "text"),
        OptionSpec("maxlength", "maxlength", "int"),
        OptionSpec("label", "label", "text", optional=True),
        OptionSpec("lname", "lname", "name"),
        OptionSpec("truncate", "t", "int"),
        OptionSpec("autotype", "autotype"),
        OptionSpec("at", "at", "numlist"),
        OptionSpec("group", "g", "int"),
        OptionSpec("icodes", "ic"),
        OptionSpec("mean", "m", "real"),
        OptionSpec("sd", "sd", "real"),
        OptionSpec("std", "std", "real"),
        OptionSpec("head", "h"),
        OptionSpec("last", "l"),
        OptionSpec("tail", "t"),
        OptionSpec("trim", "trim"),
    ),
    allows=frozenset({"if", "in"}),
    by="groups",
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Add the variable.  Errors: r(110) it exists, r(133) unknown function, r(190) by where it cannot be, r(198)."""
    body = command.body
    assert isinstance(body, ast.EgenBody)
    data = session.data
    types.check_name(body.target, body.target_span)
    if body.target in data:
        raise AlreadyDefined(f"variable {body.target} already defined", body.target_span)
    if body.type is not None and not types.is_type(body.type):
        raise InvalidSyntax(f"{body.type} invalid type", body.span)
    function = FUNCTIONS.get(body.function)
    if function is None:
        raise UnknownFunction(f"unknown egen function {body.function}()", body.span)
    options = _meant(options, function)
    for name in options:
        if name != "by" and name not in function.options:
            raise InvalidSyntax(f"option {name} not allowed", command.span)
    grouping = session.by is not None or "by" in options
    if grouping and not function.by:
        raise NotCombinable(f"egen ... {body.function}() may not be combined with by")
    context = expression_context(session)
    rows = sample.mask(data, command.condition, command.in_range, context)
    if session.by is not None:
        codes, groups = session.by.codes, len(session.by.sizes)
    elif "by" in options:
        found = grouped(data, varlist.names(options["by"], data)) if data.n else None
        codes, groups = (found.member, found.count) if found else (np.zeros(0, dtype=np.int64), 0)
    else:
        codes, groups = np.zeros(data.n, dtype=np.int64), 1
    made = function.make(Asked(session, context, body, options, rows, codes, groups))
    return _added(session, body, made, rows)


def _meant(options: Options, function: Function) -> Options:
    """p() is an abbreviation of punct() where a function has no percentage."""
    if "p" in options and "punct" in function.options:
        return {"punct" if name == "p" else name: value for name, value in options.items()}
    return options


def _added(
    session: Session, body: ast.EgenBody, made: Made, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Outcome:
    data = session.data
    if made.values.dtype == object:
        values = made.values.copy()
        values[~rows] = ""
        storage = body.type if body.type and body.type.startswith("str") else types.string_type(values.tolist())
        native = values
    else:
        storage = body.type or made.type or session.settings.default_type
        if storage.startswith("str"):
            raise InvalidSyntax(f"{storage} not allowed", body.span)
        if made.finished and storage == made.type:
            native = made.values
        else:
            inside = made.values if made.finished else np.where(rows, made.values, SYSMISS)
            native = stored_numbers(np.asarray(inside, dtype=np.float64), storage)
    column = Column(
        body.target, storage, native, types.default_format(storage), label=made.label, value_label=made.value_label
    )
    changed = data.with_columns([column])
    if made.texts is not None:
        changed = replace(changed, value_labels={**changed.value_labels, made.value_label: made.texts})
    gaps = count_missing(native, storage)
    told = (line(f"({plural(gaps, 'missing value')} generated)"),) if gaps else ()
    return Outcome(blocks=(*(line(x) for x in made.notes), *told), data=changed)
