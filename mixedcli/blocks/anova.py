"""Blocks of anova, as data only (see ``blocks``)."""

from __future__ import annotations

from mixedcli.frozen import frozen


@frozen
class AnovaRow:
    """One source of variation; F and p nan: none (residual, total).  rule: a rule follows (an error term)."""

    name: str
    ss: float
    df: float
    F: float = float("nan")
    p: float = float("nan")
    rule: bool = False


@frozen
class AnovaTable:
    """Output of anova: fit statistics and sources."""

    n: float
    r2: float
    adjusted_r2: float
    rmse: float
    model: AnovaRow
    terms: tuple[AnovaRow, ...]
    residual: AnovaRow
    total: AnovaRow
    sequential: bool = False


@frozen
class EpsilonRow:
    """A term with the repeated variable: its F and p-values: regular, Huynh-Feldt, Greenhouse-Geisser, Box."""

    name: str
    df: float
    F: float
    p: tuple[float, float, float, float]


@frozen
class EpsilonTable:
    """The repeated-measures part of anova.

    error: between-subjects error term with its levels and df; lowest: its lowest variable; hf, gg, box: epsilons;
    pooled: the factors over whose groups the covariance matrix is pooled; residual: what the terms are tested against.
    """

    error: str
    levels: int
    df: float
    lowest: str
    repeated: str
    hf: float
    gg: float
    box: float
    terms: tuple[EpsilonRow, ...]
    residual_df: float
    pooled: str = ""
    residual: str = "Residual"
