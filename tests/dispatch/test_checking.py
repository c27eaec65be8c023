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
    ("quietly permute x: summarize x", ["1:9: r(198): prefix permute is not yet available"]),
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
