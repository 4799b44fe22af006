"""Curves with known final ranks through the real search, trial after trial, under three rules: the suite's, none, and
successive halving among few (the better half of itself and the earlier trials at epochs/4, /2 and so on).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from suite.bench.recorded.replay import never
from suite.bench.search.curves import FAMILIES, Curves
from suite.study.search.candidate import CandidateSearch
from suite.study.search.pruner import GainPruner, Rule
from suite.study.selection import select

TRIALS, EPOCHS = (4, 8, 16), (3, 5, 12, 30)
SPACE, START = {"learning_rate": {"low": 0.0, "high": 1.0}}, {"learning_rate": 0.5}


class Halving:
    """Successive halving (Li et al., arXiv:1810.05934, eta = 2), each trial in its turn, against the earlier."""

    def __init__(self, epochs: int) -> None:
        self._first = max(1, math.ceil(epochs / 4))

    def __call__(self, epoch: int, value: float, earlier: Sequence[Mapping[int, float]]) -> bool:
        if epoch < self._first or not math.log2(epoch / self._first).is_integer():
            return False
        ranked = sorted([*(curve[epoch] for curve in earlier if epoch in curve), value], reverse=True)
        return value < ranked[max(len(ranked) // 2, 1) - 1]


def rules(epochs: int) -> dict[str, Rule]:
    return {"suite": GainPruner(epochs), "none": never, "halving": Halving(epochs)}


@dataclass(frozen=True)
class Searched:
    """One search: which trial was selected, which trained to the end, the epochs of all, and what the choice costs."""

    selected: int
    completed: tuple[bool, ...]
    epochs: int
    regret: float


def replay(curves: Curves, rule: Rule) -> Searched:
    """Run one search over `curves` as the coordinator would: a trial at its last epoch is complete."""
    trials, epochs = curves.seen.shape
    search, results, spent = CandidateSearch(SPACE, START, 0, lambda parameters: epochs, rule), [], 0
    for number in range(trials):
        search.ask(number, {"learning_rate": number / trials})
        outcome = "completed"
        for epoch in range(1, epochs + 1):
            value, spent = float(curves.seen[number, epoch - 1]), spent + 1
            if search.report(number, epoch, value) and epoch < epochs:
                outcome = "pruned"
                break
        search.tell(number, outcome, value)
        results.append({"phase": "search", "number": number, "outcome": outcome, "val_accuracy": value})
    chosen = select(results)
    assert chosen is not None, "the first trials are never stopped"
    completed = tuple(result["outcome"] == "completed" for result in results)
    regret = float(curves.final.max() - curves.final[chosen["number"]])
    return Searched(chosen["number"], completed, spent, regret)


@dataclass(frozen=True)
class Figures:
    """Over the repeats: how often the truly best was selected, the mean share of epochs, the mean loss of true final
    value, and how often each position was completed and selected."""

    found: float
    share: float
    regret: float
    completed: tuple[float, ...]
    selected: tuple[float, ...]


def measure(family: str, trials: int, epochs: int, repeats: int, seed: int = 0) -> dict[str, Figures]:
    """The figures of each rule. Every rule sees the same curves."""
    runs: dict[str, list[Searched]] = {name: [] for name in rules(epochs)}
    for repeat in range(repeats):
        curves = FAMILIES[family](trials, epochs, np.random.default_rng([seed, repeat, trials, epochs]))
        for name, rule in rules(epochs).items():
            runs[name].append(replay(curves, rule))
    return {name: _figures(searched, trials, epochs) for name, searched in runs.items()}


def _figures(runs: list[Searched], trials: int, epochs: int) -> Figures:
    return Figures(
        found=float(np.mean([run.regret == 0 for run in runs])),
        share=float(np.mean([run.epochs for run in runs])) / (trials * epochs),
        regret=float(np.mean([run.regret for run in runs])),
        completed=tuple(np.mean([run.completed for run in runs], axis=0).tolist()),
        selected=tuple((np.bincount([run.selected for run in runs], minlength=trials) / len(runs)).tolist()),
    )


def table(repeats: int) -> str:
    """Every family, number of trials and epochs, as Markdown.

    For each rule: the chance that the truly best is selected, the mean true accuracy that the selection falls short of
    it, the epochs trained, and how often the position completed its trial that did so least often. Among equals every
    selection is the best.
    """
    names = list(rules(4))
    head = ["curves", "trials", "epochs", *(f"{name}: found, short, epochs, completed" for name in names)]
    rows = [head, ["---"] * len(head)]
    for family in FAMILIES:
        for trials in TRIALS:
            for epochs in EPOCHS:
                figures = measure(family, trials, epochs, repeats).values()
                cells = [f"{f.found:.2f}, {f.regret:.4f}, {f.share:.0%}, {min(f.completed):.2f}" for f in figures]
                rows.append([family, str(trials), str(epochs), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
