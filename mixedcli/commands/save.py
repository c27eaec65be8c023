"""save, saveold - save the data as a Stata data set

    save [filename] [, replace nolabel orphans emptyok]
    saveold filename [, version(#) replace nolabel orphans]

Without a name the file the data came from is meant.  The file is written beside the old one and then takes its
place, so that a crash or a full disk leaves the old file as it was.  Value labels no variable uses are left out
unless orphans is given.

saveold writes a file that Stata 13 reads (version 14 and later read what save writes).

Example: save mydata, replace
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mixedcli import ast
from mixedcli.blocks import line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, words_of
from mixedcli.data.dataset import Dataset
from mixedcli.data.dta_write import write_dta
from mixedcli.data.files import is_url, located, opening, with_suffix
from mixedcli.errors import FileExists, InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "save",
    options=(
        OptionSpec("replace", "replace"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("orphans", "or"),
        OptionSpec("emptyok", "empty"),
        OptionSpec("all", "all"),
        OptionSpec("version", "v", "int"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Write the file.  Errors: r(198) no name, r(602) exists, r(603) cannot be created, r(693) writing failed."""
    words = words_of(command)
    data = session.data
    version = _version(command, options)
    name = file_word(words, command) if words else data.source
    if not name or is_url(name):
        raise InvalidSyntax("invalid file specification", command.span)
    name = with_suffix(name, ".dta")
    if not name.lower().endswith(".dta") and not words:
        raise InvalidSyntax("invalid file specification", command.span)  # the data came from another kind of file
    if not data.columns and not options.get("emptyok"):
        raise NotFound("no variables defined")
    path = located(name, session.settings.cwd)
    with opening(name):
        exists = path.exists()
    if exists and not options.get("replace"):
        raise FileExists(f"file {name} already exists")
    saved = replace(_prepared(data, options), timestamp=_stamp(), source=name, changed=False)
    write_dta(saved, path, name, session.progress, release=117 if version == 13 else 118)
    # what was left out of the file is still in memory
    kept = replace(data, timestamp=saved.timestamp, source=name, changed=False)
    # stata: logs of release 17 (another ending, a temporary file say, is told that it is a data set)
    form = "" if name.lower().endswith(".dta") else " as .dta format"
    blocks = [line(f"file {name} saved{form}")]
    if options.get("replace") and not exists:
        blocks.insert(0, line(f"(file {name} not found)"))  # stata: logs of release 17
    if version:
        blocks.insert(0, line(f"(saving in Stata {version} format)"))
    return Outcome(blocks=tuple(blocks), data=kept)


def _version(command: ast.Command, options: Options) -> int:
    """The Stata saveold writes for, 0 for save.  Errors: r(198)."""
    if command.name != "saveold":
        if "version" in options:
            raise InvalidSyntax("option version() not allowed", command.span)
        return 0
    version = int(options.get("version", 13))
    if not 13 <= version <= 19:
        raise InvalidSyntax("option version() invalid: 13 or later", command.span)  # unverified: wording
    return version


def _prepared(data: Dataset, options: Options) -> Dataset:
    if options.get("nolabel"):
        bare = {k: replace(c, value_label="") for k, c in data.columns.items()}
        return replace(data, value_labels={}, columns=bare)
    if options.get("orphans"):
        return data
    used = {c.value_label for c in data.columns.values()}
    return replace(data, value_labels={k: v for k, v in data.value_labels.items() if k in used})


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _stamp() -> str:
    """The moment of saving, part of the file: "22 Nov 2026 23:40", in English whatever the locale."""
    now = datetime.now()
    return f"{now.day:2d} {_MONTHS[now.month - 1]} {now:%Y %H:%M}"
