"""mtest(): several hypotheses tested one by one, their p-values adjusted for the number of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np

from mixedcli.blocks import Block, line
from mixedcli.errors import InvalidSyntax
from mixedcli.frozen import frozen
from mixedcli.numfmt import text
from mixedcli.results import Matrix

Method = Literal["bonferroni", "holm", "sidak", "noadjust"]
_LEAST = {"bonferroni": 1, "holm": 1, "sidak": 1, "noadjust": 3}
_NOTE = {"bonferroni": "Bonferroni-adjusted", "holm": "Holm-adjusted", "sidak": "Sidak-adjusted",
         "noadjust": "Unadjusted"}  # fmt: skip


@frozen
class OneTest:
    """A statistic (chi2, or F with ``ddf``), its degrees of freedom and unadjusted p."""

    value: float
    df: int
    p: float
    ddf: float = float("nan")


def method(typed: str | None) -> Method:
    """mtest or mtest(method).  Errors: r(198) for an unknown method."""
    word = (typed or "noadjust").strip().lower()
    for name, least in _LEAST.items():
        if name.startswith(word) and len(word) >= least:
            return cast(Method, name)
    raise InvalidSyntax(f"{word} invalid multiple-test adjustment")  # unverified: words


def adjusted(p: Sequence[float], how: Method) -> list[float]:
    """p-values (k,) adjusted, at most 1.  Holm: step-down, made monotone (Holm 1979)."""
    k = len(p)
    if how == "bonferroni":
        return [min(1.0, k * x) for x in p]
    if how == "sidak":
        return [min(1.0, float(-np.expm1(k * np.log1p(-x)))) if x < 1 else 1.0 for x in p]
    if how == "holm":
        out, running = [0.0] * k, 0.0
        for rank, i in enumerate(sorted(range(k), key=lambda j: p[j])):
            running = max(running, min(1.0, (k - rank) * p[i]))
            out[i] = running
        return out
    return list(p)


def table(tests: Sequence[OneTest], whole: OneTest, how: Method) -> tuple[tuple[Block, ...], Matrix]:
    """The table of separate tests under the list of hypotheses, and r(mtest)."""
    f = whole.ddf == whole.ddf  # not nan: F tests
    head = f"F(df,{text(whole.ddf, '%9.0g').strip()})" if f else "chi2"
    values = adjusted([t.p for t in tests], how)
    mark = "#" if how != "noadjust" else " "
    rule = "-" * 39
    # unverified: the layout as a whole
    lines = [rule, f"       |{head:>12}     df     p > {'F' if f else 'chi2'}", "-------+" + "-" * 31]
    lines += [_row(f"({k})", t, p, mark) for k, (t, p) in enumerate(zip(tests, values, strict=True), 1)]
    lines += ["-------+" + "-" * 31, _row("All", whole, whole.p, " "), rule]
    if how != "noadjust":
        lines.append(f"{'# ' + _NOTE[how] + ' p-values':>39}")
    rows = np.array([[t.value, t.df, p] for t, p in zip(tests, values, strict=True)])
    names: tuple[str, ...] = ("F" if f else "chi2", "df", "p")
    if how != "noadjust":
        rows = np.column_stack([rows, values])
        rows[:, 2] = [t.p for t in tests]
        names = (*names, "adjustp")
    return tuple(line(x.rstrip()) for x in lines), Matrix(rows, tuple(f"r{k + 1}" for k in range(len(rows))), names)


def _row(label: str, t: OneTest, p: float, mark: str) -> str:
    return f"{label:>5}  |{text(t.value, '%12.2f'):>12}{t.df:>7}{text(p, '%11.4f'):>11} {mark}"
