"""Weights of residuals that are a Markov chain along time: AR(1) and exponential, O(n).

With f the correlation of a row with the one before it in its group and d = a - a_before, a row adds to a'A^-1 b

    (a - f a_before)(b - f b_before) / (1 - f^2)  =  w1 d_a d_b + w2 a b + w3 a_before b_before
    w1 = f / (1 - f^2),  w2 = 1 / (1 + f),  w3 = -f / (1 + f)

whose parts depend on the parameter through f alone; the first row of a group has f = 0.  Differences keep the
digits when f is near 1.  log|A| is the sum of log(1 - f^2).
"""

from __future__ import annotations

import numpy as np

from mixedcli.engine.residual.structure import Floats, Stack


def chain_weights(f: Floats, gap: Floats, f1: Floats, f2: Floats) -> tuple[Stack, Stack]:
    """Weights (C, 3) and log(1 - f^2) (C,) for classes of rows.

    f with derivatives f1, f2 with respect to the single working parameter; gap = 1 - f, accurate near f = 1.
    """
    u, v = 1.0 / gap, 1.0 / (1.0 + f)
    w = 0.5 * (u - v)
    wf, wff = 0.5 * (u * u + v * v), u**3 - v**3
    value = np.stack([w, v, v - 1.0], axis=1)
    slope = np.stack([wf, -v * v, -v * v], axis=1)
    bend = np.stack([wff, 2.0 * v**3, 2.0 * v**3], axis=1)
    first = slope * f1[:, None]
    second = bend * (f1**2)[:, None] + slope * f2[:, None]
    log_det = np.log(gap) + np.log1p(f)
    d1 = -2.0 * w * f1
    d2 = -2.0 * (wf * f1**2 + w * f2)
    return Stack(value, first[None], second[None, None]), Stack(log_det, d1[None], d2[None, None])
