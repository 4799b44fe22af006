"""How much each searched value mattered to a candidate's search: PED-ANOVA over its trials' final values.

importances.json, of each candidate that was searched long enough, by `<candidate>/<track>`:

    trials       how many trials it rests on: those that ran to the end
    left_out     how many have no final value: pruned, or failed
    best         how many of the former count as the best: with those that are as good as the last of them
    importances  by parameter its share, all of them together 1, the largest first
    chance       by parameter how often the same scores, dealt to the same trials by chance, give any parameter an
                 importance as large as this one's: a p value, corrected for the largest having been looked for

PED-ANOVA (Watanabe, Bansal & Hutter, IJCAI 2023, arXiv:2304.10255) asks how differently a parameter's values lie among
the best trials and among all of them, by the Pearson divergence of two Parzen estimates. Shares alone would mislead:
they add up to 1 where nothing matters, too, and of three parameters the largest then has 60% of it in the median,
whatever the number of trials. Hence the chances.

It is Optuna's own, which is imported only where there is something to compute: whoever reads the file needs none of it.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from suite.core.outcomes import Outcome
from suite.records.layout import IMPORTANCES, read_optional, write_optional

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

BEST = 5
"""Optuna's advice: "it is preferable to include at least 5 trials above target_quantile"."""
SHARE = 0.1
"""Of many trials the best tenth, Optuna's default."""
LEAST = 2 * BEST
"""Trials below which nothing is said: the best would be more than half of them, which is no longer the best."""
DEALS = 99
"""How often scores are dealt by chance: chances are multiples of a hundredth. Takes 0.2 s for three parameters."""
SIGNIFICANT = 6
"""Digits kept: more would differ between processors."""


def importances(study: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], metric: str) -> dict[str, dict[str, Any]]:
    """Of a study's description and the results of its runs, as above; `metric`: what the search chose by.

    A trial that was pruned stopped at another epoch than those that ran to the end, and one that failed has no value:
    both are left out, as Optuna and its dashboard leave them out. Candidates without an answer are left out, too:
    those with fewer than `LEAST` trials, with one parameter, or whose trials are all equally good.
    """
    searched: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["phase"] == "search" and row.get("outcome"):
            searched.setdefault((row["candidate"], row["track"]), []).append(row)
    found = {}
    for (candidate, track), trials in searched.items():
        described = study["candidates"][candidate]
        # Studies of old have one space for all.
        dimensions = (described.get("search") or study.get("search_space") or {}).get("dimensions") or {}
        done = [row for row in trials if row["outcome"] == Outcome.COMPLETED and _finite(row.get(metric))]
        done = [row for row in done if dimensions.keys() <= (row.get("parameters") or {}).keys()]
        if len(done) < LEAST or len(dimensions) < 2:
            continue
        shares, chance = _shares(dimensions, described.get("recipe") or {}, done, metric)
        if shares:
            best = _as_good([row[metric] for row in done])
            numbers = {"trials": len(done), "left_out": len(trials) - len(done), "best": best}
            found[f"{candidate}/{track}"] = {**numbers, "importances": shares, "chance": chance}
    return found


def best_of(trials: int) -> int:
    """How many of so many trials count as the best, at least: scores of few images are often equal."""
    return max(BEST, math.ceil(SHARE * trials))


def _as_good(scores: Sequence[float]) -> int:
    """How many count as the best, with those that are as good as the last of them: so Optuna takes them, too."""
    least = sorted(scores, reverse=True)[best_of(len(scores)) - 1]
    return sum(score >= least for score in scores)


def write(folder: Path, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Write importances.json; no file where there is nothing to say, and none of earlier stays."""
    write_optional(folder / IMPORTANCES, found)


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """What a folder says of them; nothing where it has no such file. Raises ValueError for one that is no JSON."""
    return read_optional(folder / IMPORTANCES)


def _shares(
    dimensions: Mapping[str, Mapping[str, Any]],
    start: Mapping[str, Any],
    trials: Sequence[Mapping[str, Any]],
    metric: str,
) -> tuple[dict[str, float], dict[str, float]]:
    """By parameter its share of all importance, and the chance of one as large; empty where none has any."""
    measure = _measure(dimensions, start, [trial["parameters"] for trial in trials])
    scores = np.array([trial[metric] for trial in trials], dtype=np.float64)
    raw = measure(scores)
    total = sum(raw.values())
    if not total > 0:
        return {}, {}
    rng = np.random.default_rng(0)
    largest = np.array([max(measure(rng.permutation(scores)).values()) for _ in range(DEALS)])
    order = sorted(raw, key=lambda name: (-raw[name], name))
    chance = {name: float(1 + np.sum(largest >= raw[name])) / (1 + DEALS) for name in order}
    return {name: float(f"{raw[name] / total:.{SIGNIFICANT}g}") for name in order}, chance


def _measure(
    dimensions: Mapping[str, Mapping[str, Any]], start: Mapping[str, Any], tried: Sequence[Mapping[str, Any]]
) -> Callable[[NDArray[np.float64]], dict[str, float]]:
    """What gives the importance of each parameter, from the scores of these trials; the higher a score, the better."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = {
        name: _distribution(dimension, [start.get(name), *(own[name] for own in tried)])
        for name, dimension in dimensions.items()
    }
    study = optuna.create_study()
    for own in tried:
        parameters = {name: _point(dimension, own[name]) for name, dimension in dimensions.items()}
        study.add_trial(optuna.trial.create_trial(params=parameters, distributions=space, value=0.0))
    # Half a trial less than the best, for Optuna rounds up, and a product of floats may lie above its whole number.
    evaluator = PedAnovaImportanceEvaluator(target_quantile=(best_of(len(tried)) - 0.5) / len(tried))

    def measure(scores: NDArray[np.float64]) -> dict[str, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `normalize` is new there; that low is good is minded; equals give nothing
            return get_param_importances(
                study, evaluator=evaluator, params=list(space), target=lambda t: -scores[t.number], normalize=False
            )

    return measure


def _distribution(dimension: Mapping[str, Any], values: Sequence[Any]) -> BaseDistribution:
    """Where a parameter was searched: its dimension, widened to the recipe's value and those that were tried, as the
    search had widened it."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    known = [value for value in values if value is not None]
    if "choices" in dimension:
        return CategoricalDistribution(
            list(dict.fromkeys(_point(dimension, value) for value in [*dimension["choices"], *known]))
        )
    low, high = min(dimension["low"], *known), max(dimension["high"], *known)
    kind = IntDistribution if all(isinstance(value, int) for value in (low, high, *known)) else FloatDistribution
    return kind(low, high, log=bool(dimension.get("log")))


def _point(dimension: Mapping[str, Any], value: Any) -> Any:
    """A parameter's value as Optuna is given it: of choices, which may be lists, the text."""
    return json.dumps(value) if "choices" in dimension else value


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
