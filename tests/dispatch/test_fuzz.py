"""Hostile texts: a do-file runs or fails with a return code; it never crashes, hangs or escapes."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixedcli.dispatch import Runner
from mixedcli.dispatch.checking import check
from mixedcli.parse import needs_more
from mixedcli.render.console import Console
from mixedcli.session import Session

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: no exit (it is no failure) and nothing that reads or writes files
_PIECES = r"""foreach forvalues if else { } program define end local global ` ' `" "' " $ ${ x y `x' `=1+1' `++x' :
    word count of in 1/3 = == + - * ( ) [ ] , ; // /* */ /// \n \n \n #delimit quietly capture noisily by bysort display
    gen replace summarize syntax varlist args tokenize gettoken return scalar matrix ereturn sreturn continue break
    preserve restore tempvar error 9 1e308 . .a _n _N mata python xi: statsby eststo version 13 set obs 3 list
    macro shift drop _all marksample markout label define values \` \$ macval( e(b) _b[x] % %9f 日本 NUL ESC BOM"""
_SPECIAL = {r"\n": "\n", "NUL": "\x00", "ESC": "\x1b", "BOM": "\ufeff"}
PIECES = st.sampled_from([_SPECIAL.get(piece, piece) for piece in _PIECES.split()])
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=40).map(" ".join),
    st.lists(PIECES, max_size=40).map("".join),
    st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")),
)


#: commands of the language, with a beginning that makes sense more often than not
_COMMANDS = """local a|local a =|local a :|local a : word 2 of|local a : list a -|local a : subinstr local a|
    local a : label (x)|local a : display|local a : dir|local a : piece 1 2 of|local a : colnames|local a : all|
    local a : permname|global g|macro list|macro drop|macro shift|tokenize|gettoken a b :|syntax varlist|syntax [, a(|
    syntax|args|return scalar a =|return local|return matrix|ereturn post|ereturn repost|ereturn local|ereturn scalar|
    sreturn local|program drop|program list|marksample t|mark m|markout x|preserve|restore|scalar s =|display|
    generate a =|replace x =|by x:|bysort x (y): generate b =|by x, sort: summarize|statsby a=|
    statsby, by(x): summarize|eststo|quietly|capture noisily|tempvar|tempname|error|continue|if x|if 1 display|else|
    version|foreach a in|set|exit 0 +|do|collect:|noisily by|confirm variable|confirm new|confirm number|assert x|
    confirm numeric|confirm integer|confirm format|confirm existence|levelsof x|levelsof x, local(|ds|ds, has(|ds, not(|
    lookfor|unab a :|tsunab a :|fvunab a :|numlist|numlist "1/3"|notes|notes x:|notes drop|notes replace x in 1 :|
    notes list|char x[|char define x[a]|char list|char rename|file open h using a,|file write h|file read h|file close|
    file seek|postfile h a using b|post h (|postclose h|timer|timer on 1|timer list|label define l|label values x|
    label list|label save|label copy|label language|codebook|codebook x, tabulate(|labelbook|clear|log|log using a,|
    log close|log query|type|dir|pwd|which|assert|confirm"""
COMMANDS = st.sampled_from([command.strip() for command in _COMMANDS.split("|")])
LINES = st.lists(st.tuples(COMMANDS, st.lists(PIECES.filter(lambda p: "\n" not in p), max_size=8)), max_size=12).map(
    lambda rows: "\n".join(f"{head} {' '.join(rest)}" for head, rest in rows)
)


def run(text: str) -> tuple[int, Session]:
    session = Session()
    session.settings = replace(session.settings, cwd="/nonexistent")  # no file is found, none is written
    runner = Runner(session, Console(io.StringIO()), errors=io.StringIO(), keep_going=True, echo=True)
    return runner.run_text(text, "fuzz.do"), session


@settings(parent=QUICK, max_examples=300)
@given(st.one_of(TEXTS, LINES))
def test_any_text_runs_or_fails_with_a_code(text: str) -> None:
    if "while" in text:
        text = text.replace("while", "if")
    rc, _ = run("set obs 4\ngen x = _n\ngen y = x^2\n" + text)
    assert isinstance(rc, int)


@QUICK
@given(TEXTS)
def test_any_text_can_be_checked_and_typed_at_a_prompt(text: str) -> None:
    check(text)
    assert needs_more(text) in (True, False)


@QUICK
@given(st.lists(PIECES, max_size=15).map(" ".join), TEXTS)
def test_any_program_can_be_called_with_anything(body: str, typed: str) -> None:
    line = typed.replace("\n", " ").replace("\r", " ")
    rc, session = run(f"program p, rclass\n{body}\nend\ncapture noisily p {line}\n")
    assert isinstance(rc, int)
    assert session.by is None


#: files are there, and what is written goes no further than their folder
_FILES = """file open h using a.txt,|file open h using a.txt, write replace|file open h using a.txt, read|
    file open h using a.bin, read write binary|file write h|file write h "a" _n|file read h a|file read h|
    file read h %8z|file write h %4b (|file seek h|file close h|file close _all|file query|
    postfile h str3 a double b using b, replace|postfile h|post h (|post h ("a") (1)|postclose h|postutil|
    log using c, replace|log using c.log, append|log using d, text name(x) replace|log close|log off|log on|
    log close _all|cmdlog using e, replace|cmdlog close|
    type a.txt|confirm file a.txt|use b, clear|save b, replace|label save using f,|
    display"""
FILES = st.sampled_from([command.strip() for command in _FILES.split("|")])
_BARE = PIECES.filter(lambda piece: not set(piece) & set("\n/.`$"))


@settings(parent=QUICK, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FILES, st.lists(_BARE, max_size=3)), max_size=12))
def test_files_are_read_and_written_or_refused(tmp_path: Path, rows: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(f"{head} {' '.join(rest)}" for head, rest in rows)
    session = Session()
    session.settings = replace(session.settings, cwd=str(tmp_path))
    runner = Runner(session, Console(io.StringIO()), errors=io.StringIO(), keep_going=True, echo=True)
    assert isinstance(runner.run_text("set obs 2\ngen x = _n\n" + text, "fuzz.do"), int)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_macros_hold_any_text(value: str) -> None:
    session = Session()
    runner = Runner(session)
    session.locals["held"] = value
    runner.execute("local copied `macval(held)'")
    runner.execute('display "`macval(held)\'"')
    runner.execute("local n : word count `macval(held)'")


DEEP = 3000


@pytest.mark.parametrize(
    "text",
    [
        "if 1 {\n" * DEEP + "}\n" * DEEP,
        "if 1 {\n" * DEEP,
        "}\n" * DEEP,
        "program p\n" * DEEP,
        "capture {\n" * 60 + "display 1\n" + "}\n" * 60,
        "display " + "(" * DEEP + "1" + ")" * DEEP,
        "display 1" + "+1" * DEEP,
        "display " + "`" * DEEP + "x" + "'" * DEEP,
        "if " + "1 if " * DEEP + "display 1",
        "quietly " * DEEP + "display 1",
        "local x " + '`"' * DEEP + "\"'" * DEEP,
        "statsby, by(x): " * 50 + "summarize x",
        "local m : list " + "a " * DEEP,
        "local x \\`x'\\`x'\ndisplay \"`x'\"",
        "display \"" + "a" * 1_000_000,
        "local m " + "word " * 200_000 + "\nlocal n : word count `m'",
        "summarize " + "x" * 1_000_000,
        "/*" * DEEP,
        "foreach " + "x " * 100_000 + "{\n}",
        "tokenize " + '"a' * 50_000,
        "gettoken a b : c, parse(" + '"' * 999 + ")",
        "syntax [" + "[" * DEEP,
        "return scalar x = " + "[" * DEEP,
        "forvalues i = " + "1" * 100_000 + "/3 {\n}",
        "by " + "x " * 50_000 + ": summarize",
        "x" * 100_000 + ":" * 1000,
        "statsby " + "(" * DEEP + ", by(x): summarize x",
        "bootstrap " + "a=b " * 20_000 + ": summarize x",
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_huge_and_deep_texts_end_soon(text: str) -> None:
    rc, _ = run("set obs 2\ngen x = _n\n" + text)
    check(text)
    assert isinstance(rc, int)  # a square or worse of these sizes would not come to its end


@pytest.mark.parametrize(
    "text",
    [
        "!touch made",
        "shell touch made",
        "quietly !touch made",
        "capture shell touch made",
        'local x `=shell("touch made")\'',
        "local x : shell touch made",
        "local x $(touch made)",
        "display `$(touch made)'",
        "program p\n!touch made\nend\np",
        "__import__('os').system('touch made')",
        'mata: _stata("touch made")',
        "python: import os; os.system('touch made')",
        "if 1 !touch made",
        "foreach x in 1 {\n!touch made\n}",
        "local f : environment `=!touch made'",
        'do "|touch made"',
        'use "|touch made"',
        "statsby, by(x): !touch made",
        "tempfile f\n!touch made",
        'type "|touch made"',
        'confirm file "|touch made"',
        'file open h using "|touch made", read',
        'copy "|touch made" b',
        "notes: `!touch made'",
        "char _dta[a] !touch made\nlocal x `_dta[a]'\n`_dta[a]'",
        'numlist "`=!touch made\'"',
    ],
)
def test_nothing_reaches_the_system(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("set obs 2\ngen x = _n\n" + text)
    assert list(tmp_path.iterdir()) == []
