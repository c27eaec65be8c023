"""saving(filename [, double every(#) replace]) of prefix commands: a data set with one observation per replication."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Block
from mixedcli.commands.assignment import stored_numbers
from mixedcli.commands.prefix.statistics import Statistic
from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.files import located, opening, with_suffix
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import FileExists, InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.session import Session


@frozen
class Saving:
    """file: as for save.  double: the storage type of the statistics, else float."""

    file: str
    double: bool = False
    replace: bool = False


def read(text: str, session: Session) -> Saving:
    """The option's argument.  Errors: r(198), r(602) the file exists already."""
    front, _, flags = text.partition(",")
    file = front.strip().strip('"')
    words = re.findall(r"\w+(?:\(\s*\d+\s*\))?", flags)
    for word in words:
        # every(#) is for results that are written as they come
        if word not in ("double", "replace") and not re.fullmatch(r"every\(\s*\d+\s*\)", word):
            raise InvalidSyntax("option saving() incorrectly specified")
    if not file:
        raise InvalidSyntax("option saving() incorrectly specified")
    name = with_suffix(file, ".dta")
    with opening(name):
        there = located(name, session.settings.cwd).exists()
    if there and "replace" not in words:
        raise FileExists(f"file {name} already exists")
    return Saving(file, "double" in words, "replace" in words)


def columns(wanted: Sequence[Statistic], values: NDArray[np.float64], *, double: bool) -> list[Column]:
    """A variable for each statistic, labelled by its expression; values (replications, statistics), nan if missing."""
    storage = "double" if double else "float"
    numbers = np.where(np.isnan(values), SYSMISS, values).reshape(len(values), len(wanted))
    return [
        Column(
            statistic.name,
            storage,
            stored_numbers(numbers[:, k], storage),
            types.default_format(storage),
            label=statistic.text,
        )
        for k, statistic in enumerate(wanted)
    ]


def write(session: Session, saving: Saving, made: Sequence[Column], label: str) -> tuple[Block, ...]:
    """Save them as a data set; what save says.  Errors: those of save."""
    return save(session, saving, Dataset(label=label).with_columns(made))


def save(session: Session, saving: Saving, data: Dataset) -> tuple[Block, ...]:
    """Save a data set; what save says.  Errors: those of save."""
    assert session.language is not None
    aside = copy.copy(session)
    aside.data = replace(data, changed=True)
    flags = ", replace" if saving.replace else ""
    saved: tuple[Block, ...] = session.language.run(aside, f'save "{saving.file}"{flags}').blocks
    return saved
