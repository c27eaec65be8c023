"""label save: value labels as a do-file of label define commands."""

from __future__ import annotations

from typing import BinaryIO

from mixedcli import ast
from mixedcli.commands import Options
from mixedcli.commands.exporting import saved, target
from mixedcli.data.files import with_suffix, write_atomic
from mixedcli.data.missing import SYSMISS, letter_of
from mixedcli.errors import NotFound, VarlistRequired
from mixedcli.session import Outcome, Session


def run(session: Session, command: ast.Command, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    """Write the file.  Errors: r(111) unknown label, r(198) no using, r(602), r(603), r(693)."""
    if command.using is None:
        raise VarlistRequired("using required", command.span)
    labels = session.data.value_labels
    for word in words:
        if word.text not in labels:
            raise NotFound(f"value label {word.text} not found", word.span)
    lines = [
        f'label define {name} {f"{value:.0f}" if value < SYSMISS else letter_of(value)} `"{text}"\', modify\n'
        for name in (tuple(w.text for w in words) or labels)
        for value, text in labels[name].items()
    ]
    name = with_suffix(command.using, ".do")
    path, exists = target(session, name, allowed=bool(options.get("replace")))

    def write(file: BinaryIO) -> None:
        file.write("".join(lines).encode("utf-8", "surrogateescape"))

    write_atomic(path, name, write)
    return Outcome(blocks=saved(name, found=exists, replacing=bool(options.get("replace"))))
