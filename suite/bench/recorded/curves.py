"""Recorded curves as a tabular benchmark: any point of a search space stands for its nearest recorded neighbour.

So do HPOBench's and LCBench's tables (Eggensperger et al., arXiv:2109.06716; Zimmer et al., arXiv:2006.13799). A fitted
surrogate would be defined everywhere and smooth, but what it smooths away is the luck of a training, which a search has
to bear; a table keeps it, and is as coarse as its points (Pfisterer et al., arXiv:2109.03670, on what each of the two
favours). Distances are in the coordinates of the search: logarithms where it is logarithmic, each range 1 wide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.bench.recorded.networks import REPEATS, Network
from suite.bench.recorded.recording import Training, read_rows, training_of
from suite.core.outcomes import Outcome
from suite.core.refusals import Refusal
from suite.study.search.space import at, distributions, place


@dataclass(frozen=True)
class Curve:
    """One recorded training: how it ended, and its validation accuracy after each epoch."""

    outcome: Outcome
    values: tuple[float, ...]

    @property
    def end(self) -> float | None:
        """The accuracy at the end; None where the training failed."""
        return self.values[-1] if self.outcome is Outcome.COMPLETED else None


class RecordedCurves:
    """The recorded curves of one network."""

    def __init__(self, network: Network) -> None:
        """Raises Refusal where nothing was recorded."""
        rows = read_rows(network.curves)
        if not rows:
            raise Refusal(f"{network.curves} has no curves: python -m suite.bench.recorded --help")
        self.network, self.candidate = network, network.candidate
        self._space = distributions(self.candidate.search.dimensions, self.candidate.recipe.as_mapping())
        self._curves = {training_of(row): _curve(row) for row in rows}
        counts = Counter(training.configuration for training in self._curves)
        whole = {number for number, count in counts.items() if count == sum(REPEATS.values())}
        self._curves = {training: curve for training, curve in self._curves.items() if training.configuration in whole}
        self.points = {
            training_of(row).configuration: {name: float(row[name]) for name in self._space}
            for row in rows
            if training_of(row).configuration in whole
        }
        """The configurations that were recorded at every length, by number."""
        self._places = np.array([self._place(point) for point in self.points.values()])

    def nearest(self, parameters: Mapping[str, Any]) -> int:
        """The recorded configuration that stands for these parameters."""
        return list(self.points)[int(np.argmin(np.linalg.norm(self._places - self._place(parameters), axis=1)))]

    def curve(self, configuration: int, share: float, repeat: int) -> Curve:
        """A recorded training; of lengths that were trained less often, the last repeat there is.

        Raises Refusal for a length that was not recorded.
        """
        for number in range(repeat, -1, -1):
            if (found := self._curves.get(Training(configuration, share, number))) is not None:
                return found
        lengths = sorted({training.share for training in self._curves})
        raise Refusal(f"no curves of {self.network.name} of {share:g} of the length, only of {lengths}")

    def drawn(self, rng: np.random.Generator) -> dict[str, float]:
        """A random point of the search space, uniform in its coordinates."""
        units = rng.random(len(self._space))
        return {name: at(one, float(unit)) for (name, one), unit in zip(self._space.items(), units, strict=True)}

    def _place(self, parameters: Mapping[str, Any]) -> NDArray[np.float64]:
        return np.array([place(distribution, parameters[name]) for name, distribution in self._space.items()])


def _curve(row: Mapping[str, str]) -> Curve:
    values = [float(text) for name, text in row.items() if name.startswith("epoch ") and text]
    return Curve(Outcome(row["outcome"]), tuple(values))
