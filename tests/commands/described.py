"""The teeth and the oats, and what R says about them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

FIXTURES = Path(__file__).parents[2] / "fixtures"
R = json.loads((FIXTURES / "reference" / "descriptive.json").read_text())
ORTHODONT = FIXTURES / "rdatasets" / "orthodont.csv"
OATS = FIXTURES / "rdatasets" / "oats.csv"
FRAME = pd.read_csv(ORTHODONT)
