"""What drawnorm and corr2data share: the distribution out of their options, the new variables put in place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixedcli import ast
from mixedcli.blocks import Block
from mixedcli.commands import Options, OptionSpec
from mixedcli.commands.loading import guard, loaded
from mixedcli.commands.newvars import free, numbers
from mixedcli.data.dataset import Dataset
from mixedcli.data.stream import RandomStream
from mixedcli.errors import Coded, Conformability, InvalidSyntax, NotFound, VarlistRequired
from mixedcli.frozen import frozen
from mixedcli.session import Outcome, Session

Floats = NDArray[np.float64]

OPTIONS = (
    OptionSpec("n", "n", "int"),
    OptionSpec("means", "m", "text"),
    OptionSpec("sds", "sd", "text"),
    OptionSpec("corr", "corr", "name"),
    OptionSpec("cov", "cov", "name"),
    OptionSpec("cstorage", "cs", "name"),
    OptionSpec("forcepsd", "forcepsd"),
    OptionSpec("seed", "seed", "int"),
    OptionSpec("double", "double"),
    OptionSpec("clear", "clear"),
)


@frozen
class Distribution:
    """names (k); means (k,); root (k, k): root root' is the covariance; n: number of observations."""

    names: tuple[str, ...]
    means: Floats
    root: Floats
    n: int


def read(session: Session, command: ast.Command, options: Options) -> Distribution:
    """Errors: r(100), r(110), r(111) a matrix, r(198), r(503), r(506)."""
    body = command.body
    if not isinstance(body, ast.VarlistBody):
        raise InvalidSyntax("invalid syntax", command.span)
    names = _spelled(body.varlist, command)
    if "n" in options:
        guard(session, options)
        if options["n"] < 1:
            raise InvalidSyntax("n() must be a positive integer", command.span)  # unverified: wording
    free(names, Dataset() if "n" in options else session.data)
    n = options.get("n", session.data.n)
    if n < 1:
        raise InvalidSyntax("n() required", command.span)  # unverified: wording
    k = len(names)
    means = _vector(session, options, "means", k, 0.0)
    return Distribution(names, means, _root(_covariance(session, options, k), bool(options.get("forcepsd"))), n)


def _spelled(varlist: ast.Varlist, command: ast.Command) -> tuple[str, ...]:
    """x1-x5 means five new names here."""
    out: list[str] = []
    for term in varlist.terms:
        if isinstance(term, ast.VarRef) and not term.ops:
            out.append(term.pattern)
            continue
        if isinstance(term, ast.VarRange):
            head = term.first.rstrip("0123456789")
            first, last = term.first[len(head) :], term.last[len(head) :]
            if term.last.startswith(head) and first.isdigit() and last.isdigit() and int(first) <= int(last):
                out += [f"{head}{k}" for k in range(int(first), int(last) + 1)]
                continue
        raise InvalidSyntax("invalid syntax", command.span)
    if not out:
        raise VarlistRequired("varlist required", command.span)
    return tuple(out)


def _vector(session: Session, options: Options, option: str, k: int, default: float) -> Floats:
    """Numbers or a vector's name; one number stands for all (unverified).  Errors: r(111), r(503)."""
    if option not in options:
        return np.full(k, default)
    text: str = options[option]
    if session.language is None:
        raise InvalidSyntax("invalid syntax")
    found = session.matrices.get(text)
    values = found.values.ravel() if found is not None else None
    if values is None:
        if text.isidentifier():
            raise NotFound(f"matrix {text} not found")
        values = np.array(session.language.numlist(text.replace(",", " ").replace("\\", " ")), dtype=np.float64)
    if len(values) != k:
        raise Conformability("conformability error")
    return np.asarray(values, dtype=np.float64)


def _covariance(session: Session, options: Options, k: int) -> Floats:
    if "cov" in options and ("corr" in options or "sds" in options):
        raise InvalidSyntax(f"options cov() and {'corr' if 'corr' in options else 'sds'}() may not be combined")
    option = "cov" if "cov" in options else "corr"
    table = np.eye(k)
    if option in options:
        found = session.matrices.get(options[option])
        if found is None:
            raise NotFound(f"matrix {options[option]} not found")
        table = _square(found.values, options.get("cstorage", ""), k)
    if option == "corr":
        if not np.allclose(np.diag(table), 1):
            raise InvalidSyntax("correlation matrix must have ones on the diagonal")  # unverified: wording
        sds = _vector(session, options, "sds", k, 1.0)
        table = table * np.outer(sds, sds)
    return table


def _square(values: Floats, storage: str, k: int) -> Floats:
    """A symmetric matrix, maybe kept as a vector of one triangle.  Errors: r(503), r(505) not symmetric."""
    kinds = [name for name in ("full", "lower", "upper") if storage and name.startswith(storage)]
    if storage and not kinds:
        raise InvalidSyntax("option cstorage() incorrectly specified")
    if not storage or kinds[0] == "full":
        if values.shape != (k, k):
            raise Conformability("conformability error")
        if not np.allclose(values, values.T):
            raise Coded(505, "matrix not symmetric")
        return values
    flat = values.ravel()
    if len(flat) != k * (k + 1) // 2:
        raise Conformability("conformability error")
    table = np.zeros((k, k))
    table[np.tril_indices(k) if kinds[0] == "lower" else np.triu_indices(k)] = flat
    return np.asarray(table + table.T - np.diag(np.diag(table)), dtype=np.float64)


def _root(table: Floats, force: bool) -> Floats:
    values, vectors = np.linalg.eigh(table)
    if values.min(initial=0.0) < -1e-10 * max(values.max(initial=1.0), 1.0) and not force:
        raise Coded(506, "matrix not positive (semi)definite")  # unverified: wording
    if values.min(initial=1.0) > 0:
        return np.asarray(np.linalg.cholesky(table), dtype=np.float64)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)


def placed(
    session: Session,
    wanted: Distribution,
    values: Any,
    options: Options,
    told: tuple[Block, ...],
    stream: RandomStream,
) -> Outcome:
    """The variables in new data with n(), beside the old ones without."""
    storage = "double" if options.get("double") else session.settings.default_type
    columns = [numbers(name, values[:, k], storage) for k, name in enumerate(wanted.names)]
    base = Dataset() if "n" in options else session.data
    settings = replace(session.settings, seed=stream.next_seed())
    data = base.with_columns(columns)
    if "n" not in options:
        return Outcome(blocks=told, data=data, settings=settings)
    return replace(loaded(session, data, told), settings=settings)
