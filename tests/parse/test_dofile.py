"""Comments, continuation, #delimit: physical lines to logical ones."""

from __future__ import annotations

import pytest

from mixedcli.parse import logical_lines, needs_more


def texts(source: str, delimiter: str = "cr") -> list[str]:
    """Logical lines with runs of blanks closed up; lines without a command left out."""
    lines = (" ".join(line.text.split()) for line in logical_lines(source, delimiter))
    return [line for line in lines if line]


CASES: list[tuple[str, list[str]]] = [
    ("", []),
    ("\n\n", []),
    ("di 1\ndi 2\n", ["di 1", "di 2"]),
    ("di 1\r\ndi 2\r\n", ["di 1", "di 2"]),
    ("\ufeffdi 1", ["di 1"]),
    # * only at the start of a command
    ("* comment\ndi 2*3", ["di 2*3"]),
    ("   * comment\n*/\ndi 1", ["di 1"]),
    ("* comment ///\n more comment\ndi 1", ["di 1"]),
    ("* it's \"open\ndi 1", ["di 1"]),
    # // needs a blank in front
    ("di 1 // comment", ["di 1"]),
    ("// comment\ndi 1", ["di 1"]),
    ("//comment\ndi 1", ["di 1"]),
    ("use http://x.org/y.dta, clear // z", ["use http://x.org/y.dta, clear"]),
    ('use "http://x.org/y.dta"', ['use "http://x.org/y.dta"']),
    ('di " // " 1 // z', ['di " // " 1']),
    ('di "http:" // z', ['di "http:"']),
    # ///
    ("mixed y x ///\n  || id:, ///\n reml\ndi 1", ["mixed y x || id:, reml", "di 1"]),
    ("mixed y x ///comment\n  || id:", ["mixed y x || id:"]),
    ("mixed y x\t/// comment\n|| id:", ["mixed y x || id:"]),
    ('di "a /// b"\ndi 2', ['di "a /// b"', "di 2"]),
    ("///\ndi 1", ["di 1"]),
    # /* */
    ("di /* one */ 1", ["di 1"]),
    ("di 1/*a*/+2", ["di 1 +2"]),
    ("di /* a /* nested */ b */ 1", ["di 1"]),
    ("mixed y x || id: t, /*\n*/ cov(un)\ndi 1", ["mixed y x || id: t, cov(un)", "di 1"]),
    ("/* a\n b\n c */\ndi 1", ["di 1"]),
    ("/* don't \"quote */ di 1", ["di 1"]),
    ("/* // */ di 1", ["di 1"]),
    ('di "/* no */"', ['di "/* no */"']),
    ("di 4*/* c */2", ["di 4* 2"]),
    ("/**/di 1", ["di 1"]),
    # strings
    ('di "a `"', ['di "a `"']),
    ('di `"say "hi // there" "\' // c', ['di `"say "hi // there" "\'']),
    ('local a "`x\'" // c', ['local a "`x\'"']),
    ('if "`x\'"=="" di 1 // c', ['if "`x\'"=="" di 1']),
    ('di "unclosed // c\ndi 2 // c', ['di "unclosed // c', "di 2"]),
    # a backslash continues nothing
    ("di 1 \\\ndi 2", ["di 1 \\", "di 2"]),
    # #delimit
    ("#delimit ;\ndi 1\n +2;\ndi 3; di 4;\n#delimit cr\ndi 5", ["di 1 +2", "di 3", "di 4", "di 5"]),
    ("#d ;\n* a\n comment; di 1; // c ; d\ndi 2;", ["di 1", "di 2"]),
    ('#delimit ;\ndi "a;b"; /* ; */ di 2;', ['di "a;b"', "di 2"]),
    ("#delimit ; di 1; di 2;\n#delimit cr\ndi 3", ["di 1", "di 2", "di 3"]),
    ("#delimit ;\ndi 1;\n#delimit cr;\ndi 2", ["di 1", "di 2"]),
    ("di 1; // not a delimiter here", ["di 1;"]),
    # the end of the file ends everything
    ("di 1 ///", ["di 1"]),
    ("di 1 /* open", ["di 1"]),
    ("#delimit ;\ndi 1", ["di 1"]),
]


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[repr(source) for source, _ in CASES])
def test_logical_lines(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_delimiter_can_be_given() -> None:
    assert texts("di 1\n+2; di 3;", ";") == ["di 1 +2", "di 3"]


def test_numbers_and_echo() -> None:
    source = "* title\nmixed y x ///\n  || id: /* c\n c */ t\n\ndi 1\n"
    lines = list(logical_lines(source))
    assert [line.number for line in lines] == [1, 2, 5, 6]
    assert lines[0].echo == ("* title",)
    assert lines[0].text.strip() == ""
    assert lines[1].echo == ("mixed y x ///", "  || id: /* c", " c */ t")
    assert lines[2].echo == ("",)
    assert lines[3].echo == ("di 1",)


def test_echo_with_semicolons() -> None:
    lines = list(logical_lines("#delimit ;\ndi 1\n  +2; di 3;\n"))
    assert [line.echo for line in lines] == [("#delimit ;",), ("di 1", "  +2;"), (" di 3;",)]


@pytest.mark.parametrize(
    "source",
    [
        "mixed y x ///\n  || id: /* c\n c */ culprit",
        "mixed y /* a */ /* b */ culprit",
        "di 0\n\n  di culprit",
        "culprit",
        "#delimit ;\ndi 1; di\n  culprit;",
        'di "a" `"b"\' "c"   culprit',
    ],
)
def test_positions_lead_back_to_the_file(source: str) -> None:
    line = list(logical_lines(source))[-1]
    row, column = line.locate(line.text.index("culprit"))
    assert source.split("\n")[row - 1][column - 1 :].startswith("culprit")


MORE = [
    ("", False),
    ("di 1", False),
    ("di 1 ///", True),
    ("di 1 ///\n", True),
    ("di 1 ///\n+2", False),
    ("di 1 /// comment", True),
    ('di "///"', False),
    ("di /* c", True),
    ("di /* c\nd */", False),
    ("/* a /* b */", True),
    ("* c ///", True),
    ("// c", False),
    ("di 1\ndi 2 ///", True),
    ("#delimit ;", False),
    ("#delimit ;\ndi 1", True),
    ("#delimit ;\ndi 1;", False),
]


@pytest.mark.parametrize(("text", "more"), MORE, ids=[repr(text) for text, _ in MORE])
def test_needs_more(text: str, more: bool) -> None:
    assert needs_more(text) is more


def test_needs_more_before_a_semicolon() -> None:
    assert needs_more("di 1", ";")
    assert not needs_more("di 1;", ";")
    assert not needs_more("", ";")
