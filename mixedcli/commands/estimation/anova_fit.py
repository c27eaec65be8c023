"""What anova keeps: its output, and the regression behind it."""

from __future__ import annotations

from mixedcli.blocks import Block
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.frozen import frozen


@frozen
class AnovaFit:
    """shown: the tables; regression: terms and coefficients."""

    shown: tuple[Block, ...]
    regression: TableFit

    def replay(self, level: float) -> tuple[Block, ...]:
        """The output again; nothing in it depends on the level."""
        return self.shown
