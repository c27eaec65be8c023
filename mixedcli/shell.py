"""The interactive prompt: history, editing, completion, continuation lines; Ctrl-C stops a command, not the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mixedcli import __version__
from mixedcli.dispatch import Runner
from mixedcli.dispatch.completion import candidates

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.document import Document


def interact(runner: Runner) -> int:
    """Read, run and show commands until exit or the end of input; returns the exit status (always 0)."""
    runner.echo = False
    runner.errors = None
    runner.underline = True
    runner.session.interactive = True
    prompt = _session(runner)
    sys.stdout.write(f'mixedcli {__version__}. Type "help" for help, "exit" to leave.\n\n')
    while True:
        try:
            text = read(prompt, runner)
        except KeyboardInterrupt:  # Ctrl-C at the prompt drops what was typed
            continue
        except EOFError:
            return 0
        if not text.strip():
            continue
        runner.interrupted = runner.stopped = False
        try:
            runner.run_text(text, "command")
        except KeyboardInterrupt:
            sys.stdout.write("--Break--\nr(1);\n\n")
        except Exception:  # a bug must not cost the user the session
            import traceback

            traceback.print_exc()
            sys.stderr.write("internal error: this is a bug of mixedcli; please report it with the lines above\n\n")
        if runner.stopped and not runner.interrupted:
            return 0


def read(prompt: PromptSession[str], runner: Runner) -> str:
    """One logical line: after ///, an open comment or #delimit ; the prompt asks on behind "> "."""
    text = prompt.prompt(". ")
    while runner.unfinished(text):
        text += "\n" + prompt.prompt("> ")
    return text


def history_file() -> Path:
    """$XDG_STATE_HOME/mixedcli/history, by default below ~/.local/state."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "mixedcli" / "history"


def _session(runner: Runner) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class Names(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
            word, names = candidates(document.text_before_cursor, runner.session)
            for name in names:
                yield Completion(name, start_position=-len(word))

    path = history_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        history: FileHistory | InMemoryHistory = FileHistory(str(path))
    except OSError:  # no home to write to: the session still has its own history
        history = InMemoryHistory()
    return PromptSession(history=history, completer=Names(), complete_while_typing=False)
