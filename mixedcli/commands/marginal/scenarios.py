"""Wishes of at() -> what each covariate is held at, with the sample's statistics, and the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mixedcli.blocks.margins import AtRow
from mixedcli.commands.context import expression_context
from mixedcli.commands.marginal.atspec import Wish, Wishes
from mixedcli.data import factors
from mixedcli.data.expression import as_column, evaluate
from mixedcli.data.factors import Part
from mixedcli.data.grouping import Ordered, Sample
from mixedcli.data.missing import is_missing
from mixedcli.errors import InvalidSyntax
from mixedcli.model.averages import Averages, Generated
from mixedcli.model.linearmodel import Key, LinearModel, text_of
from mixedcli.model.marginrows import At, Setting, Shares
from mixedcli.session import Session

Floats = NDArray[np.float64]


class Population:
    """The sample of a margins command: rows, weights, groups of over(), and statistics of its covariates."""

    def __init__(
        self, session: Session, model: LinearModel, rows: NDArray[np.bool_], weights: Floats | None,
        codes: NDArray[np.int64] | None, groups: int,
    ) -> None:  # fmt: skip
        self.session, self.model, self.rows, self.weights = session, model, rows, weights
        self.codes = np.zeros(int(rows.sum()), dtype=np.int64) if codes is None else codes
        self.groups = groups
        self.size = float(rows.sum())  # number of observations to report
        self.averages = Averages(session.data, rows, weights, codes, groups)
        self._ordered: dict[Key, Ordered] = {}
        self._made: dict[str, Generated] = {}

    def statistic(self, key: Key, word: str) -> Floats:
        """A statistic of a number, for each group."""
        if word == "zero":
            return np.zeros(self.groups)
        if word == "mean":
            return self.averages.of([(Part(key[0], key[1], "c"), None)])
        if key not in self._ordered:
            values = factors.values(factors.continuous(*key), self.session.data, self.rows)
            weights = None if self.weights is None else self.weights
            self._ordered[key] = Ordered(Sample(values, self.codes, self.groups, weights))
        ordered = self._ordered[key]
        ends = {"min": ordered.starts[:-1], "max": ordered.starts[1:] - 1}
        if word in ends:
            return np.asarray(ordered.values[np.clip(ends[word], 0, len(ordered.values) - 1)], dtype=float)
        return ordered.percentile(50.0 if word == "median" else float(word[1:]))

    def proportions(self, key: Key) -> Floats:
        """(groups, levels) of a factor."""
        levels = self.model.factors[key]
        return np.column_stack([self.averages.of([(Part(key[0], key[1], "i", v), None)]) for v in levels])

    def generated(self, text: str) -> Generated:
        """The values of gen(exp).  Errors: r(109), r(111), r(198) where some are missing."""
        if text not in self._made:
            assert self.session.language is not None
            expr = self.session.language.expr(text)
            data = self.session.data
            values = np.asarray(as_column(evaluate(expr, expression_context(self.session)), data.n), dtype=float)
            if is_missing(values[self.rows]).any():
                raise InvalidSyntax(f"gen({text}) has missing values in the sample")  # unverified: words
            self._made[text] = Generated(text, values)
        return self._made[text]

    def setting(self, key: Key, wish: Wish, group: int) -> Setting | None:
        """What a covariate is held at in a group; None: as observed."""
        levels = self.model.factors.get(key)
        if wish.kind == "value":
            return At(wish.value)
        if wish.kind == "generate":
            return self.generated(wish.word)
        if wish.kind == "shares":
            return Shares(dict(wish.shares))
        if wish.word == "asobserved":
            return None
        if levels is None:
            return At(float(self.statistic(key, wish.word)[group]), wish.word)
        if wish.word == "base":
            return At(float(self.model.bases[key]), "base")
        if wish.word == "asbalanced":
            return Shares({v: 1.0 / len(levels) for v in levels}, "asbalanced")
        return Shares(dict(zip(levels, self.proportions(key)[group].tolist(), strict=True)), "mean")

    def scenario(self, wishes: Wishes, group: int) -> dict[Key, Setting]:
        """Settings of one scenario in one group."""
        made = ((k, self.setting(k, w, group)) for k, w in wishes.items())
        return {k: s for k, s in made if s is not None}

    def varies(self, wishes: Wishes) -> bool:
        """Whether the settings differ between groups."""
        return self.groups > 1 and any(w.kind == "statistic" and w.word not in ("zero", "base", "asbalanced",
                                                                               "asobserved")
                                       for w in wishes.values())  # fmt: skip


def legend(wishes: Wishes, settings: Mapping[Key, Setting], model: LinearModel) -> tuple[AtRow, ...]:
    """The lines of one scenario, covariates in the order of the model."""
    out: list[AtRow] = []
    for key in model.covariates:
        if key not in wishes:
            continue
        wish, setting = wishes[key], settings.get(key)
        name = text_of(key)
        if setting is None:
            out.append(AtRow(name, note="asobserved"))
        elif isinstance(setting, At):
            out.append(AtRow(name, setting.value, setting.statistic))
        elif isinstance(setting, Generated):
            out.append(AtRow(name, note=f"gen({wish.word})"))  # unverified: layout
        elif setting.statistic == "asbalanced":
            out.append(AtRow(name, note="asbalanced"))
        else:
            out += [AtRow(f"{v}.{name}", share, setting.statistic) for v, share in setting.shares.items()]
    return tuple(out)


def all_fixed(wishes: Sequence[Wishes], held: Sequence[Key], model: LinearModel) -> bool:
    """Whether no covariate is left as observed, so that nothing is averaged over the sample."""
    return all(
        all(k in held or (k in w and not (w[k].kind == "statistic" and w[k].word == "asobserved"))
            for k in model.covariates)
        for w in wishes
    )  # fmt: skip
