"""--check: what could not run, found without running."""

from __future__ import annotations

import pytest

from mixedcli.dispatch.checking import check

FOUND = [
    ("nosuch x", ["1:1: r(199): command nosuch is unrecognized"]),
    ("display 1\n\n  display (1", ["3:11: r(132): too few ')' or ']'"]),
    ("summarize x, nosuch", ["1:14: r(198): option nosuch not allowed"]),
    ("summarize using a", ["1: r(101): using not allowed"]),
    ("foreach v in a b {\n nosuch `v'\n}", ["2:2: r(199): command nosuch is unrecognized"]),
    ("forvalues i = 1/n {\n}", ["1: r(198): invalid syntax"]),
    ("while 1 + {\n}", ["1: r(198): invalid syntax"]),
    ("if 1 nosuch", ["1:6: r(199): command nosuch is unrecognized"]),
    ("if 1 {\n nosuch\n}\nelse nosuch2", ["2:2: r(199): command nosuch is unrecognized",
                                          "4:6: r(199): command nosuch2 is unrecognized"]),
    ("mata:\nx\nend\nnosuch", ["1: r(198): mata is not available", "4:1: r(199): command nosuch is unrecognized"]),
    ("quietly mfp: summarize x", ["1:9: r(198): prefix mfp is not yet available"]),
    ("by g, nosuch: summarize x", ["1:1: r(198): option nosuch not allowed"]),
    ("statsby, by(g): nosuch", ["1:1: r(199): command nosuch is unrecognized"]),
    ("foreach v in a {\ndisplay 1", ["1: r(612): unexpected end of file"]),
    ("summarize `v', nosuch", ["1:16: r(198): option nosuch not allowed"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "findings"), FOUND, ids=[text for text, _ in FOUND])
def test_findings(text: str, findings: list[str]) -> None:
    assert [str(finding) for finding in check(text)] == findings


@pytest.mark.parametrize(
    "text",
    [
        "use data, clear\n* note\nmixed y x || id:, cov(un) reml\n",
        "p x\nprogram p\n args a\n display `a'\nend\n",
        "`cmd' x y\n$cmd x\n`a'`b' c, d(e)\n",
        "summarize x, sep(`k') `opt'\nlist in 1/`n'\n",
        "foreach v of varlist x* {\n summarize `v'\n}\nforeach v of local list {\n}\n",
        "if `x' == 1 display 1\nelse if `y' {\n display 2\n}\n",
        "local x : word count a b\nlocal y = `x' + 1\nglobal z\n",
        "by g, sort: summarize x\neststo m1: quietly mixed y x\n",
        "#delimit ;\nsummarize\n x;\n",
    ],
)
def test_nothing_is_found_in_what_can_run(text: str) -> None:
    assert [str(finding) for finding in check(text)] == []


def test_shell_commands_are_found_unless_they_are_allowed() -> None:
    assert len(check("!ls\nshell ls\n")) == 2
    assert check("!ls\nshell ls\n", allow_shell=True) == []


def test_nothing_runs(tmp_path) -> None:  # type: ignore[no-untyped-def]
    check(f'!touch {tmp_path}/a\nlocal f : dir "{tmp_path}" files "*"\nsave "{tmp_path}/b"\n', allow_shell=True)
    assert list(tmp_path.iterdir()) == []


NEW_COMMANDS = [
    ("levelsof x, nosuch", "option nosuch not allowed"),
    ("ds, nosuch", "option nosuch not allowed"),
    ("codebook x, nosuch", "option nosuch not allowed"),
    ("labelbook, nosuch", "option nosuch not allowed"),
    ("log using a, nosuch", "option nosuch not allowed"),
    ("copy a b, nosuch", "option nosuch not allowed"),
    ("assert x == , fast", "invalid syntax"),
    ("assert x == 1, nosuch", "option nosuch not allowed"),
    ("checksum x", "checksum is not yet available"),
]


@pytest.mark.parametrize(("text", "message"), NEW_COMMANDS, ids=[text for text, _ in NEW_COMMANDS])
def test_findings_in_commands_about_files_and_names(text: str, message: str) -> None:
    (finding,) = check(f"display 1\n{text}\n")
    assert finding.line == 2
    assert finding.error.message == message


def test_a_script_that_asks_and_writes_has_no_findings() -> None:
    text = """capture log close
log using out.log, text replace name(a)
capture confirm variable bmi, exact
if _rc assert _N == 10
levelsof site, local(sites) clean
ds, has(type string)
unab v : x*
numlist "1/3", integer
tempname h
file open `h' using "a.txt", write replace
file write `h' "a," %9.3f (e(ll)) _n
file close `h'
postfile `h' str8 m double(a b) using res, replace
post `h' ("x") (1) (2)
postclose `h'
timer on 1
notes x: a note, with a comma (and more
char x[omit] 3
label save using labs
mkdir figs
cd "C:\\Users\\ann"
codebook, compact
"""
    assert [str(finding) for finding in check(text)] == []


def test_a_long_script_is_checked_to_its_end() -> None:
    """How long it takes: benchmarks/parsing.py."""
    lines = [f'generate x{k} = ln(y{k}) if z > {k}\nmixed y i.g{k}##c.t || id: t, cov(un)\nlabel variable x{k} "no {k}"'
             for k in range(1000)]  # fmt: skip
    assert [finding.line for finding in check("\n".join([*lines, "nosuch"]))] == [3001]
