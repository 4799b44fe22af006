"""Searches on recorded curves instead of trainings: the suite's own, an unpruned one, and random points.

The suite's search is the real one (`suite.study.search`): its points, its pruner, its selection, with trials of the
length that a budget gives them. What it is judged by is the validation accuracy of the selected configuration in a
training of full length whose seeds the search has not seen, as final runs have. Random search trains points that are
uniform over the same space to their ends, so many that it costs as many epochs in the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from suite.bench.recorded.curves import Curve, RecordedCurves
from suite.bench.recorded.networks import EPOCHS, REPEATS
from suite.core.outcomes import Outcome
from suite.study.search.candidate import CandidateSearch
from suite.study.search.pruner import Rule
from suite.study.selection import select


def never(epoch: int, value: float, others: Sequence[Mapping[int, float]]) -> bool:
    """The rule that stops nothing."""
    return False


@dataclass(frozen=True)
class Setting:
    """How a search is made: trials of each candidate, their length as a share of a final run's, and what stops them.

    rule: None is the suite's own.
    """

    trials: int
    length: float = 1.0
    rule: Rule | None = None


@dataclass(frozen=True)
class Searched:
    """What a search came to: its epochs, in those of one final run, and the selection's final validation accuracy."""

    epochs: float
    final: float


@dataclass(frozen=True)
class Drawn:
    """Which of the recorded repeats a search sees, and which one judges its selection."""

    seen: int
    judging: int

    @classmethod
    def of(cls, repeat: int) -> Drawn:
        return cls(repeat % REPEATS[1.0], (repeat + 1) % REPEATS[1.0])


def suite_search(curves: RecordedCurves, setting: Setting, repeat: int) -> Searched:
    """The suite's search, with `repeat` as the study's seed."""
    candidate, drawn = curves.candidate, Drawn.of(repeat)
    length = round(EPOCHS * setting.length)
    search = CandidateSearch(
        candidate.search.dimensions, candidate.recipe.as_mapping(), repeat, lambda parameters: length, setting.rule
    )
    results, epochs = list[dict[str, Any]](), 0
    for number in range(setting.trials):
        configuration = curves.nearest(search.ask(number))
        curve = curves.curve(configuration, setting.length, drawn.seen)
        outcome, values = _followed(curve, length, partial(search.report, number))
        epochs += len(values)
        value = values[-1] if values else None
        search.tell(number, outcome, value)
        results.append(_result(number, configuration, outcome, value))
    return Searched(epochs, _judged(curves, results, drawn))


def random_search(curves: RecordedCurves, epochs: float, repeat: int, recipe_first: bool = False) -> Searched:
    """Random points until `epochs` are spent, in the mean. `recipe_first`: the first is the recipe as it stands."""
    rng, drawn = np.random.default_rng([repeat, 1]), Drawn.of(repeat)
    results, spent = list[dict[str, Any]](), 0
    while not results or rng.random() < (epochs - spent) / EPOCHS:  # below a whole trial, so often that it is the mean
        number = len(results)
        configuration = 0 if recipe_first and number == 0 else curves.nearest(curves.drawn(rng))
        curve = curves.curve(configuration, 1.0, drawn.seen)
        spent += len(curve.values)
        results.append(_result(number, configuration, curve.outcome, curve.end))
    return Searched(spent, _judged(curves, results, drawn))


def _followed(curve: Curve, length: int, stops: Callable[[int, float], bool]) -> tuple[Outcome, tuple[float, ...]]:
    """A curve as the coordinator follows it: how it ends, and its values until then."""
    for epoch, value in enumerate(curve.values, start=1):
        if stops(epoch, value) and epoch < length:
            return Outcome.PRUNED, curve.values[:epoch]
    return curve.outcome, curve.values


def _result(number: int, configuration: int, outcome: Outcome, value: float | None) -> dict[str, Any]:
    return {
        "phase": "search",
        "number": number,
        "configuration": configuration,
        "outcome": outcome,
        "val_accuracy": value,
    }


def _judged(curves: RecordedCurves, results: list[dict[str, Any]], drawn: Drawn) -> float:
    """The final validation accuracy of what is selected; where no trial completed, of the recipe as it stands."""
    chosen = select(results)
    configuration = chosen["configuration"] if chosen else 0
    curve = curves.curve(configuration, 1.0, drawn.judging)
    return curve.end if curve.end is not None else 0.0
