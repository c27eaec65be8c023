"""The command line: arguments, where the commands come from, exit status."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from mixedcli import __version__
from mixedcli.dispatch import Record, Runner
from mixedcli.render.console import Console, OutputFailed, ProgressBar, emit, wants_colour
from mixedcli.session import Session, Settings

#: Python frames that programs within programs, blocks within blocks may take
FRAMES = 6000
OK, FAILED, USAGE, BUG, INTERRUPTED = 0, 1, 2, 70, 130

_DESCRIPTION = "Fit linear mixed-effects models as Stata's mixed command does."
_EPILOG = """\
What runs:
  DOFILE [ARG ...]   a do-file; its arguments are `1', `2', ... inside it
  a command          when there is no such file, as in
                     mixedcli -d pig.dta 'mixed weight week || id:'
  -                  commands from standard input
  nothing            an interactive prompt, if standard input is a terminal

Exit status: 0 all commands succeeded, 1 a command failed, 2 wrong usage,
70 internal error, 130 interrupted.
"mixedcli help" lists the commands, "mixedcli help mixed" explains one."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mixedcli",
        usage="mixedcli [OPTIONS] [DOFILE [ARG ...]]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("what", nargs="*", help=argparse.SUPPRESS)
    add(
        "-d", "--data", metavar="FILE", help="load a data set first: .dta, .csv, .tsv (also .gz), .parquet, .sav, .xlsx"
    )
    add("-c", "--command", action="append", default=[], metavar="CMD", help="run a command; may be repeated")
    add("-b", "--batch", action="store_true", help="write the output of DOFILE to a .log beside it, too")
    add("--json", action="store_true", help="one JSON object per command on standard output instead of tables")
    add("--linesize", type=_linesize, metavar="N", help="output width, 40 to 255 (default 79, or the terminal's)")
    add("--no-color", action="store_true", help="plain text on a terminal, too")
    add("--quiet", action="store_true", help="results only: do not echo commands")
    add("--continue", dest="keep_going", action="store_true", help="go on after a failing command")
    add("--check", action="store_true", help="run nothing: list what in DOFILE could not run, with line numbers")
    add("--allow-shell", action="store_true", help="let do-files run shell commands (! and shell)")
    add("--version", action="version", version=f"mixedcli {__version__}")
    return parser


class _Help(argparse.RawDescriptionHelpFormatter):
    """A fixed width: asking the terminal would load shutil in every run."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=20, width=78)


def _linesize(text: str) -> int:
    value = int(text)
    if not 40 <= value <= 255:
        raise argparse.ArgumentTypeError("must be between 40 and 255")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status."""
    _open_closed_streams()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), FRAMES))
    try:
        arguments = _parser().parse_intermixed_args(argv)
    except SystemExit as e:
        return int(e.code or 0)
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OutputFailed as e:
        # keep the interpreter from complaining again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED if e.reader_left else _complain(str(e))
    except Exception:
        import traceback

        traceback.print_exc()
        sys.stderr.write("internal error: this is a bug of mixedcli; please report it with the lines above\n")
        return BUG


def _open_closed_streams() -> None:
    """A process may be started with its standard streams closed: then nothing is read and nothing shown."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole run


def _main(arguments: argparse.Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    what = arguments.what
    script = _existing(what[0]) if what and what[0] != "-" else None
    if script is None and what and what[0].endswith(".do") and len(what[0].split()) == 1:
        return _complain(f"r(601): file {what[0]} not found")
    if arguments.check:
        return _check(arguments, script)
    if arguments.batch and script is None:
        return _complain("--batch needs a do-file\nTry 'mixedcli --help'.", USAGE)
    with ExitStack() as stack:
        log = None
        if script is not None and arguments.batch:
            try:
                log = stack.enter_context(script.with_suffix(".log").open("w", encoding="utf-8"))
            except OSError as e:
                return _complain(f"r(603): file {e.filename} could not be opened")
        session = Session(settings=Settings(linesize=_width(arguments)), allow_shell=arguments.allow_shell)
        if sys.stderr.isatty():
            session.progress = ProgressBar(sys.stderr)
        interactive = not (what or arguments.command) and sys.stdin.isatty()
        runner = _runner(arguments, session, log, echo=not arguments.quiet and _echoes(arguments, script))
        if arguments.data is not None:
            record = runner.load(arguments.data)
            if record.failed and not (interactive or arguments.keep_going):
                return _status(runner, record.rc)
        if interactive:
            from mixedcli.shell import interact

            return interact(runner)
        return _status(runner, _run(arguments, script, runner))


def _check(arguments: argparse.Namespace, script: Path | None) -> int:
    """List what in a script could not run."""
    if script is None and arguments.what[:1] != ["-"]:
        return _complain("--check needs a do-file\nTry 'mixedcli --help'.", USAGE)
    from mixedcli.dispatch.checking import check

    name = "stdin" if script is None else str(script)
    text = _decoded(sys.stdin.buffer.read() if script is None else script.read_bytes())
    findings = check(text, allow_shell=arguments.allow_shell)
    for finding in findings:
        if arguments.json:
            from mixedcli.render.json import dumps

            error = finding.error
            row = {"line": finding.line, "column": finding.column or None, "rc": error.rc, "error": error.message}
            emit(sys.stdout, dumps(row) + "\n")
        else:
            emit(sys.stdout, f"{name}:{finding}\n")
    return FAILED if findings else OK


def _complain(message: str, status: int = FAILED) -> int:
    sys.stderr.write(f"mixedcli: {message}\n")
    return status


def _echoes(arguments: argparse.Namespace, script: Path | None) -> bool:
    """A single command given as an argument is not echoed."""
    one_liner = bool(arguments.what) and arguments.what[0] != "-" and script is None
    return not one_liner or bool(arguments.command)


def _runner(arguments: argparse.Namespace, session: Session, log: TextIO | None, *, echo: bool) -> Runner:
    colour = wants_colour(sys.stdout, arguments.no_color)
    runner = Runner(
        session,
        None if arguments.json else Console(sys.stdout, colour=colour, log=log),
        errors=sys.stderr,
        echo=echo,
        keep_going=arguments.keep_going,
        carets=sys.stderr.isatty(),
    )
    if arguments.json:
        from mixedcli.dispatch.json_record import as_object
        from mixedcli.render.json import dumps

        def report(record: Record) -> None:
            emit(sys.stdout, dumps(as_object(record, session)) + "\n")

        runner.report = report
    return runner


def _existing(name: str) -> Path | None:
    """The do-file a first argument names, with or without its .do; None if there is none."""
    for path in (Path(name), Path(name + ".do")):
        try:
            if path.is_file() or path.is_fifo():
                return path
        except (OSError, ValueError):  # a long command is no file name
            return None
    return None


def _run(arguments: argparse.Namespace, script: Path | None, runner: Runner) -> int:
    last = 0
    for k, command in enumerate(arguments.command, 1):
        rc = runner.run_text(command, f"command {k}" if len(arguments.command) > 1 else "command")
        last = rc or last
        if runner.stopped or (rc and not arguments.keep_going):
            return last
    what = arguments.what
    if script is not None:
        runner.arguments(what[1:])
        rc = runner.run_text(_decoded(script.read_bytes()), str(script))
    elif what and what[0] != "-":
        rc = runner.run_text(" ".join(what), "command")
    elif what or not arguments.command:
        runner.arguments(what[1:])
        rc = runner.run_text(_decoded(sys.stdin.buffer.read()), "stdin")
    else:
        rc = 0
    return rc or last


def _decoded(raw: bytes) -> str:
    """A do-file is UTF-8; older ones are Latin-1."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _width(arguments: argparse.Namespace) -> int:
    if arguments.linesize is not None:
        return int(arguments.linesize)
    if not sys.stdout.isatty():
        return 79
    columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return min(max(columns, 79), 255)


def _status(runner: Runner, rc: int) -> int:
    if runner.interrupted:
        return INTERRUPTED
    return FAILED if rc else OK
