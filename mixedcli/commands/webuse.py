"""webuse - load an example data set of the Stata manuals

    webuse name [, clear]
    webuse set [address]
    webuse query

Names are looked up below https://www.stata-press.com/data/r19 or the address given to webuse set
(webuse set alone goes back).  Downloads are kept in a cache and not asked for again.

Example: webuse pig, clear
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, guard, label_line, loaded, words_of
from mixedcli.data import read
from mixedcli.data.files import is_url, with_suffix
from mixedcli.errors import TooManySpecified
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("webuse", options=(OptionSpec("clear", "clear"),))

PREFIX = "https://www.stata-press.com/data/r19"

#: key of Settings.other
SETTING = "webuse"


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Load from the web, or show or set where from.  Errors: those of ``use``."""
    words = words_of(command)
    prefix = session.settings.other.get(SETTING, PREFIX)
    if words and words[0].text == "query" and len(words) == 1:
        return Outcome(blocks=_shown(prefix))
    if words and words[0].text == "set":
        if len(words) > 2:
            raise TooManySpecified("too many arguments", words[2].span)
        prefix = _address(words[1].text) if len(words) == 2 else PREFIX
        other = {**session.settings.other, SETTING: prefix}
        return Outcome(blocks=_shown(prefix), settings=replace(session.settings, other=other))
    name = with_suffix(file_word(words, command), ".dta")
    guard(session, options)
    url = name if is_url(name) else f"{prefix}/{name}"
    data = read.load_dta(url, progress=session.progress, lasting=url.startswith(PREFIX))
    return loaded(session, data, label_line(data))


def _address(text: str) -> str:
    plain = text.rstrip("/")
    return plain if is_url(plain) else f"http://{plain}"


def _shown(prefix: str) -> tuple[Block, ...]:
    return (line(f'(prefix now "{prefix}")'),)
