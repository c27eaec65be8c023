"""Random numbers for expressions: reproducible from a seed, but not Stata's own stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DEFAULT_SEED = 123456789
"""The seed of a session that never set one."""


class RandomStream:
    """A generator made when first drawn from.

    ``next_seed`` gives the state to go on from: a session keeps it as its seed, so that a command that
    fails leaves the stream where it was.
    """

    __slots__ = ("_generator", "_seed")

    def __init__(self, seed: int | None = None) -> None:
        self._seed = DEFAULT_SEED if seed is None else seed
        self._generator: np.random.Generator | None = None

    @property
    def used(self) -> bool:
        """Whether anything was drawn."""
        return self._generator is not None

    @property
    def generator(self) -> np.random.Generator:
        """numpy's generator for this seed."""
        if self._generator is None:
            import numpy as np

            self._generator = np.random.default_rng(abs(self._seed))
        return self._generator

    def next_seed(self) -> int:
        """The seed the next command goes on with; the same seed if nothing was drawn."""
        return int(self.generator.integers(1, 2**31 - 1)) if self.used else self._seed
