"""Programs: arguments, syntax, returned results, samples, temporary things, scripts in scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from driver import Driver, started

from mixedcli.errors import StataError


def test_arguments_have_numbers_and_names() -> None:
    d = started()
    text = "program p\nargs first second third\ndisplay `\"`0'|`1'|`second'|`third'|\"'\nend\n"
    assert d.lines(text + 'p a "b c"\n') == ['a "b c"|a|b c||']


def test_programs_have_their_own_macros() -> None:
    d = started()
    d("local m outer\nprogram p\nlocal m inner\nglobal g seen\nend\np\n")
    assert d.session.locals["m"] == "outer"
    assert d.session.globals["g"] == "seen"


def test_an_rclass_program_returns() -> None:
    d = started()
    d("program p, rclass\nquietly summarize y\nreturn scalar m = r(mean)\nreturn local t : type x\nend\np\n")
    assert d.rc == 0
    assert dict(d.session.r.scalars) == {"m": 6.5}
    assert dict(d.session.r.macros) == {"t": "double"}


def test_other_programs_leave_r_of_their_commands() -> None:
    d = started()
    d("program p\nquietly summarize y\nend\np\n")
    assert d.session.r.scalars["mean"] == 6.5


def test_return_add_keeps_what_was_there() -> None:
    d = started()
    d("program p, rclass\nquietly summarize y\nreturn add\nreturn scalar N = 1\nend\np\n")
    assert d.session.r.scalars["mean"] == 6.5
    assert d.session.r.scalars["N"] == 1


def test_a_failing_program_leaves_r_alone() -> None:
    d = started()
    d("quietly summarize y\nprogram p, rclass\nreturn scalar z = 1\nerror 459\nend\ncapture p\n")
    assert d.session.rc == 459
    assert "z" not in d.session.r.scalars


def test_ereturn_posts_results() -> None:
    d = started()
    d("quietly mixed y x\nprogram p, eclass\ntempname b V\nmatrix `b' = e(b)\nmatrix `V' = e(V)\n"
      "generate byte touse = y > 5\nereturn post `b' `V', obs(4) esample(touse)\nereturn scalar k = 3\n"
      "ereturn local cmd p\nend\np\n")  # fmt: skip
    assert d.rc == 0, d.errors.getvalue()
    assert dict(d.session.e.scalars) == {"N": 4, "k": 3}
    assert d.session.e.macros["cmd"] == "p"
    assert d.session.estimates is not None
    assert d.session.estimates.sample is not None
    assert d.session.estimates.sample.tolist() == [False, True, True, True]
    assert "touse" not in d.session.data
    assert not d.session.matrices


def test_post_refuses_what_does_not_match() -> None:
    d = started()
    d("quietly mixed y x\nmatrix V = e(V)\nmatrix b = e(V)\nereturn post b V\n")
    assert d.rc == 503


def test_sreturn() -> None:
    d = started()
    d('sreturn local a "one two"\nlocal m `s(a)\'\n')
    assert d.session.locals["m"] == "one two"


def test_marksample_marks_complete_observations() -> None:
    d = started()
    shown = d.lines(
        "program p\nsyntax varlist [if] [in]\nmarksample touse\ncount if `touse'\nlist `touse', noobs clean noheader\n"
        "end\np x y if y < 8\n"
    )
    assert shown[0].strip() == "3"
    assert [row.strip() for row in shown[1:]] == ["1", "1", "0", "1"]
    assert d.session.data.names == ("x", "y", "s")


def test_marksample_and_strings() -> None:
    d = started()
    text = "program p\nsyntax varlist, [strok]\nmarksample touse, `strok'\ncount if `touse'\nend\n"
    assert [row.strip() for row in d.lines(text + "p y s\np y s, strok\n")] == ["0", "3"]


def test_markout() -> None:
    d = started()
    d("mark m if y > 5\nmarkout m x\n")
    assert d.session.data.numeric("m").tolist() == [0, 1, 0, 1]


def test_temporary_things_end_with_the_program(tmp_path: Path) -> None:
    d = started()
    d("program p\ntempvar v\ntempname m\ntempfile f\ngen `v' = 1\nscalar `m' = 2\nquietly save \"`f'\"\n"
      "global kept `f'.dta\nend\np\n")  # fmt: skip
    assert d.rc == 0, d.errors.getvalue()
    assert d.session.data.names == ("x", "y", "s")
    assert not d.session.scalars


def test_preserve_brings_the_data_back_at_the_end() -> None:
    d = started()
    d("program p\npreserve\ndrop in 1/3\nend\np\n")
    assert d.session.data.n == 4
    d("preserve\ndrop in 1/3\nrestore\n")
    assert d.session.data.n == 4
    d("preserve\ndrop in 1/3\nrestore, not\n")
    assert d.session.data.n == 1


def test_a_failing_program_gives_the_data_back() -> None:
    d = started()
    d("program p\npreserve\ndrop in 1/3\nnosuch\nend\ncapture p\n")
    assert d.session.data.n == 4


def test_restored_data_keep_only_their_own_estimation_samples() -> None:
    d = started()
    d("quietly mixed y x\npreserve\nsort y\nkeep if x < 3\nrestore\ncount if e(sample)\n")
    assert d.session.estimates is not None
    assert d.session.estimates.sample is not None
    assert d.session.estimates.sample.tolist() == [True, True, False, True]
    d("preserve\nreplace y = y + x^2\nquietly mixed y x\nrestore\n")
    assert d.session.estimates.sample is None


@pytest.mark.parametrize(("line", "rc"), [("restore", 622), ("preserve\npreserve", 621)])
def test_preserve_refusals(line: str, rc: int) -> None:
    d = started()
    d(line)
    assert d.rc == rc


def test_an_error_names_file_line_and_calls() -> None:
    d = started()
    d("program inner\n  summarize nosuch\nend\nprogram outer\n  inner\nend\n\nforeach k in 1 {\n  outer\n}\n")
    assert d.errors.getvalue() == (
        "a.do:2:13: r(111): variable nosuch not found\n"
        "  in program inner, called at a.do:5\n"
        "  in program outer, called at a.do:9\n"
    )


def test_json_names_the_calls() -> None:
    d = started()
    d("program p\n  error 5\nend\np\n")
    assert d.records[-1].calls == ("in program p, called at a.do:4",)
    assert (d.records[-1].line, d.records[-1].rc) == (2, 5)


def test_programs_may_not_be_defined_twice() -> None:
    d = started()
    d("program p\nend\ncapture program drop p\nprogram p\ndisplay 2\nend\np\n")
    assert d.rc == 0
    d("program p\nend\n")
    assert d.rc == 110
    d("program drop nosuch\n")
    assert d.rc == 111


def test_endless_recursion_is_refused() -> None:
    d = started()
    d("program p\nif 1 {\np\n}\nend\np\n")
    assert d.rc == 1000
    assert len(d.errors.getvalue().splitlines()) < 10


def test_exit_leaves_a_program() -> None:
    d = started()
    assert d.lines("program p\ndisplay 1\nexit\ndisplay 2\nend\np\ndisplay 3\n") == ["1", "3"]
    d("program q\nexit 459\nend\nq\n")
    assert d.rc == 459


def test_noisily_within_a_quiet_program_stays_quiet() -> None:
    d = started()
    text = "program p\nquietly {\ndisplay 1\nnoisily display 2\n}\nend\n"
    assert d.lines(text + "p\n") == ["2"]
    assert d.lines("quietly p\n") == []


def test_a_do_file_in_a_do_file(tmp_path: Path) -> None:
    (tmp_path / "sub.do").write_text("local m inner\ndisplay \"`1' `0'\"\n")
    d = Driver(echo=True)
    shown = d(f'local m outer\ndo "{tmp_path}/sub" a b\ndisplay "`m\'"\n')
    assert shown == (
        f'. local m outer\n\n. do "{tmp_path}/sub" a b\n\n. local m inner\n\n. display "`1\' `0\'"\na a b\n\n. \n'
        'end of do-file\n\n. display "`m\'"\nouter\n\n'
    )


def test_run_is_silent_and_include_shares_macros(tmp_path: Path) -> None:
    (tmp_path / "sub.do").write_text("local m inner\ndisplay 1\n")
    d = Driver()
    assert d.lines(f'run "{tmp_path}/sub.do"\nlocal k `m\'\ninclude "{tmp_path}/sub.do"\ndisplay "`m\'"\n') == [
        "1",
        "inner",
    ]


def test_a_failing_do_file_in_a_do_file(tmp_path: Path) -> None:
    (tmp_path / "sub.do").write_text("display 1\nnosuch\n")
    d = Driver(echo=True)
    shown = d(f'do "{tmp_path}/sub.do"\n')
    # stata: logs end with "r(198);", a blank line, "end of do-file", a blank line and "r(198);" again
    assert shown.endswith(". nosuch\ncommand nosuch is unrecognized\nr(199);\n\nend of do-file\n\nr(199);\n\n")
    assert d.errors.getvalue().splitlines()[1] == f"  in do-file {tmp_path}/sub.do, called at a.do:1"


def test_a_missing_do_file() -> None:
    d = Driver()
    d("do nosuchfile\n")
    assert d.rc == 601
    assert "file nosuchfile.do not found" in d.errors.getvalue()


def test_shell_needs_leave(tmp_path: Path) -> None:
    d = Driver()
    d(f"!touch {tmp_path}/made\n")
    assert d.rc == 198
    assert not (tmp_path / "made").exists()
    d.session.allow_shell = True
    assert d.lines("! echo hi\nshell echo ho\n") == ["hi", "ho"]


def test_error_speaks() -> None:
    d = Driver()
    assert d("error 2000\n") == "no observations\nr(2000);\n\n"
    assert d("error 0\n") == "\n"
    assert d("capture error 7\ndisplay _rc\n").split() == ["7"]


def test_errors_with_a_chosen_code_travel() -> None:
    import pickle

    from mixedcli.errors import Coded

    copied: StataError = pickle.loads(pickle.dumps(Coded(77, "x")))
    assert (copied.rc, copied.message) == (77, "x")


def test_ereturn_display_shows_what_was_posted() -> None:
    d = started()
    d("program p, eclass\ntempname b V\nmatrix `b' = e(b)\nmatrix `V' = e(V)\nereturn post `b' `V'\nend\n"
      "quietly mixed y x\n")  # fmt: skip
    assert d.session.estimates is not None
    b, v = (d.session.e.matrices[name].values for name in "bV")
    z = b[0, 0] / v[0, 0] ** 0.5
    shown = d("p\nereturn display\n")
    assert d.rc == 0, d.errors.getvalue()
    row = next(text for text in shown.splitlines() if text.lstrip().startswith("x |"))
    cells = row.replace("|", " ").split()
    assert [float(cell) for cell in cells[1:4]] == pytest.approx([b[0, 0], v[0, 0] ** 0.5, z], rel=1e-2)
    assert "lns" in shown
    assert d.lines("test x")[-1].strip().startswith("Prob > chi2")


def test_sortpreserve_gives_the_order_back() -> None:
    d = started()
    d("sort y\nprogram p, sortpreserve\nsort x\nreplace x = x + 1\nend\np\n")
    assert d.session.data.names == ("x", "y", "s")
    assert d.session.data.numeric("y").tolist() == [5, 6, 7, 8]
    assert d.session.data.numeric("x").tolist()[:3] == [2, 3, 5]
    assert d.session.data.sorted_by == ("y",)


def test_temporary_files_of_a_session_go_with_it() -> None:
    d = started()
    d("tempfile f\nquietly save `f'\n")
    made = Path(d.session.locals["f"])
    assert made.exists() or made.with_suffix(".dta").exists() or Path(f"{made}.dta").exists()
    del d.runner
    import gc

    gc.collect()
    assert not made.exists()


BYABLE = """
program counted, rclass byable(recall)
    syntax varlist [if] [in]
    marksample touse
    marksample all, noby
    quietly count if `touse'
    display "here " r(N)
    quietly count if `all'
    return scalar everywhere = r(N)
end
"""


def test_a_byable_program_runs_once_for_each_group() -> None:
    d = started()
    d(BYABLE)
    d("drop _all\nset obs 7\ngenerate g = mod(_n, 2)\ngenerate x = _n\n")
    shown = d.lines("bysort g: counted x if x > 1\n")
    assert [row for row in shown if row.startswith(("->", "here"))] == ["-> g = 0", "here 3", "-> g = 1", "here 3"]
    assert d.session.r.scalars["everywhere"] == 6


def test_other_programs_may_not_stand_behind_by() -> None:
    d = started()
    d("program plain\nend\nsort x\n")
    d("capture by x: plain\n")
    assert d.session.rc == 190


def test_arguments_of_a_do_file_as_typed(tmp_path: Path) -> None:
    (tmp_path / "one.do").write_text("global all `\"`0'\"'\nglobal second `\"`2'\"'\n")
    d = started()
    d(f'do "{tmp_path}/one.do" 3 "a b", nostop\n')
    assert d.session.globals == {"all": '3 "a b"', "second": "a b"}
