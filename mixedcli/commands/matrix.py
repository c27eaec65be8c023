"""matrix - compute with matrices

    matrix [define] A = exp                     matrix A[i,j] = exp      an element, or a block from there on
    matrix input A = (1,2\\3,4)
    matrix list A [, format(%fmt) nohalf noheader nonames noblank title(text)]
    matrix dir          matrix drop A [B ...] | _all          matrix rename A B
    matrix rownames A = names       matrix colnames A = names
    matrix roweq A = names          matrix coleq A = names
    matrix accum A = varlist [if] [in] [weight] [, noconstant deviations means(M)]
    matrix vecaccum a = varlist ... [, noconstant]
    matrix glsaccum A = varlist ..., group(g) glsmat(W) row(r) [noconstant]
    matrix opaccum A = varlist ..., group(g) opvar(e) [noconstant]
    matrix score [type] newvar = b [if] [in] [, equation(name|#k) missval(#) replace]
    matrix symeigen X v = A         matrix svd U w V = A         matrix eigenvalues re im = A

Expressions: + - * / # (Kronecker) ' (transpose), pieces joined side by side by a comma and below one another by \\,
numbers, scalars, e(b), e(V), r(table) and other results; A[2,1], A["row","eq:name"], A[1..2,2...], A["eq:",1].
Functions: inv invsym cholesky corr diag vecdiag vec vech invvech hadamard sweep I J nullmat matuniform get; with
numbers as their values, in every expression: det trace rowsof colsof rownumb colnumb roweqnumb coleqnumb el
issymmetric matmissing mreldif diag0cnt.  Names of rows and columns follow the algebra.

Examples: matrix b = e(b)[1,"week"]
          matrix se = vecdiag(cholesky(diag(vecdiag(e(V)))))'
          matrix T = nullmat(T) \\ (r(mean), r(sd))
"""

from __future__ import annotations

from collections.abc import Mapping

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.matrices import accumulating, decomposing, defining, listing, naming, scoring
from mixedcli.commands.matrices.common import Subcommand
from mixedcli.errors import InvalidSyntax, NotYetAvailable, VarlistNotAllowed
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "matrix",
    (
        OptionSpec("format", "f", "text"),
        OptionSpec("nohalf", "noha"),
        OptionSpec("noheader", "nohe"),
        OptionSpec("nonames", "non"),
        OptionSpec("noblank", "nob"),
        OptionSpec("nodotz", "nod"),
        OptionSpec("title", "t", "text"),
        OptionSpec("noconstant", "noc"),
        OptionSpec("deviations", "dev"),
        OptionSpec("means", "m", "name"),
        OptionSpec("group", "g", "name"),
        OptionSpec("glsmat", "gls", "text"),
        OptionSpec("row", "r", "name"),
        OptionSpec("opvar", "o", "name"),
        OptionSpec("equation", "eq", "name"),
        OptionSpec("missval", "miss", "real"),
        OptionSpec("replace", "replace"),
    ),
    allows=frozenset({"if", "in", "weight"}),
)

#: subcommand -> (minimum abbreviation, what it does, its options, whether it takes if and in)
_SUBCOMMANDS: Mapping[str, tuple[str, Subcommand, tuple[str, ...], bool]] = {
    "list": ("l", listing.list_, ("format", "nohalf", "noheader", "nonames", "noblank", "nodotz", "title"), False),
    "dir": ("di", listing.dir_, (), False),
    "drop": ("drop", listing.drop, (), False),
    "rename": ("ren", listing.rename, (), False),
    "input": ("inp", defining.input_, (), False),
    "rownames": ("rown", naming.renamer("row", equations=False), (), False),
    "colnames": ("coln", naming.renamer("col", equations=False), (), False),
    "roweq": ("rowe", naming.renamer("row", equations=True), (), False),
    "coleq": ("cole", naming.renamer("col", equations=True), (), False),
    "accum": ("ac", accumulating.accum, ("noconstant", "deviations", "means"), True),
    "vecaccum": ("veca", accumulating.vecaccum, ("noconstant",), True),
    "glsaccum": ("glsa", accumulating.glsaccum, ("noconstant", "group", "glsmat", "row"), True),
    "opaccum": ("opa", accumulating.opaccum, ("noconstant", "group", "opvar"), True),
    "score": ("sco", scoring.score, ("equation", "missval", "replace"), True),
    "symeigen": ("syme", decomposing.symeigen, (), False),
    "svd": ("svd", decomposing.svd, (), False),
    "eigenvalues": ("eigenval", decomposing.eigenvalues, (), False),
}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Compute, or what the subcommand says.  Errors: r(111), r(198), r(503) to r(506)."""
    body = command.body
    if isinstance(body, ast.MatrixBody):
        return defining.define(session, body)
    assert isinstance(body, ast.WordsBody)
    word = body.words[0].text if body.words else "dir"
    for name, (least, run_, allowed, rows) in _SUBCOMMANDS.items():
        if name.startswith(word) and len(word) >= len(least):
            for option in options:
                if option not in allowed:
                    raise InvalidSyntax(f"option {option} not allowed")
            if not rows and (command.condition is not None or command.in_range is not None):
                raise VarlistNotAllowed("if not allowed" if command.condition is not None else "in range not allowed")
            if not rows and command.weight is not None:
                raise VarlistNotAllowed("weights not allowed")
            return run_(session, command, body.text.strip()[len(word) :].strip(), options)
    if len(word) >= 3 and "dissimilarity".startswith(word):
        raise NotYetAvailable("matrix dissimilarity is not yet available", command.span)
    raise InvalidSyntax("invalid syntax", command.span)
