"""Optuna's mirror: each candidate's finished trials in a store that people and dashboards read.

Nothing is read back from it: it can be deleted and made again from the runs' directories.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial

SQLITE = "sqlite:///"


def default_url(workspace: Path) -> str:
    """The address of the mirror where none is named: `optuna.db` in the workspace."""
    return f"{SQLITE}{workspace / 'optuna.db'}"


def mirror_name(study: str, instance: str, candidate: str, track: str) -> str:
    return f"{_prefix(study, instance)}{candidate}/{track}"


def _prefix(study: str, instance: str) -> str:
    return f"{study}/{instance}/"


def mirror(url: str, name: str, trials: Sequence[FrozenTrial]) -> None:
    """Make the study `name` at `url` show just `trials`, which come in their numbers' order.

    What is shown must be the beginning of `trials`, end by end (user attributes `number` and `ended_at`); the rest is
    added. Otherwise a trial was trained again, or is gone, or ended after a later one. Optuna cannot take out a single
    trial, so that the study is made anew.
    """
    study = open_mirror(url, name)
    shown, ends = [_end(trial) for trial in study.trials], [_end(trial) for trial in trials]
    if shown != ends[: len(shown)]:
        optuna.delete_study(study_name=name, storage=url)
        study, shown = open_mirror(url, name), []
    for trial in trials[len(shown) :]:
        study.add_trial(trial)


def _end(trial: FrozenTrial) -> tuple[int | None, float | None]:
    """Which end of which run a trial shows: a run that is trained again ends at another time."""
    return trial.user_attrs.get("number"), trial.user_attrs.get("ended_at")


def open_mirror(url: str, name: str) -> optuna.Study:
    return optuna.create_study(storage=url, study_name=name, direction="maximize", load_if_exists=True)


def drop_mirrors(url: str, study: str, instance: str) -> None:
    """Delete every mirrored search of an instance, so that they can be made again."""
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
        return  # to look into it would make it
    storage = optuna.storages.RDBStorage(url)
    for summary in optuna.get_all_study_summaries(storage):
        if summary.study_name.startswith(_prefix(study, instance)):
            optuna.delete_study(study_name=summary.study_name, storage=storage)
