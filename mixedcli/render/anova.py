"""Analysis of variance: the table of anova and its repeated-measures part (stata: manual example 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mixedcli import numfmt
from mixedcli.blocks import Line
from mixedcli.blocks.anova import AnovaRow, AnovaTable, EpsilonTable
from mixedcli.numfmt import abbreviate
from mixedcli.render.segments import r, row, rule, t

_EDGE = 24  # columns before the bar
_LEAST, _MOST = 10, 22


def _stub(names: Iterable[str]) -> int:
    return min(max((_LEAST, *(len(x) for x in names))), _MOST)


def _name(name: str) -> str:
    return f"{abbreviate(name, _MOST):>{_EDGE}} |"


def table(block: AnovaTable, linesize: int) -> Iterator[Line]:
    """Fit statistics, then one line per term with the model above and the total below."""
    facts = (
        ("Number of obs", f"{block.n:,.0f}", "R-squared", block.r2),
        ("Root MSE", _six(block.rmse), "Adj R-squared", block.adjusted_r2),
    )
    for left, value, right, share in facts:
        head = f"{' ' * 25}{left:<13} = "
        yield row(t(head), r(f"{value:>10}"), t(f"    {right:<13} = "), r(numfmt.text(share, "%7.4f").rjust(7)))
    yield row()
    stub = _stub(x.name for x in block.terms)
    kind = "    Seq. SS" if block.sequential else " Partial SS"
    yield row(t(f"{'Source':>{_EDGE}} |{kind}         df         MS        F    Prob>F"))
    joint = row(t(" " * (_EDGE - stub)), *rule(stub + 1, 52).segments)
    yield joint
    yield _source(block.model)
    yield row(t(_name("")))
    for term in block.terms:
        yield _source(term)
        if term.rule:
            yield joint
    yield row(t(_name("")))
    yield _source(block.residual)
    yield joint
    yield _source(block.total)


def _source(x: AnovaRow) -> Line:
    ms = x.ss / x.df if x.df else float("nan")
    cells = f"{_number(x.ss):>11}{numfmt.general(x.df, 9):>11}{_number(ms):>12}"
    if x.F == x.F or x.p == x.p:
        cells += f"{numfmt.text(x.F, '%10.2f'):>10}{numfmt.text(x.p, '%8.4f'):>8}"
    else:
        cells += "  "
    return row(t(_name(x.name)), r(cells))


def _six(value: float) -> str:
    """Six significant digits, no zero before the point."""
    if value != value:
        return "."
    text = f"{value:.6g}"
    return text[1:] if text.startswith("0.") else text


def _number(value: float) -> str:
    return numfmt.text(value, "%10.0g").strip()


def epsilons(block: EpsilonTable, linesize: int) -> Iterator[Line]:
    """The error term between subjects, the three epsilons, and the p-values they give."""
    for label, value in (
        ("Between-subjects error term", block.error),
        ("Levels", f"{block.levels:<10,}({block.df:g} df)"),
        ("Lowest b.s.e. variable", block.lowest),
        *([("Covariance pooled over", f"{block.pooled:<10}(for repeated variable)")] if block.pooled else []),
    ):
        yield row(t(f"{label:>27}:  "), r(value))
    yield row()
    yield row(t("Repeated variables: " if "#" in block.repeated else "Repeated variable: "), r(block.repeated))
    pad = " " * 42
    yield _epsilon(pad, "Huynh-Feldt epsilon", block.hf)
    if block.hf > 1.0:
        yield row(t(f"{pad}*Huynh-Feldt epsilon reset to "), r("1.0000"))
    yield _epsilon(pad, "Greenhouse-Geisser epsilon", block.gg)
    yield _epsilon(pad, "Box's conservative epsilon", block.box)
    yield row()
    yield row(t(" " * 44 + "------------ Prob > F ------------"))
    stub = _stub((*(x.name for x in block.terms), block.residual))
    yield row(t(f"{'Source':>{_EDGE}} |     df      F    Regular    H-F      G-G      Box"))
    yield row(t(" " * (_EDGE - stub)), *rule(stub + 1, 52).segments)
    for x in block.terms:
        p = "".join(numfmt.text(v, "%9.4f").rjust(9) for v in x.p)
        yield row(t(_name(x.name)), r(f"{x.df:>7g}{numfmt.text(x.F, '%9.2f').rjust(9)}{p}"))
    yield row(t(_name(block.residual)), r(f"{block.residual_df:>7g}"))
    yield row(t(" " * (_EDGE - stub) + "-" * (stub + 54)))


def _epsilon(pad: str, name: str, value: float) -> Line:
    return row(t(f"{pad}{name:<26} = "), r(numfmt.text(value, "%7.4f").rjust(7)))
