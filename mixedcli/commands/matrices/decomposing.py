"""matrix symeigen, svd, eigenvalues.

# unverified: names of rows and columns other than those of A, the order of eigenvalues of unsymmetric matrices, and the
# signs of eigenvectors and singular vectors, which are free.
"""

from __future__ import annotations

import numpy as np

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.commands.matrices.common import held, kept, targets
from mixedcli.data.matrices import linear
from mixedcli.data.matrices.named import Named, coded, known
from mixedcli.session import Outcome, Session


def _numbered(letter: str, n: int) -> tuple[str, ...]:
    return tuple(f"{letter}{k}" for k in range(1, n + 1))


def symeigen(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix symeigen X v = A``: eigenvectors and eigenvalues of a symmetric matrix, the greatest first."""
    (x, v), text = targets(rest, 2)
    a = held(session, text)
    vectors, values = linear.eigensystem(known(a))
    names = _numbered("e", len(values))
    return Outcome(
        matrices={
            x: kept(Named(coded(vectors), a.rownames, names)),
            v: kept(Named(coded(values[None, :]), ("r1",), names)),
        }
    )


def svd(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix svd U w V = A``: A = U diag(w) V'; A has at least as many rows as columns."""
    (u, w, v), text = targets(rest, 3)
    a = held(session, text)
    left, values, right = np.linalg.svd(known(a), full_matrices=False)
    names = _numbered("c", len(values))
    return Outcome(
        matrices={
            u: kept(Named(coded(left), a.rownames, names)),
            w: kept(Named(coded(values[None, :]), ("r1",), names)),
            v: kept(Named(coded(right.T), a.colnames, names)),
        }
    )


def eigenvalues(session: Session, command: ast.Command, rest: str, options: Options) -> Outcome:
    """``matrix eigenvalues r c = A``: real and imaginary parts, the greatest modulus first."""
    (r, c), text = targets(rest, 2)
    values = np.linalg.eigvals(linear.square(known(held(session, text))))
    values = values[np.lexsort((-values.imag, -values.real, -np.round(np.abs(values), 12)))]
    names = _numbered("c", len(values))
    return Outcome(
        matrices={
            r: kept(Named(coded(np.asarray(values.real[None, :], dtype=np.float64)), ("real",), names)),
            c: kept(Named(coded(np.asarray(values.imag[None, :], dtype=np.float64)), ("complex",), names)),
        }
    )
