"""Random data sets for the property tests."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st

from mixedcli.data.dataset import Column, Dataset, TimeSettings
from mixedcli.data.types import DTYPES

RANGES = {"byte": (-127, 127), "int": (-32767, 32767), "long": (-2147483647, 2147483647)}

names = st.from_regex(r"\A[A-Za-zé_][A-Za-z0-9_é]{0,10}\Z").filter(lambda n: not n.startswith("_"))
texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)


def _short(text: str) -> str:
    return text.encode()[:80].decode("utf-8", "ignore")


@st.composite
def columns(draw: st.DrawFn, name: str, n: int) -> Column:
    """A column of any type; codes above the range of a type are its missing values."""
    kind = draw(st.sampled_from([*DTYPES, "str", "strL"]))
    label = _short(draw(texts))
    if kind in RANGES:
        low, high = RANGES[kind]
        values = draw(st.lists(st.integers(low, high), min_size=n, max_size=n))
        return Column(name, kind, np.array(values, dtype=DTYPES[kind]), "%8.0g", label, draw(names))
    if kind in DTYPES:
        width = 32 if kind == "float" else 64
        numbers = st.floats(allow_nan=False, allow_infinity=False, width=width)
        values = draw(st.lists(numbers, min_size=n, max_size=n))
        return Column(name, kind, np.array(values, dtype=DTYPES[kind]), "%9.0g", label)
    out = np.empty(n, dtype=object)
    out[:] = draw(st.lists(texts, min_size=n, max_size=n))
    if kind == "strL":
        return Column(name, "strL", out, "%9s", label, characteristics={"note1": draw(texts)})
    widest = max([len(t.encode()) for t in out] + [1])
    return Column(name, f"str{widest}", out, "%9s", label)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    n = draw(st.integers(0, 6))
    chosen = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    made = {name: draw(columns(name, n)) for name in chosen}
    tables = draw(
        st.dictionaries(
            names,
            st.dictionaries(
                st.integers(-2147483647, 2147483620).map(float), texts.filter(bool), min_size=1, max_size=4
            ),
            max_size=2,
        )
    )
    settings = draw(
        st.sampled_from(
            [None, TimeSettings(panel=chosen[0], time=chosen[-1], delta=0.1), TimeSettings(panel=chosen[0])]
        )
    )
    return Dataset(
        columns=MappingProxyType(made),
        n=n,
        label=_short(draw(texts)),
        timestamp="22 Nov 2026 23:59",
        value_labels={k: dict(sorted(v.items())) for k, v in tables.items()},
        sorted_by=tuple(draw(st.permutations(chosen))[: draw(st.integers(0, len(chosen)))]),
        settings=settings,
        characteristics=draw(st.dictionaries(names, texts, max_size=2)),
    )
