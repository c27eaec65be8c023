"""The matrix language: expressions, names, subscripts, functions, errors; figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from driving import driver

from mixedcli.results import Estimates, Matrix, Stored

NAMES = ("y:x", "y:_cons", "lnsig_e:_cons")


def prepared():
    session, run = driver()
    b = np.array([[2.0, 1.0, -0.5]])
    V = np.array([[4.0, 1.0, 0.0], [1.0, 9.0, 0.0], [0.0, 0.0, 0.25]])
    matrices = {"b": Matrix(b, ("y1",), NAMES), "V": Matrix(V, NAMES, NAMES)}
    session.estimates = Estimates(Stored({"N": 10.0}, {}, matrices))
    session.r = Stored({"mean": 3.0}, {}, {"table": Matrix(np.array([[1.0, np.nan]]), ("b",), ("x", "z"))})
    for line in ("A = (1,2\\3,4)", "B = (0,1\\1,0)", "v = (1,2,3)", "S = (4,2\\2,5)"):
        assert run(f"matrix {line}") == ""
    return session, run


VALUES = [
    ("(1,2\\3,4)", [[1, 2], [3, 4]]),
    ("1", [[1]]),
    ("(1+1, 2*3/4 \\ 5/2, 3)", [[2, 1.5], [2.5, 3]]),
    ("(-1,2^3\\sqrt(4),-2^2)", [[-1, 8], [2, -4]]),
    ("A + B", [[1, 3], [4, 4]]),
    ("A - B", [[1, 1], [2, 4]]),
    ("A*B", [[2, 1], [4, 3]]),
    ("A*A*A", [[37, 54], [81, 118]]),
    ("2*A", [[2, 4], [6, 8]]),
    ("A*2", [[2, 4], [6, 8]]),
    ("A/2", [[0.5, 1], [1.5, 2]]),
    ("-A", [[-1, -2], [-3, -4]]),
    ("A'", [[1, 3], [2, 4]]),
    ("A''", [[1, 2], [3, 4]]),
    ("A'*A", [[10, 14], [14, 20]]),
    ("v*v'", [[14]]),
    ("v*v'*A", [[14, 28], [42, 56]]),
    ("-A'*B", [[-3, -1], [-4, -2]]),
    ("A#B", [[0, 1, 0, 2], [1, 0, 2, 0], [0, 3, 0, 4], [3, 0, 4, 0]]),
    ("A, B", [[1, 2, 0, 1], [3, 4, 1, 0]]),
    ("A \\ B", [[1, 2], [3, 4], [0, 1], [1, 0]]),
    ("A, B \\ v, 4", [[1, 2, 0, 1], [3, 4, 1, 0], [1, 2, 3, 4]]),
    ("(A + B)*2 - B", [[2, 5], [7, 8]]),
    ("A[2,1]", [[3]]),
    ("A[2,1...]", [[3, 4]]),
    ("A[1...,2]", [[2], [4]]),
    ("A[1..2,2..2]", [[2], [4]]),
    ("v[1,2...]", [[2, 3]]),
    ("(A*B)[1,1..2]", [[2, 1]]),
    ('A["r2","c1"]', [[3]]),
    ('A["r1".."r2","c2"]', [[2], [4]]),
    ("A[1+1, A[1,1]]", [[3]]),
    ("e(b)", [[2, 1, -0.5]]),
    ('e(b)[1,"y:"]', [[2, 1]]),
    ('e(b)[1,"lnsig_e:_cons"]', [[-0.5]]),
    ('e(V)["y:x".."y:_cons","y:_cons"]', [[1], [9]]),
    ("(r(mean), e(N), c(pi))", [[3, 10, np.pi]]),
    ("(_b[x], _se[x])", [[2, 2]]),
    ("r(table)", [[1, "."]]),
    ("inv(A)", [[-2, 1], [1.5, -0.5]]),
    ("invsym(S)", [[5 / 16, -2 / 16], [-2 / 16, 4 / 16]]),
    ("invsym((1,1\\1,1))", [[1, 0], [0, 0]]),
    ("invsym((1,2\\2,1))", [[1, 0], [0, 0]]),  # a negative pivot counts as none ([FN] invsym())
    ("invsym((-1,0\\0,2))", [[0, 0], [0, 0.5]]),
    ("inv((1,1\\1,1))", [[1, 0], [0, 0]]),  # stata: Statalist 2008-02/307
    ("inv((0,1\\1,0))", [[0, 1], [1, 0]]),
    ("inv((1,2\\2,1))*3", [[-1, 2], [2, -1]]),
    ("inv(S) - invsym(S)", [[0, 0], [0, 0]]),
    ("cholesky(S)", [[2, 0], [1, 2]]),
    ("corr((4,3\\3,9))", [[1, 0.5], [0.5, 1]]),
    ("diag(v)", [[1, 0, 0], [0, 2, 0], [0, 0, 3]]),
    ("diag(v')", [[1, 0, 0], [0, 2, 0], [0, 0, 3]]),
    ("vecdiag(A)", [[1, 4]]),
    ("vec(A)", [[1], [3], [2], [4]]),
    ("vech(S)", [[4], [2], [5]]),
    ("invvech((4\\2\\5))", [[4, 2], [2, 5]]),
    ("hadamard(A,A)", [[1, 4], [9, 16]]),
    ("sweep(S,1)", [[0.25, 0.5], [-0.5, 4]]),
    ("J(2,3,7)", [[7, 7, 7], [7, 7, 7]]),
    ("I(2)", [[1, 0], [0, 1]]),
    ("J(rowsof(A),1,det(A))", [[-2], [-2]]),
    ("nullmat(nothing), v", [[1, 2, 3]]),
    ("nullmat(A) \\ (5,6)", [[1, 2], [3, 4], [5, 6]]),
    ("get(_b)", [[2, 1, -0.5]]),
    ("get(VCE)[1,1]", [[4]]),
    ("(1,.\\.a,2) + A", [[2, "."], [".", 6]]),
    ("(1,.)*A", [[".", "."]]),
    ("vecdiag(cholesky(diag(vecdiag(e(V)))))", [[2, 3, 0.5]]),
]


@pytest.mark.parametrize(("text", "expected"), VALUES, ids=[text for text, _ in VALUES])
def test_values(text, expected):
    session, run = prepared()
    assert run(f"matrix R = {text}") == ""
    found = session.matrices["R"].values
    wanted = np.array([[2.0**1023 if x == "." else x for x in row] for row in expected], dtype=float)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14)


LABELS = [
    ("(1,2\\3,4)", "r1 r2", "c1 c2"),
    ("A'", "b a", "r1 r2"),
    ("A*B'", "r1 r2", "p q"),
    ("A + B", "p q", "c1 c2"),  # stata: [U] 14.2, the sum has the names of the right-hand matrix
    ("2*A", "r1 r2", "b a"),
    ("inv(A)", "b a", "r1 r2"),
    ("A, B", "r1 r2", "b a c1 c2"),
    ("A \\ B", "r1 r2 p q", "b a"),
    ("v \\ v", "r1 r1", "c1 c2 c3"),
    ("A[2,1...]", "r2", "b a"),
    ("A[2,1]", "r1", "c1"),
    ("vecdiag(A)", "r1", "b a"),
    ("A#B", "r1:p r1:q r2:p r2:q", "b:c1 b:c2 a:c1 a:c2"),
    ("e(V)[1..2,3]", "y:x y:_cons", "lnsig_e:_cons"),
    ("diag(e(b))", "y:x y:_cons lnsig_e:_cons", "y:x y:_cons lnsig_e:_cons"),
    ("J(1,2,0)", "r1", "c1 c2"),
]


@pytest.mark.parametrize(("text", "rows", "columns"), LABELS, ids=[text for text, _, _ in LABELS])
def test_names_follow_the_algebra(text, rows, columns):
    session, run = prepared()
    run("matrix colnames A = b a")
    run("matrix rownames B = p q")
    assert run(f"matrix R = {text}") == ""
    made = session.matrices["R"]
    assert (" ".join(made.rownames), " ".join(made.colnames)) == (rows, columns)


ERRORS = [
    ("matrix R = A*v", "r(503): conformability error"),
    ("matrix R = A + v", "r(503): conformability error"),
    ("matrix R = A, v", "r(503): conformability error"),
    ("matrix R = A \\ v", "r(503): conformability error"),
    ("matrix R = inv(v)", "r(503): conformability error"),
    ("matrix R = A[3,1...]", "r(503): conformability error"),
    ("matrix A[3,1] = 2", "r(503): conformability error"),
    ("matrix A[2,2] = (1,2)", "r(503): conformability error"),
    ("matrix R = inv((1,2\\2,4.0)*(1,1\\0,0))", "r(506): matrix is singular"),
    ("matrix R = inv((1,.\\2,3))", "r(504): matrix has missing values"),
    ("matrix symeigen X l = (1,.\\.,3)", "r(504): matrix has missing values"),
    ("matrix R = invsym(A)", "r(505): matrix not symmetric"),
    ("matrix R = cholesky(A)", "r(505): matrix not symmetric"),
    ("matrix R = cholesky((1,2\\2,1))", "r(506): matrix not positive definite"),
    ("matrix R = nothing", "r(111): nothing not found"),
    ("matrix R = e(nothing)", "r(111): matrix e(nothing) not found"),
    ("matrix R = nothing[1,1]", "r(111): nothing not found"),
    ("matrix nothing[1,1] = 1", "r(111): matrix nothing not found"),
    ("display colsof(r(nothing))", "r(111): matrix r(nothing) not found"),
    ("display colsof(nothing)", "r(111): matrix nothing not found"),
    ("matrix dissimilarity D = x", "r(198): matrix dissimilarity is not yet available"),
    ("matrix list nothing", "r(111): matrix nothing not found"),
    ("matrix drop nothing", "r(111): matrix nothing not found"),
    ("matrix rownames nothing = a", "r(111): matrix nothing not found"),
    ("matrix colnames A = a b c", "r(503): conformability error"),
    ("matrix R = A ^ 2", "r(509): matrix operators that return matrices not allowed in this context"),
    ("display A", "r(509): matrix operators that return matrices not allowed in this context"),
    ("display inv(A)", "r(509): matrix operators that return matrices not allowed in this context"),
    ('matrix R = "text"', "r(109): type mismatch"),
    ("matrix list A, nosuch", "r(198): option nosuch not allowed"),
    ("matrix list A, means(M)", "r(198): option means not allowed"),
    ("matrix nosuch A", "r(198): invalid syntax"),
    ("matrix R = (1,2", "r(132): parentheses unbalanced"),
]


@pytest.mark.parametrize(("line", "said"), ERRORS, ids=[line for line, _ in ERRORS])
def test_errors_leave_everything_as_it_was(line, said):
    session, run = prepared()
    before = dict(session.matrices)
    assert run(line) == said
    assert session.matrices == before


NUMBERS = [
    ("A[1,2]", "2"),
    ("A[1,2] + 1", "3"),
    ("el(A,2,2)", "4"),
    ('el(A,"r2","c1")', "3"),
    ("A[3,1]", "."),
    ("det(A)", "-2"),
    ("det(A*B)", "2"),
    ("trace(A)", "5"),
    ("rowsof(v) colsof(v)", "13"),
    ("colsof((v,v))", "6"),
    ('colnumb(e(b),"lnsig_e:_cons")', "3"),
    ('colnumb(e(b),"nothing")', "."),
    ('rownumb(e(V),"y:_cons")', "2"),
    ('coleqnumb(e(b),"lnsig_e")', "2"),
    ('roweqnumb(e(V),"y:")', "1"),
    ("issymmetric(S) issymmetric(A)", "10"),
    ("matmissing(A) matmissing(r(table))", "01"),
    ("mreldif(A,A)", "0"),
    ("mreldif(A,(1,2\\3,9))", ".5"),
    ("diag0cnt((1,0\\0,0))", "1"),
    ("e(V)[2,2]^0.5", "3"),
    ('sqrt(el(e(V),"y:x","y:x"))', "2"),
    ("r(table)[1,2]", "."),
]


@pytest.mark.parametrize(("text", "shown"), NUMBERS, ids=[text for text, _ in NUMBERS])
def test_matrices_in_ordinary_expressions(text, shown):
    _, run = prepared()
    if "(1," in text or "(v,v)" in text:  # joins stand in matrix expressions only
        run(f"matrix R = {text}")
        text = "R[1,1]"
    assert run(f"display {text}") == shown


def test_elements_reach_macros_scalars_and_variables():
    session, run = prepared()
    run("local x = el(A,1,1) + A[2,2]\nlocal y `=A[2,1]'")
    assert (session.locals["x"], session.locals["y"]) == ("5", "3")
    run('scalar s = colnumb(e(b),"lnsig_e:_cons")')
    assert session.scalars["s"] == 3
    run("set obs 3\ngenerate y = A[1,2]\ngenerate z = v[1,_n]")
    assert session.data.numeric("y").tolist() == [2, 2, 2]
    assert session.data.numeric("z").tolist() == [1, 2, 3]


def test_elements_and_blocks_are_set():
    session, run = prepared()
    run("matrix A[1,2] = 20\nmatrix A[2,1] = v[1,2...]")
    assert session.matrices["A"].values.tolist() == [[1, 20], [2, 3]]
    run('matrix A["r1","c1"] = A[1,2]*2')
    run("matrix A[v[1,2], colsof(A)] = 9")
    assert session.matrices["A"].values.tolist() == [[40, 20], [2, 9]]
    run("matrix A[2,2] = 3")
    assert session.matrices["A"].values.tolist() == [[40, 20], [2, 3]]


def test_names_are_set_in_parts():
    session, run = prepared()

    def names(side: str) -> tuple[str, ...]:
        return getattr(session.matrices["A"], side)

    run("matrix rownames A = x one:y")
    assert names("rownames") == ("x", "one:y")
    run("matrix rownames A = two: z")
    assert names("rownames") == ("two:x", "one:z")
    run("matrix roweq A = eq")
    assert names("rownames") == ("eq:x", "eq:z")
    run("matrix roweq A = _")
    assert names("rownames") == ("x", "z")
    run("matrix coleq A = a b")
    assert names("colnames") == ("a:c1", "b:c2")
    run('matrix colnames A = "two words" 1.girl#c.age')
    assert names("colnames") == ("a:two words", "b:1.girl#c.age")
    run("local r : rownames A\nlocal f : colfullnames A\nlocal e : coleq A, quoted\nlocal n : rowsof A")
    assert session.locals["r"] == "x z"
    assert session.locals["f"] == "a:two words b:1.girl#c.age"
    assert session.locals["e"] == '"a" "b"'
    assert session.locals["n"] == "2"
    run("local m : roweqnumb A nothing\nlocal l : collfnames A\nlocal k : coleqnumb A b")
    assert session.locals["m"] == "."
    assert (session.locals["l"], session.locals["k"]) == ("a b", "2")


def test_loops_build_matrices():
    session, run = prepared()
    for k in (1, 2, 3):
        run(f"local i {k}\nmatrix T = nullmat(T) \\ (`i', `i'^2)")
        run(f"matrix U = nullmat(U), {k}")
    assert session.matrices["T"].values.tolist() == [[1, 1], [2, 4], [3, 9]]
    assert session.matrices["T"].rownames == ("r1", "r1", "r1")
    # stata: help _mkvec, x[1,4] has the columns c1 c1 c1 c1
    assert session.matrices["U"].colnames == ("c1", "c1", "c1")


def test_input_drop_rename_dir():
    session, run = prepared()
    assert run("matrix drop _all") == ""
    assert session.matrices == {}
    assert run("mat input first = (1,2\\3,4)") == ""
    assert run("mat inp second = (5)") == ""
    assert run("matrix dir") == "       second[1,1]\n        first[2,2]"
    assert run("matrix rename first third") == ""
    assert list(session.matrices) == ["second", "third"]
    assert run("matrix rename third second") == "r(110): second already defined"
    assert run("mat drop second third") == ""
    assert run("matrix dir") == ""


def test_random_matrices_follow_the_seed():
    session, run = prepared()
    run("set seed 3\nmatrix R = matuniform(2,3)")
    run("matrix Q = matuniform(2,3)")
    run("set seed 3\nmatrix P = matuniform(2,3)")
    R, Q, P = (session.matrices[x].values for x in "RQP")
    assert R.shape == (2, 3) and (R == P).all() and not (R == Q).all() and ((R > 0) & (R < 1)).all()
