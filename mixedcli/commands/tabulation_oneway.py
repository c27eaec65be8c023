"""Tables of one variable: frequencies, means, indicator variables."""

from __future__ import annotations

import numpy as np

from mixedcli import numfmt
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import Options
from mixedcli.commands.tabulation import Floats, Ints, Levels, number, wrapped
from mixedcli.data import types
from mixedcli.data.dataset import Column, Dataset
from mixedcli.errors import AlreadyDefined

#: narrowest and widest stub
LEAST, MOST = 11, 40


def one_way(x: Levels, counts: Floats, order: Ints) -> tuple[Block, ...]:
    """Frequency, percentage and cumulative percentage (# stata: public logs of tabulate)."""
    width = _stub(x)
    *above, last = wrapped(x.title, width)
    lines = [f"{t:>{width}} |" for t in above]
    lines.append(f"{last:>{width}} |      Freq.     Percent        Cum.")
    bar = "-" * (width + 1) + "+" + "-" * 35
    lines.append(bar)
    total, running = float(counts.sum()), 0.0
    for k in order.tolist():
        running += float(counts[k])
        cells = f"{number(float(counts[k])):>11}{_percent(counts[k], total):>12}{_percent(running, total):>12}"
        lines.append(f"{x.texts[k][:width]:>{width}} |{cells}")
    lines += [bar, f"{'Total':>{width}} |{number(total):>11}{_percent(total, total):>12}"]
    return (Blank(), *(line(t) for t in lines))


def _stub(x: Levels) -> int:
    return min(max(LEAST, *(len(t) for t in x.texts)), MOST)


def _percent(part: float, total: float) -> str:
    return f"{100 * part / total:.2f}" if total else "."


def one_way_summary(
    x: Levels, codes: Ints, values: Floats, w: Floats, title: str, options: Options
) -> tuple[Block, ...]:
    """Mean, standard deviation and frequency of another variable for each value."""
    width = _stub(x)
    columns = asked((("Mean", "means"), ("Std. dev.", "standard"), ("Freq.", "freq")), options)
    *above, last = wrapped(x.title, width)
    heading = f"Summary of {title}"
    room = 12 * len(columns)
    top = [f"{t:>{width}} |" for t in above[:-1]]
    top.append(f"{above[-1] if above else '':>{width}} |{heading.center(room).rstrip()}")
    lines = [*top, f"{last:>{width}} |" + "".join(f"{c:>12}" for c in columns)]
    bar = "-" * (width + 1) + "+" + "-" * room
    lines.append(bar)
    for k, text in enumerate(x.texts):
        lines.append(f"{text[:width]:>{width}} |{_cells(values[codes == k], w[codes == k], columns)}")
    lines += [bar, f"{'Total':>{width}} |{_cells(values, w, columns)}"]
    return (Blank(), *(line(t) for t in lines))


def asked(kinds: tuple[tuple[str, str], ...], options: Options) -> list[str]:
    """What is shown of each group: only what options name (means), or all but what they turn off (nomeans)."""
    only = any(options.get(option) for _, option in kinds)
    return [name for name, option in kinds if options.get(option, not only)]


def _cells(values: Floats, w: Floats, columns: list[str]) -> str:
    mean, sd, n = moments(values, w)
    shown = {"Mean": numfmt.text(mean, "%10.0g"), "Std. dev.": numfmt.text(sd, "%10.0g"), "Freq.": number(n)}
    return "".join(f"{shown[c]:>12}" for c in columns)


def moments(values: Floats, w: Floats) -> tuple[float, float, float]:
    """Weighted mean, standard deviation (weights as frequencies) and sum of weights; nan is missing."""
    n = float(w.sum())
    if not n:
        return float("nan"), float("nan"), 0.0
    mean = float(w @ values) / n
    mean += float(w @ (values - mean)) / n
    variance = float(w @ (values - mean) ** 2) / (n - 1) if n > 1 else 0.0  # stata: 0 for a single observation
    return mean, variance**0.5, n


def indicators(data: Dataset, x: Levels, used: np.ndarray[tuple[int], np.dtype[np.bool_]], stub: str) -> Dataset:
    """stub1, stub2 ...: 1 where the variable has the value, 0 elsewhere, missing where it is not tabulated.

    Errors: r(110), r(198).
    """
    made = []
    for k, text in enumerate(x.texts, 1):
        name = f"{stub}{k}"
        types.check_name(name)
        if name in data:
            raise AlreadyDefined(f"variable {name} already defined")
        values = np.where(used, (x.codes == k - 1).astype(np.int8), np.int8(101)).astype(np.int8)
        made.append(Column(name, "byte", values, "%8.0g", f"{x.name}=={text}"[:80]))
    return data.with_columns(made)
