"""What a study will train: the runs, their seeds, and what makes a run the same run.

Pure functions of the study and of what is on disk; nothing here trains, writes or waits.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from suite.config.candidates import Candidate
from suite.config.study import Study
from suite.core.directories import RunKey
from suite.core.planning import run_keys
from suite.data.dataset import Dataset
from suite.training.recipe import RECIPE_VERSION
from suite.training.spec import RunSpec

SEARCH_SEEDS, FINAL_SEEDS = 0, 1_000  # final runs never repeat a seed that the search has seen


def trials_of(study: Study, track: str) -> int:
    """Search trials for each candidate of a track; the shared track takes the recipe as it stands."""
    return study.search.trials if track == "tuned" else 0


def planned(study: Study) -> list[RunKey]:
    """Every run of the study: candidate by candidate, the search before the final runs."""
    trials = {track: trials_of(study, track) for track in study.tracks}
    names = [candidate.name for candidate in study.candidates]
    return run_keys(names, study.tracks, trials, study.seeds, unsearched(study))


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
    """Separate seeds for initial weights, order and augmentation, each a function of (study seed, run seed) alone."""

    def derived(purpose: str) -> int:
        return zlib.crc32(f"{study.study_seed}/{seed_of(key)}/{purpose}".encode()) & 0x7FFFFFFF

    return {purpose: derived(purpose) for purpose in ("initial", "order", "augment")}


def train_examples(dataset: Dataset, on_validation: bool) -> int:
    """How many images a run trains on, with or without the validation images."""
    return len(dataset.train) + (len(dataset.validation) if on_validation else 0)


def spec_for(
    study: Study, candidate: Candidate, key: RunKey, parameters: Mapping[str, Any], dataset: Dataset
) -> RunSpec:
    """Everything a worker needs to train one run."""
    final = key.phase == "final"
    on_validation = final and study.train_on_validation
    return RunSpec(
        architecture=candidate.architecture,
        options=dict(candidate.options),
        recipe=candidate.settled(train_examples(dataset, on_validation)).with_parameters(dict(parameters)),
        parameters=dict(parameters),
        data=candidate.data,
        seeds={"split": candidate.data.split_seed, **seeds_of(study, key)},
        final=final,
        train_on_validation=on_validation,
        backend=study.backend,
        precision=study.precision,
        data_dir=str(study.data_dir) if study.data_dir else None,
        cache_dir=str(study.cache_dir),
        offline=study.offline,
        deterministic=True,
        expected_data_hash=dataset.hash,
    )


def identity(study: Study, spec: RunSpec, key: RunKey, dataset: Dataset) -> dict[str, Any]:
    """What determines a run, as plain values: two runs with equal identities are the same run.

    The recipe is the one that the study asks for; what the search chose stands beside it. Paths, workers, claims,
    columns and the number of seeds, trials and candidates never count.
    """
    candidate = next(candidate for candidate in study.candidates if candidate.name == key.candidate)
    recipe = candidate.settled(train_examples(dataset, spec.train_on_validation)).as_mapping()
    as_it_stands = {name: value for name, value in recipe.items() if name != "name"}
    data = {name: value for name, value in vars(spec.data).items() if name != "path"}
    return {
        "architecture": spec.architecture,
        "options": dict(spec.options),
        "recipe": as_it_stands,
        "parameters": dict(spec.parameters),
        "seeds": dict(spec.seeds),
        "data": data,
        "data_hash": dataset.hash,
        "train_on_validation": spec.train_on_validation,
        "backend": spec.backend,
        "precision": spec.precision,
        "recipe_version": RECIPE_VERSION,
        "search_space": {name: dict(value) for name, value in candidate.search.dimensions.items()}
        if key.track == "tuned"
        else {},
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str = "") -> list[str]:
    """What differs between two identities, one phrase each: `recipe.learning_rate: 0.1 became 0.2`."""
    found = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, f"{prefix}{name}.")
        elif old != new:
            found.append(f"{prefix}{name}: {old} became {new}")
    return found
