"""Matrices and data: cross products, scores, variables in and out, decompositions, tables of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from driving import column, driver

from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.missing import SYSMISS

X = np.array([1.0, 2.0, 4.0, 3.0, SYSMISS, 2.0])
Y = np.array([2.0, 1.0, 0.0, 5.0, 1.0, 3.0])
G = np.array([1, 1, 2, 2, 2, 3], dtype=np.int8)
R = np.array([1, 2, 1, 2, 3, 1], dtype=np.int8)
W = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 1.0])
ON = X < SYSMISS


def loaded():
    data = Dataset().with_columns(
        [
            Column("x", "double", X),
            Column("y", "double", Y),
            Column("g", "byte", G),
            Column("r", "byte", R),
            Column("w", "double", W),
            Column("s", "str3", np.array(["a", "b c", "c", "d", "e", "f"], dtype=object)),
        ]
    )
    return driver(data)


def of(session, name):
    return session.matrices[name].values


def design(*columns):
    return np.column_stack([c[ON] for c in columns] + [np.ones(int(ON.sum()))])


def test_accum_is_the_cross_product():
    session, run = loaded()
    assert run("matrix accum A = x y, means(M)") == "(obs=5)"
    Z = design(X, Y)
    np.testing.assert_allclose(of(session, "A"), Z.T @ Z, rtol=1e-14)
    np.testing.assert_allclose(of(session, "M"), [Z.mean(axis=0)], rtol=1e-14)
    assert session.matrices["A"].rownames == session.matrices["A"].colnames == ("x", "y", "_cons")
    assert session.r.scalars == {"N": 5.0}


def test_accum_with_deviations_weights_and_rows():
    session, run = loaded()
    run("matrix accum A = x y, deviations noconstant")
    np.testing.assert_allclose(of(session, "A"), np.cov(X[ON], Y[ON]) * 4, rtol=1e-13)
    assert run("matrix accum F = x [fw=w], noc") == "(obs=8)"
    np.testing.assert_allclose(of(session, "F"), [[(W * np.where(ON, X, 0) ** 2).sum()]])
    run("matrix accum P = x [aw=w], noc")
    np.testing.assert_allclose(of(session, "P"), [[(W * np.where(ON, X, 0) ** 2).sum() * 5 / W[ON].sum()]])
    assert run("matrix accum I = y if g == 2 in 1/4, noc") == "(obs=2)"
    assert of(session, "I").tolist() == [[25.0]]
    assert run("matrix accum C = i.g, noc") == "(obs=6)"
    assert np.diag(of(session, "C")).tolist() == [0, 3, 1]
    assert session.matrices["C"].colnames == ("1b.g", "2.g", "3.g")
    assert run("matrix accum A = x if x > 100") == "r(2000): no observations"
    assert run("matrix accum A = s").startswith("r(109)")


def test_vecaccum_glsaccum_opaccum():
    session, run = loaded()
    run("matrix vecaccum a = y x")
    np.testing.assert_allclose(of(session, "a"), [[(Y[ON] * X[ON]).sum(), Y[ON].sum()]])
    assert session.matrices["a"].rownames == ("y",)
    run("matrix S = (2,.5,.1\\.5,3,.2\\.1,.2,4)\nmatrix glsaccum B = x, group(g) glsmat(S) row(r)")
    Z, S = design(X), of(session, "S")
    wanted = np.zeros((2, 2))
    for k in (1, 2, 3):
        at = G[ON] == k
        block = S[np.ix_(R[ON][at] - 1, R[ON][at] - 1)]
        wanted += Z[at].T @ block @ Z[at]
    np.testing.assert_allclose(of(session, "B"), wanted, rtol=1e-14)
    run("matrix opaccum O = x, group(g) opvar(y)")
    sums = np.array([(Z[G[ON] == k] * Y[ON][G[ON] == k][:, None]).sum(axis=0) for k in (1, 2, 3)])
    np.testing.assert_allclose(of(session, "O"), sums.T @ sums, rtol=1e-14)
    assert run("matrix opaccum O = x, group(g)") == "r(198): option opvar() required"
    assert run("matrix glsaccum B = x, group(g) glsmat(S) row(w)") == "(obs=5)"
    assert run("matrix glsaccum B = x, group(g) glsmat((1)) row(r)") == "r(503): conformability error"


def test_score_is_the_linear_prediction():
    session, run = loaded()
    run("matrix b = (2,-1,10)\nmatrix colnames b = x y _cons")
    assert run("matrix score double xb = b") == "(1 missing value generated)"
    np.testing.assert_allclose(column(session, "xb")[:4], 2 * X[:4] - Y[:4] + 10)
    assert column(session, "xb")[4] == "."
    run("matrix score double part = b if g == 2, missval(-9)")
    assert column(session, "part") == [".", ".", 18, 11, -9, "."]
    run("matrix c = (1,5,3)\nmatrix colnames c = one:2.g two:1b.g two:2.g#c.x")
    run("matrix score double f = c, equation(two)")
    assert column(session, "f") == [5, 5, 12, 9, ".", 0]
    run("matrix score double h = c, eq(#1)")
    assert column(session, "h") == [0, 0, 1, 1, 1, 0]
    assert run("matrix score xb = b") == "r(110): variable xb already defined"
    run("matrix b[1,3] = 0\nmatrix score xb = b if _n == 1, replace")
    assert column(session, "xb")[:2] == [0, 13]
    assert run("matrix score k = c, eq(three)") == "r(303): equation three not found"


def test_variables_become_matrices():
    session, run = loaded()
    run("mkmat x y, matrix(M)")
    assert of(session, "M")[:, 1].tolist() == Y.tolist()
    assert of(session, "M")[4, 0] == SYSMISS
    assert session.matrices["M"].colnames == ("x", "y")
    assert session.matrices["M"].rownames == ("r1", "r2", "r3", "r4", "r5", "r6")
    run("mkmat x y if g == 2, nomissing")
    assert of(session, "x").tolist() == [[4], [3]]
    assert (session.matrices["y"].rownames, session.matrices["y"].colnames) == (("r1", "r2"), ("y",))
    run("mkmat y in 2/3, matrix(N) rownames(s) roweq(g)")
    assert session.matrices["N"].rownames == ("1:b_c", "2:c")
    run("mkmat y in 2/3, matrix(N) obs rowprefix(row)")
    assert session.matrices["N"].rownames == ("row2", "row3")
    run("mkmat y in 2/3, matrix(N) rownames(s) nchar(2)")
    assert session.matrices["N"].rownames == ("b_", "c")
    assert run("mkmat s").startswith("r(109)")


def test_matrices_become_variables():
    session, run = driver()
    run("matrix A = (1,2\\3,.)\nmatrix colnames A = eq:one eq:two")
    shown = run("svmat A")
    assert shown.endswith("Number of observations (_N) was 0, now 2.")
    assert column(session, "A1") == [1, 3] and column(session, "A2") == [2, "."]
    assert session.data.column("A1").type == "float"
    run("set obs 3\nsvmat double A, names(col)")
    assert column(session, "two") == [2, ".", "."] and session.data.column("two").type == "double"
    run("svmat A, names(eqcol)\nsvmat A, names(matcol)\nsvmat A, names(z)")
    assert {"eqone", "eqtwo", "Aone", "Atwo", "z1", "z2"} <= set(session.data.names)
    assert run("svmat A") == "r(110): variable A1 already defined"
    assert run("svmat B") == "r(111): matrix B not found"


def test_eigenvectors_and_values():
    session, run = driver()
    run("matrix A = (2,1\\1,2)\nmatrix rownames A = x y\nmatrix colnames A = x y\nmatrix symeigen V l = A")
    np.testing.assert_allclose(of(session, "l"), [[3, 1]], rtol=1e-14)
    V = of(session, "V")
    np.testing.assert_allclose(V @ np.diag([3, 1]) @ V.T, [[2, 1], [1, 2]], rtol=1e-14)
    assert session.matrices["V"].rownames == ("x", "y")
    assert session.matrices["V"].colnames == session.matrices["l"].colnames == ("e1", "e2")
    assert run("matrix symeigen V l = (1,2\\3,4)") == "r(505): matrix not symmetric"


def test_singular_values():
    session, run = driver()
    run("matrix A = (3,0\\0,4\\0,0)\nmatrix svd U w V = A")
    U, w, V = (of(session, x) for x in ("U", "w", "V"))
    assert sorted(w[0].tolist()) == [3, 4]
    np.testing.assert_allclose(U @ np.diag(w[0]) @ V.T, [[3, 0], [0, 4], [0, 0]], atol=1e-14)


def test_eigenvalues_of_a_rotation():
    session, run = driver()
    run("matrix eigenvalues re im = (0,-2\\2,0)")
    np.testing.assert_allclose(of(session, "re"), [[0, 0]], atol=1e-14)
    np.testing.assert_allclose(of(session, "im"), [[2, -2]], rtol=1e-14)


LIST = [
    # stata: public log, mat a = I(3), mat list a
    ("matrix list I3", "\nsymmetric I3[3,3]\n    c1  c2  c3\nr1   1\nr2   0   1\nr3   0   0   1"),
    ("matrix list I3, nohalf", "\nI3[3,3]\n    c1  c2  c3\nr1   1   0   0\nr2   0   1   0\nr3   0   0   1"),
    ("matrix list A, noheader noblank", "    c1  c2\nr1   1   2\nr2   3   4"),
    ("matrix list A, title(some text)", "\nA[2,2]:  some text\n    c1  c2\nr1   1   2\nr2   3   4"),
]


@pytest.mark.parametrize(("text", "shown"), LIST, ids=[text for text, _ in LIST])
def test_matrix_list(text, shown):
    _, run = driver()
    run("matrix I3 = I(3)\nmatrix A = (1,2\\3,4)")
    assert run(text) == shown
    assert [line.split() for line in run("matrix list A, format(%5.1f)").splitlines()[3:]] == [
        ["r1", "1.0", "2.0"],
        ["r2", "3.0", "4.0"],
    ]


def test_matlist_has_statas_columns():
    _, run = driver()
    run("matrix A = (-4,.0667032,-.1182677\\-3,-.0077018,-.1587197)\nmatrix colnames A = t betahat lb")
    # stata: public log of matlist r(results) (three of its six columns)
    assert run("matlist A") == "\n".join(
        [
            "",
            "             |         t    betahat         lb ",
            "-------------+---------------------------------",
            "          r1 |        -4   .0667032  -.1182677 ",
            "          r2 |        -3  -.0077018  -.1587197 ",
        ]
    )
    # stata: public log, matlist e(diffmatrix), format(%7.4g), blanks at the ends cut off there
    run("matrix B = (-.03947,.0044)\nmatrix colnames B = OWN ATE\nmatrix rownames B = Black")
    assert run("matlist B, format(%7.4g)").splitlines()[1:] == [
        "             |     OWN      ATE ",
        "-------------+------------------",
        "       Black | -.03947    .0044 ",
    ]


MATLIST = [
    ("matlist A, noblank names(none)", ["             |", "             |"], 0),
    ("matlist A, rowtitle(Term) border(rows)", ["---", "        Term |        c1         c2 ", "---"], 1),
    ("matlist A, title(Some title) tindent(2)", ["  Some title", ""], 1),
    ("matlist A, twidth(5) left(3)", ["         |        c1         c2 ", "   ------+---"], 1),
    ("matlist A[1,1...], lines(rows)", ["             |        c1         c2 "], 1),
    ("matlist 2*A, names(rows)", ["          r1 |         2          4 "], 1),
    ("matlist A, underscore", ["             |        c1         c2 "], 1),
]


@pytest.mark.parametrize(("text", "starts", "skip"), MATLIST, ids=[text for text, _, _ in MATLIST])
def test_matlist_options(text, starts, skip):
    _, run = driver()
    run("matrix A = (1,2\\3,4)")
    for line, start in zip(run(text).splitlines()[skip:], starts, strict=False):
        assert line.startswith(start)


def test_matlist_shows_equations_and_half_of_what_is_symmetric():
    _, run = driver()
    run("matrix A = (4,1\\1,9)\nmatrix rownames A = y:x z:x\nmatrix colnames A = y:x z:x")
    assert run("matlist A").splitlines()[1:] == [
        "             |         y          z ",
        "             |         x          x ",
        "-------------+----------------------",
        "y            |                      ",
        "           x |         4            ",
        "-------------+----------------------",
        "z            |                      ",
        "           x |         1          9 ",
    ]
    assert "         1 " in run("matlist A, nohalf").splitlines()[5]
    assert run("matlist A, names(nosuch)") == "r(198): option names() incorrectly specified"
    run("set linesize 40\nmatrix W = J(1,4,1)")
    assert [line[-3:] for line in run("matlist W").splitlines() if "c" in line] == ["c2 ", "c4 "]
