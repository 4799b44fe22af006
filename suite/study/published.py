"""A report's folder, read as what its runs' directories held: everything but their weights.

Curves and predictions have the digits that records.npz keeps; figures of results and parameters have all of theirs.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite import tasks
from suite.config.study import Study
from suite.core import directories
from suite.core.by_epoch import ARRAY as TESTED
from suite.core.directories import EXAMPLE, EXAMPLE_PICTURE, RunKey
from suite.core.durable import read_json
from suite.core.evaluation import FIGURE, copy_name
from suite.core.instances import CHOICES
from suite.core.metrics import of_part
from suite.core.refusals import Refusal, first_line
from suite.core.result import Result
from suite.records import hashes, identities
from suite.records.layout import HASHES, LATENCIES, RECORD_FILES, RECORDS, RUNS, read_optional
from suite.records.rows import result_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]

AGAIN = "publish it again from the workspace where it ran: python -m suite.report study=NAME publish=true"


@dataclass(frozen=True)
class Published:
    """A folder whose hashes agree. results: of the runs that are over, as results of the study that asks for them.

    identities: what determined these, by their keys; None where the folder was collected before that was kept.
    """

    folder: Path
    records: str
    study: Mapping[str, Any]
    sessions: Sequence[Mapping[str, Any]]
    results: Mapping[RunKey, Result]
    identities: Mapping[str, Mapping[str, Any]] | None
    arrays: Mapping[str, Array]
    latencies: Mapping[str, Mapping[str, Any]]

    @property
    def task(self) -> tasks.Task:
        return tasks.get(str(self.study.get("task", tasks.DEFAULT)))

    def history(self, key: RunKey, validation: int) -> list[dict[str, Any]]:
        """The epochs of a run as its history.json had them, each at the time when the run ended: when it was is not
        known. A share of the `validation` images is exact again, so that later trials are compared with what it was."""
        curves = {name: self.arrays[f"{key}/{name}"] for name in self._curves() if f"{key}/{name}" in self.arrays}
        exact = {metric.name for metric in of_part(self.task.metrics, "val") if metric.unit == "fraction"}
        stamp = round(self.results[key].ended_at * 1000)
        rows = []
        for place, epoch in enumerate(curves.pop("epoch", ())):
            values = {name: float(curve[place]) for name, curve in curves.items()}
            known = {name: None if value != value else value for name, value in values.items()}
            known |= {name: share(known[name], validation) for name in exact & known.keys()}
            rows.append({"epoch": int(epoch), "timestamp_ms": stamp, **known})
        return rows

    def predictions(self, key: RunKey) -> dict[str, Array]:
        """What predictions.npz held; nothing where the run has none."""
        own = [name for name in self._of(key) if name not in (*self._curves(), CORRUPTED, FIGURE, TESTED)]
        known = (name for name in (EXAMPLE, EXAMPLE_PICTURE) if f"{name}s" in self.arrays)
        common = (*self.task.shared, *known)
        own = [name for name in own if name.removesuffix("s") not in common]
        if not own:
            return {}
        shared = {name: self.arrays.get(f"{key}/{name}s") for name in common}
        return {
            **{name: self.arrays[f"{key}/{name}"] for name in own},
            **{name: self.arrays[f"{name}s"] if array is None else array for name, array in shared.items()},
        }

    def tested(self, key: RunKey) -> list[float | None]:
        """What the test images said after each epoch; empty where the run was tested once."""
        values = self.arrays.get(f"{key}/{TESTED}")
        return [] if values is None else [None if value != value else float(value) for value in values]

    def corrupted(self, key: RunKey) -> tuple[dict[str, float], dict[str, Array]] | None:
        """The error on each corrupted copy of the test images, and the two arrays that are kept of them; or None."""
        asked = self.study.get("corruptions")
        if not asked or f"{key}/{FIGURE}" not in self.arrays:
            return None
        kept = {name: self.arrays[f"{key}/{name}"] for name in (CORRUPTED, FIGURE)}
        names = [copy_name(kind, strength) for kind in asked["kinds"] for strength in asked["strengths"]]
        return dict(zip(names, map(float, kept[FIGURE].ravel()), strict=True)), kept

    def _of(self, key: RunKey) -> list[str]:
        start = f"{key}/"
        return [name.removeprefix(start) for name in self.arrays if name.startswith(start)]

    def _curves(self) -> list[str]:
        measured = [metric.name for part in ("train", "val") for metric in of_part(self.task.metrics, part)]
        return ["epoch", *measured, "learning_rate", "device_seconds"]


CORRUPTED = "corrupted"
"""The array of each test image's mean score over the corrupted copies, in records and in what is made of them."""


def read(folder: Path, study: Study) -> Published:
    """The folder that a study is to go on from.

    Raises Refusal where it is no report's folder, was changed, or is of another study or another kind of instance.
    """
    missing = [name for name in RECORD_FILES if not (folder / name).is_file()]
    if missing:
        what = f"it has no {' and no '.join(missing)}" if folder.is_dir() else "there is no such folder"
        raise Refusal(f"from={folder} is not a report's folder: {what}")
    if not hashes.carried(folder):
        raise Refusal(f"from={folder} has no {HASHES}, so nobody knows whether it is as it was collected: {AGAIN}")
    if names := hashes.changed(folder):
        raise Refusal(
            f"from={folder}: {', '.join(names)} changed since the records were collected, so that nothing is taken "
            "over; take the folder from where it is whole"
        )
    try:
        described = read_json(folder / directories.STUDY)
        _refuse_another(folder, described, study)
        return _read(folder, described, study)
    except (ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        raise Refusal(f"from={folder} holds records that cannot be read here: {first_line(error)}; {AGAIN}") from error


def description(study: Study) -> dict[str, Any]:
    """What the folder that a study goes on from says of itself, before its hashes are looked at; empty without one.

    Raises Refusal where that cannot be read.
    """
    path = study.published / directories.STUDY if study.published else None
    if path is None or not path.exists():
        return {}
    try:
        return dict(read_json(path))
    except (OSError, ValueError, TypeError) as error:
        raise Refusal(
            f"from={study.published}: {path.name} cannot be read; take the folder from where it is whole"
        ) from error


def _refuse_another(folder: Path, described: Mapping[str, Any], study: Study) -> None:
    """Raise Refusal where a folder is of another study, or of another kind of instance."""
    if described["study"] != study.name:
        raise Refusal(
            f"from={folder} is of study {described['study']}, and this is study={study.name}: name that study's folder"
        )
    other = [name for name in CHOICES if described[name] != getattr(study, name)]
    if other:
        theirs = " ".join(f"{name}={described[name]}" for name in other)
        ours = " ".join(f"{name}={getattr(study, name)}" for name in other)
        raise Refusal(f"from={folder} was made with {theirs}, and this is {ours}: ask for the same, or leave out from=")


def _read(folder: Path, described: Mapping[str, Any], study: Study) -> Published:
    import numpy as np

    metrics = tasks.get(str(described.get("task", tasks.DEFAULT))).metrics
    with (folder / RUNS).open(encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["outcome"]]
    found = (replace(result_of(row, metrics), instance=study.instance) for row in rows)
    with (folder / RECORDS).open("rb") as file, np.load(file, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    return Published(
        folder=folder,
        records=hashes.overall(folder),
        study=described,
        sessions=directories.read_sessions(folder),
        results={RunKey(run.candidate, run.track, run.phase, run.number): run for run in found},
        identities=identities.read(folder),
        arrays=arrays,
        latencies=read_optional(folder / LATENCIES),
    )


def share(value: float | None, count: int) -> float | None:
    """A share of so many images in full, where the digits that are kept of it are one."""
    import numpy as np

    if value is None:
        return None
    exact = round(value * count) / count
    return exact if np.float32(exact) == np.float32(value) else value
