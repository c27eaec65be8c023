"""numlabel - numbers before the texts of value labels

    numlabel [lblname ...], add | remove [mask("text") force detail]

add puts each value before its text, by default as in "1. yes"; remove takes it away.  In mask() # stands for the
value.  Without names all value labels are meant.  A label that has (or lacks) the numbers already stays as it is
unless force is given.

Example: numlabel yesno, add mask("[#] ")
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import words_of
from mixedcli.data.missing import SYSMISS, letter_of
from mixedcli.errors import InvalidSyntax, NotFound
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "numlabel",
    (
        OptionSpec("add", "a"),
        OptionSpec("remove", "r"),
        OptionSpec("mask", "m", "text"),
        OptionSpec("force", "force"),
        OptionSpec("detail", "d"),
    ),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Change the labels.  Errors: r(111) unknown label, r(198) neither or both of add and remove."""
    labels = session.data.value_labels
    names = [w.text for w in words_of(command)] or list(labels)
    for name in names:
        if name not in labels:
            raise NotFound(f"value label {name} not found", command.span)
    if bool(options.get("add")) == bool(options.get("remove")):
        raise InvalidSyntax("exactly one of options add and remove must be specified")  # unverified: wording
    mask = options.get("mask", "#. ").strip('"')
    if "#" not in mask:
        raise InvalidSyntax("option mask() must contain #")  # unverified: wording
    blocks: list[Block] = []
    made = dict(labels)
    for name in names:
        heads = {v: mask.replace("#", f"{v:.0f}" if v < SYSMISS else letter_of(v)) for v in labels[name]}
        if options.get("add"):
            if not options.get("force") and any(text.startswith(heads[v]) for v, text in labels[name].items()):
                blocks.append(line(f"(value label {name} has numbers already; not changed)"))  # unverified: wording
                continue
            made[name] = {v: heads[v] + text for v, text in labels[name].items()}
        else:
            made[name] = {v: text.removeprefix(heads[v]) for v, text in labels[name].items()}
        if options.get("detail"):
            blocks += [line(f"{name}:"), *(line(f"{heads[v]:>12} {text}") for v, text in made[name].items())]
    return Outcome(blocks=tuple(blocks), data=replace(session.data, value_labels=made, changed=True))
