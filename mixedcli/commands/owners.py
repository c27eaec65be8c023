"""What characteristics and notes belong to: a variable, or the data set (_dta)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mixedcli.data import varlist
from mixedcli.data.dataset import Dataset


def owner(data: Dataset, typed: str) -> str:
    """_dta, or the full name of a variable.  Errors: r(111)."""
    return typed if typed == "_dta" else varlist.resolve(typed, data)


def held(data: Dataset, name: str) -> Mapping[str, str]:
    """The characteristics of _dta or of a variable."""
    return data.characteristics if name == "_dta" else data.columns[name].characteristics


def holding(data: Dataset, name: str, held: Mapping[str, str]) -> Dataset:
    """The data with other characteristics of _dta or of a variable."""
    if name == "_dta":
        return replace(data, characteristics=held, changed=True)
    return data.with_metadata([replace(data.columns[name], characteristics=held)])


def changed(data: Dataset, name: str, changes: Mapping[str, str]) -> Dataset:
    """Characteristics set; an empty text takes one away."""
    merged = {**held(data, name), **changes}
    return holding(data, name, {k: v for k, v in merged.items() if v})
