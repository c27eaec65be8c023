"""A mark for every replication, numbers between them."""

from __future__ import annotations

from mixedcli.blocks import Line, Segment


def dots(title: str, marks: str, every: int = 1) -> Line:
    """ "Bootstrap replications (50): .........10.........20 ... 50 done"; one mark for ``every`` replications.

    stata: logs of release 17 and later; unverified: an x in the place of a number, and which mark stands for several.
    """
    shown = [Segment(f"{title} ({len(marks):,}): ")]
    for place, end in enumerate(range(every, len(marks) + 1, every), 1):
        part = marks[end - every : end]
        if part.strip("."):
            shown.append(Segment("x", "error"))
        else:
            shown.append(Segment(f"{end:,}" if place % 10 == 0 else "."))
    return Line((*shown, Segment(" done")))
