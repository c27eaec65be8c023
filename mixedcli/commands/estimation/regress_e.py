"""Header, e() and standardised coefficients of regress."""

from __future__ import annotations

import math

import numpy as np

from mixedcli.blocks import Block, line
from mixedcli.commands.estimation.tablefit import TableFit
from mixedcli.engine import distributions, inference, least_squares
from mixedcli.frozen import frozen
from mixedcli.model.regression import Regression, Vce
from mixedcli.numfmt import text
from mixedcli.results import Floats, Stored

#: what stands above "std. err."
CAPTION = {"robust": "Robust", "cluster": "Robust", "hc2": "Robust HC2", "hc3": "Robust HC3"}


@frozen
class Fitted:
    """A fit: n observations (frequency weights counted), tss about the mean when ``centred``, df_r of the t tests.

    total: the sum of weights before scaling, for the note (0: nothing to say).
    """

    data: Regression
    ls: least_squares.LeastSquares
    V: Floats
    n: float
    tss: float
    df_r: float
    vce: Vce
    total: float
    centred: bool
    sum_w: float

    @property
    def p(self) -> int:
        """Estimated coefficients."""
        return len(self.ls.beta)

    @property
    def df_m(self) -> int:
        """Coefficients but the constant."""
        return self.p - int(self.centred)

    @property
    def mse(self) -> float:
        """Mean square of the residuals."""
        df = self.n - self.p
        return self.ls.rss / df if df > 0 else math.nan

    @property
    def model_f(self) -> tuple[float, int]:
        """The model's F and its numerator degrees of freedom."""
        slopes = [k for t, k in zip(self.data.terms, self.data.kept, strict=True) if k >= 0 and t is not None]
        if not slopes:
            return (0.0 if self.df_r > 0 else math.nan), 0
        if self.df_r <= 0:
            return math.nan, self.df_m if self.vce.kind == "ols" else 0
        if self.vce.kind == "ols" and self.centred and self.df_m:  # the constant may be a sum of regressors (hascons)
            return (self.tss - self.ls.rss) / self.df_m / self.mse, self.df_m
        chi2, df, _ = inference.wald(self.ls.beta, self.V, slopes)
        return (chi2 / df if df else math.nan), df


def header(x: Fitted) -> tuple[Block, ...]:
    """The table of sums of squares, or with robust standard errors a title; both with the fit's statistics."""
    F, df = x.model_f
    r2 = 1 - x.ls.rss / x.tss if x.tss > 0 else math.nan
    adjusted = 1 - (1 - r2) * (x.n - int(x.centred)) / (x.n - x.p) if x.n > x.p else math.nan
    prob = distributions.f_tail(F, df, x.df_r) if df else math.nan
    f_label = f"F({df}, {text(x.df_r, '%9.0g').strip()})"
    facts = [
        ("Number of obs", f"{x.n:,.0f}"),
        (f_label, text(F, "%9.2f").strip()),
        ("Prob > F", text(prob, "%9.4f").strip()),
        ("R-squared", text(r2, "%9.4f").strip()),
        ("Adj R-squared", text(adjusted, "%9.4f").strip()),
        ("Root MSE", text(math.sqrt(x.mse), "%9.5g").strip()),
    ]
    if x.vce.kind != "ols":
        lines = [f"{a:<17} = {b:>10}" for a, b in facts if a != "Adj R-squared"]
        left = ["Linear regression", *[""] * 4]
        return tuple(line(f"{one:<48}{other}") for one, other in zip(left, lines, strict=True))
    right = [f"{a:<15} = {b:>9}" for a, b in facts]
    bar = "-------------+----------------------------------"
    mss, df_m, df_r = x.tss - x.ls.rss, x.df_m, x.n - x.p
    left = [
        "      Source |       SS           df       MS     ",
        bar + "  ",
        _squares("Model", mss, df_m),
        _squares("Residual", x.ls.rss, df_r),
        bar + "  ",
        _squares("Total", x.tss, df_m + df_r),
    ]
    return tuple(line(f"{one} {other}") for one, other in zip(left, right, strict=True))


def _squares(name: str, ss: float, df: float) -> str:
    mean = ss / df if df > 0 else math.nan
    return f"{name:>12} |{text(ss, '%11.0g'):>12}{text(df, '%10.0g'):>10}{text(mean, '%11.0g'):>12}  "


def adjusted(x: Fitted) -> tuple[Block, ...]:
    """ "(Std. err. adjusted for 8 clusters in id)" flush right."""
    if x.vce.kind != "cluster":
        return ()
    text_ = f"(Std. err. adjusted for {x.data.clusters:,} clusters in {x.data.cluster})"
    return (line(text_.rjust(78)),)


def standardised(x: Fitted) -> Floats:
    """b sd(x)/sd(y) (p,); missing for the constant."""
    w = x.data.w

    def deviation(v: Floats) -> float:
        share = np.full(len(v), 1 / len(v)) if w is None else w / w.sum()
        return math.sqrt(float(share @ (v - share @ v) ** 2))

    out = np.full(x.p, math.nan)
    y = deviation(x.data.y)
    for term, k in zip(x.data.terms, x.data.kept, strict=True):
        if k >= 0 and term is not None:
            out[k] = x.ls.beta[k] * deviation(x.data.X[:, k]) / y
    return out


def weight_total(total: float) -> str:
    """The sum of weights as the note shows it."""
    return text(total, "%12.0gc" if total >= 1000 else "%9.0g").strip()


def stored(x: Fitted, table: TableFit, cmdline: str) -> Stored:
    """e() of regress."""
    F, df = x.model_f
    r2 = 1 - x.ls.rss / x.tss if x.tss > 0 else math.nan
    w = x.data.w if x.data.weight in ("aweight", "pweight") else None
    scaled = None if w is None else w * (len(w) / w.sum())
    scalars = {
        "N": x.n,
        "df_m": float(x.df_m if x.vce.kind == "ols" else df),
        "df_r": x.df_r,
        "F": F,
        "r2": r2,
        "rmse": math.sqrt(x.mse),
        "mss": x.tss - x.ls.rss,
        "rss": x.ls.rss,
        "r2_a": 1 - (1 - r2) * (x.n - int(x.centred)) / (x.n - x.p) if x.n > x.p else math.nan,
        "ll": least_squares.log_likelihood(x.n, x.ls.rss, scaled),
        "ll_0": least_squares.log_likelihood(x.n, x.tss, scaled) if x.centred else math.nan,
        "rank": float(x.p),
    }
    if x.vce.kind == "cluster":
        scalars["N_clust"] = float(x.data.clusters)
    if math.isnan(scalars["ll_0"]):
        del scalars["ll_0"]
    macros = {
        "cmdline": cmdline,
        "title": "Linear regression",
        "marginsok": "XB default",
        "vce": x.vce.kind,
        "depvar": x.data.depvar,
        "cmd": "regress",
        "properties": "b V",
        "predict": "regres_p",
        "model": "ols",
        "estat_cmd": "regress_estat",
    }
    if x.vce.kind != "ols":
        macros["vcetype"] = CAPTION[x.vce.kind]
    if x.vce.kind == "cluster":
        macros["clustvar"] = x.data.cluster
    if x.data.weight:
        macros |= {"wtype": x.data.weight, "wexp": f"= {x.data.weight_text}"}
    matrices = table.matrices()
    if x.vce.kind != "ols":
        plain = TableFit("", table.terms, table.kept, table.b, x.ls.D * x.mse, math.nan, (), {}).matrices()
        matrices["V_modelbased"] = plain["V"]
    return Stored(scalars, macros, matrices)
