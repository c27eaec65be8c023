"""misstable tree and nested: how missing values of several variables lie within one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import Options
from mixedcli.commands.misstable.gaps import Gaps
from mixedcli.numfmt import abbreviate
from mixedcli.results import Stored
from mixedcli.session import Outcome

#: a tree of more variables has more branches than fit on a screen
DEEPEST = 7


def tree(gaps: Gaps, options: Options) -> Outcome:
    """Every variable splits the branches of the one before: missing first (stata: logs in public repositories)."""
    if not gaps.names:
        return Outcome(blocks=(line("(no missing values)"),))  # unverified: wording
    if not options.get("asis"):
        gaps = gaps.sorted(most_first=True)
    blocks: list[Block] = []
    names = gaps.names
    if len(names) > DEEPEST:
        blocks.append(line(f"(the first {DEEPEST} variables are shown)"))  # unverified: wording
        names = names[:DEEPEST]
    rule = line("  " + "-" * (11 * len(names) - 1))
    blocks += [Blank(), line("  Nested pattern of missing values")]
    blocks += [line(" " + "".join(f"{abbreviate(name, 10):>11}" for name in names)), rule]
    blocks += [line(text) for text in _branches(gaps.missing[:, : len(names)], bool(options.get("frequency")))]
    what = "number" if options.get("frequency") else "percent"
    return Outcome(
        blocks=(*blocks, rule, line(f" ({what} missing listed first)")), r=Stored(macros={"vars": " ".join(names)})
    )


def _branches(missing: NDArray[np.bool_], frequency: bool) -> list[str]:
    """One line for each leaf; a branch's number stands in the line of its first leaf."""
    n, k = missing.shape
    lines: list[str] = []
    marked = [frequency] * k  # the first number of each column bears a percent sign

    def shown(count: int, column: int) -> str:
        if frequency:
            return f"{count:>10,} "
        percent = 100 * count / n
        sign = " " if marked[column] else "%"
        marked[column] = True
        return f"{'<1' if 0 < percent < 0.5 else f'{percent:.0f}':>10}{sign}"

    def grow(rows: NDArray[np.bool_], column: int, before: str) -> None:
        for gone in (True, False):
            inside = rows & (missing[:, column] == gone)
            text = before + shown(int(np.count_nonzero(inside)), column)
            if column + 1 == k:
                lines.append(f"  {text.rstrip()}")
            else:
                grow(inside, column + 1, text)
            before = " " * (11 * column)

    grow(np.ones(n, dtype=bool), 0, "")
    return lines


def nested(gaps: Gaps, options: Options) -> Outcome:
    """Chains of variables: each is missing only where the next one is (unverified: layout, order of the chains)."""
    if not gaps.names:
        return Outcome(blocks=(line("(no missing values)"),))
    gaps = gaps.sorted(most_first=False)
    overlap = gaps.missing.T.astype(np.float64) @ gaps.missing
    counts = gaps.counts
    within = overlap == counts[:, None]  # [a, b]: b is missing whenever a is
    same = within & within.T
    first = [k for k in range(len(counts)) if not same[k, :k].any()]
    told = {k: " <-> ".join(f"{gaps.names[j]}({counts[j]:,})" for j in np.flatnonzero(same[k])) for k in first}
    above = {a: [b for b in first if b != a and within[a, b]] for a in first}
    next_up = {a: [b for b in above[a] if not any(b in above[c] for c in above[a])] for a in first}
    starts = [a for a in first if not any(a in ups for ups in above.values())]
    chains: list[list[int]] = []

    def follow(path: list[int]) -> None:
        ups = next_up[path[-1]]
        if not ups:
            chains.append(path)
        for b in ups:
            follow([*path, b])

    for a in starts:
        follow([a])
    blocks: list[Block] = [Blank()]
    for number, chain in enumerate(chains, 1):
        blocks.append(line(f"{number:>6}.  {' -> '.join(told[k] for k in chain)}"))
    return Outcome(blocks=tuple(blocks), r=Stored({"K": float(len(chains))}))
