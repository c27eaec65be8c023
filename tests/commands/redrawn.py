"""Data that resampling is tested on: clusters g within strata s, y on x."""

from __future__ import annotations

import pathlib

import numpy as np
import pandas as pd

from mixedcli.data.dataset import Column, Dataset

ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/rdatasets"
RNG = np.random.default_rng(11)
N = 40
FRAME = pd.DataFrame(
    {"x": RNG.normal(size=N), "g": np.repeat(np.arange(8.0), 5), "s": np.repeat([0.0, 1.0], N // 2)}
).assign(y=lambda d: 1 + 2 * d.x + RNG.normal(size=N))


def data(frame: pd.DataFrame = FRAME) -> Dataset:
    return Dataset().with_columns(Column(k, "double", frame[k].to_numpy()) for k in frame)
