"""What a study will train: the runs, their seeds, and what a worker is asked for each.

What makes two runs the same is decided in `suite.training.spec`; here the search space of a tuned run is added to it.

Pure functions of the study and of what is on disk; nothing here trains, writes or waits.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from suite.config.candidate import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.planning import run_keys
from suite.data.dataset import Dataset
from suite.training.origin import Origin
from suite.training.spec import RunSpec

SEARCH_SEEDS, FINAL_SEEDS = 0, 1_000  # final runs never repeat a seed that the search has seen


def trials_of(study: Study, track: str) -> int:
    """Search trials for each candidate of a track; the shared track takes the recipe as it stands."""
    return study.search.trials if track == "tuned" else 0


def share_of(study: Study, key: RunKey) -> float:
    """How long a run is, as a share of a final run's length."""
    return study.search.length if key.phase == "search" else 1.0


def planned(study: Study) -> list[RunKey]:
    """Every run of the study, in order: candidate by candidate, the search before the final runs.

    With `order=seeds` all searches come first, then the first final run of every candidate, then every second one.
    """
    trials = {track: trials_of(study, track) for track in study.tracks}
    names = [candidate.name for candidate in study.candidates]
    keys = run_keys(names, study.tracks, trials, study.seeds, unsearched(study), study.given)
    if study.order == "candidates":
        return keys
    return sorted(keys, key=lambda key: (key.phase == "final", key.number if key.phase == "final" else 0))


def finals_of(study: Study, candidate: str, track: str) -> int:
    """How many final runs a candidate has in a track: as many as all, or more that `seeds=auto` gave it."""
    return study.given.get(track, {}).get(candidate, study.seeds)


def unsearched(study: Study) -> set[str]:
    """The candidates that have nothing to search: they have no trials, and train with their recipe as it stands."""
    return {candidate.name for candidate in study.candidates if not candidate.search.dimensions}


def in_rounds(study: Study) -> Iterator[list[RunKey]]:
    """The search trials in rounds, one trial of every candidate each: where a time limit may fairly stop."""
    for number in range(max((trials_of(study, track) for track in study.tracks), default=0)):
        yield [
            RunKey(candidate.name, track, "search", number)
            for track in study.tracks
            if number < trials_of(study, track)
            for candidate in study.candidates
            if candidate.search.dimensions
        ]


def seed_of(key: RunKey) -> int:
    """The seed that a run is known by. Candidates share seeds: their final runs are paired by number."""
    return (SEARCH_SEEDS if key.phase == "search" else FINAL_SEEDS) + key.number


def seeds_of(study: Study, key: RunKey) -> dict[str, int]:
    """Separate seeds for initial weights, order and augmentation of a run."""
    return derived_seeds(study.study_seed, seed_of(key))


def derived_seeds(study_seed: int, seed: int) -> dict[str, int]:
    """The same of the study's seed and that by which a run is known: each a function of these two alone."""

    def derived(purpose: str) -> int:
        return zlib.crc32(f"{study_seed}/{seed}/{purpose}".encode()) & 0x7FFFFFFF

    return {purpose: derived(purpose) for purpose in ("initial", "order", "augment")}


def train_examples(dataset: Dataset, on_validation: bool) -> int:
    """How many images a run trains on, with or without the validation images."""
    return len(dataset.train) + (len(dataset.validation) if on_validation else 0)


def spec_for(
    study: Study,
    candidate: Candidate,
    key: RunKey,
    parameters: Mapping[str, Any],
    dataset: Dataset,
    threads: int | None = None,
    origins: Mapping[str, Origin] | None = None,
) -> RunSpec:
    """Everything a worker needs to train one run."""
    final = key.phase == "final"
    on_validation = final and study.train_on_validation
    return RunSpec(
        architecture=candidate.architecture,
        options=dict(candidate.options),
        recipe=candidate.settled(train_examples(dataset, on_validation), share_of(study, key)),
        parameters=dict(parameters),
        data=candidate.data,
        seeds={"split": candidate.data.split_seed, **seeds_of(study, key)},
        final=final,
        shown=final and key.number == 0,
        train_on_validation=on_validation,
        tests_epochs=final and study.evaluation.every_epoch,
        task=study.task,
        backend=study.backend,
        precision=candidate.precision,
        data_dir=str(study.data_dir) if study.data_dir else None,
        cache_dir=str(study.cache_dir),
        offline=study.offline,
        threads=threads or None,
        deterministic=study.deterministic,
        weights=(origins or {}).get("weights"),
        teacher=(origins or {}).get("teacher"),
        expected_data_hash=dataset.hash,
    )


def identity(study: Study, spec: RunSpec, key: RunKey, dataset: Dataset) -> dict[str, Any]:
    """What determines a run, for its record: the specification's identity, and for a tuned run what is searched."""
    candidate = next(candidate for candidate in study.candidates if candidate.name == key.candidate)
    dimensions = candidate.search.dimensions if key.track == "tuned" else {}
    return {
        **spec.identity(dataset.hash),
        "search_space": {name: dict(dimension) for name, dimension in dimensions.items()},
    }
