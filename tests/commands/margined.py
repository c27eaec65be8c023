"""The oats, some rows left out, and the model that margins are taken of."""

from __future__ import annotations

from pathlib import Path

import mixedcli

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
OATS = str(FIXTURES / "rdatasets" / "oats.csv")
ORTHODONT = str(FIXTURES / "rdatasets" / "orthodont.csv")
MODEL = "quietly mixed yield i.variety##c.nitro || block:, reml"


def oats(*commands: str) -> mixedcli.Session:
    s = mixedcli.Session(data=OATS)
    s.run("\n".join(["drop if mod(_n, 7) == 3", *commands]))
    return s
