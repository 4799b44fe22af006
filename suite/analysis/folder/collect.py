"""From the store to a report's folder: what the run directories say, copied into few files that need nothing else.

    study.json        the study's description and state, as the coordinator wrote it
    sessions.jsonl    where each session's time went
    facts.json        what is published about the architectures, as the package knew it that day
    runs.csv          one row for each planned run that was handed out; columns as `result.columns` gives them
    records.npz       learning curves; for each final run what the task keeps of its predictions of the test images
    identities.json   what determined each of these runs, so that a study can go on from them
    importances.json  how much each searched value mattered, of candidates with enough trials; else there is none
    latency.json      where the study asks for it: how quickly the networks of some runs answer
    hashes.json       the hashes of the others

Only runs of the plan in study.json are read: what an earlier, larger plan left behind is neither shown nor ranked.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite import tasks
from suite.analysis.folder import corruption_records, importances, latency_records
from suite.core import directories
from suite.core.by_epoch import ARRAY as TESTED
from suite.core.by_epoch import read_tested
from suite.core.durable import read_json, replacing, write_json, write_text
from suite.core.metrics import of_part
from suite.core.planning import described
from suite.core.result import columns, read_result
from suite.records import hashes, identities
from suite.records.layout import FACTS, RECORDS, RUNS, record_files
from suite.records.rows import cell
from suite.tasks.task import Task

EXAMPLES = (directories.EXAMPLE, directories.EXAMPLE_PICTURE)
"""What runs that were tested on the same images share beside what their task says; runs of old have none. Of a
candidate that was tested on others, its first run's are kept."""
WHOLE = (directories.TRACE, directories.LOOKED)
"""What is kept as it is: the one has larger numbers than predictions, the other smaller ones."""
MANY = 12
"""More candidates than so, and a folder keeps less of what is for pictures alone: it may be committed."""
OF_EXAMPLES = (*EXAMPLES, directories.LOOKED)
OF_MANY = {
    **dict.fromkeys(OF_EXAMPLES, 64),
    directories.MISTAKE: 6,
    directories.MISTAKE_PICTURE: 6,
    directories.FILTERS: 32,
    directories.FIRST_MAPS: 8,
}
"""How many of each, at most, each run has there."""


def collect(instance: Path, folder: Path, running: bool = True, table: Mapping[str, Any] | None = None) -> None:
    """Write the files above from an instance's directory; raises FileNotFoundError where it has no study.json.

    `running`: whether a coordinator is at work in the workspace. Without one, a study that says it runs was cut off.
    `table`: what the folder's description says of its table beside what the study's does (`suite.core.arrangement`).
    """
    study = read_json(instance / directories.STUDY)
    if study["state"] == "running" and not running:
        study["state"] = "cut off"
    if table:
        study["table"] = {**(study.get("table") or {}), **table}
    runs = [(key, instance / key.path) for key in described(study)]
    runs = [(key, directory) for key, directory in runs if (directory / directories.RUN).exists()]
    task = task_of(study)
    rows = [run_row(study, key, directory) for key, directory in runs]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / directories.STUDY, study)
    write_text(folder / directories.SESSIONS, _text(instance / directories.SESSIONS))
    write_json(folder / FACTS, dict(_facts(study)))
    write_text(folder / RUNS, runs_csv(rows, columns(task.metrics)))
    with replacing(folder / RECORDS) as partial, partial.open("wb") as file:
        # numpy's stub takes keywords named like its own parameters for them; run names hold slashes and never are.
        np.savez_compressed(file, **dict(_arrays(study, runs, task)))  # type: ignore[arg-type]
    asked = {str(key): read_json(directory / directories.RUN) for key, directory in runs}
    identities.write(folder, {key: run.get("identity") or {} for key, run in asked.items()})
    importances.write(folder, importances.importances(study, rows, task.selection))
    latency_records.collect(study, runs, folder)
    hashes.write(folder)


def task_of(study: Mapping[str, Any]) -> Task:
    """The task of a study; studies that were described before there were others classify."""
    return tasks.get(str(study.get("task", tasks.DEFAULT)))


def facts(architecture: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the package knows of an architecture with these options, which may make it another published network.

    Of one from another package often nothing but its name.
    """
    from suite import models

    try:
        return dict(models.facts_with_options(architecture, dict(options)))
    except (ValueError, LookupError):
        return {"name": architecture}


def facts_key(architecture: str, options: Mapping[str, Any]) -> str:
    """The key, in facts.json, of what options make of an architecture where that has facts of its own."""
    return f"{architecture} {json.dumps(options, sort_keys=True)}"


def _facts(study: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """By architecture; by architecture and options where these make it a network that papers know by another name."""
    places = {(c["architecture"], json.dumps(c.get("options") or {})) for c in study["candidates"].values()}
    for architecture, text in sorted(places):
        options = json.loads(text)
        known = facts(architecture, options)
        twin = known.get("as", architecture) != architecture
        yield facts_key(architecture, options) if twin else architecture, known


def run_row(study: Mapping[str, Any], key: directories.RunKey, directory: Path) -> dict[str, Any]:
    """A run's result as a row; one that is not over yet has no outcome."""
    result = read_result(directory)
    names = {"study": study["study"], "instance": study["instance"]}
    place = {"candidate": key.candidate, "track": key.track, "phase": key.phase, "number": key.number}
    row = {**(result.as_mapping() if result else {}), **names, **place}
    row.setdefault("architecture", study["candidates"][key.candidate]["architecture"])
    return row


def runs_csv(rows: list[dict[str, Any]], names: Sequence[str]) -> str:
    """Rows as CSV: mappings as JSON, None as nothing, and no cell that a spreadsheet takes for a formula."""
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(row.get(name)) for name in names} for row in rows)
    return file.getvalue()


def _arrays(
    study: Mapping[str, Any], runs: list[tuple[directories.RunKey, Path]], task: Task
) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """The arrays of records.npz: `<run>/<name>`, and as `<name>s` what runs share, where it first occurs or differs."""
    shared: dict[str, NDArray[np.generic]] = {}
    many = len(study["candidates"]) > MANY
    for key, directory in runs:
        if not (directory / directories.RESULT).exists():
            continue
        yield from ((f"{key}/{name}", curve) for name, curve in _curves(directory / directories.HISTORY, task))
        path = directory / directories.PREDICTIONS
        if key.phase != "final" or not path.exists():
            continue
        if tested := read_tested(directory):
            yield f"{key}/{TESTED}", np.array([np.nan if value is None else value for value in tested], np.float32)
        with np.load(path, allow_pickle=False) as saved:
            common = [*task.shared, *(name for name in EXAMPLES if name in saved.files)]
            apart = {*common, *(directories.OF_THE_FIRST if key.number else ())}
            for name in saved.files:
                if name not in apart:
                    yield f"{key}/{name}", _kept(name, saved[name], many)
            own = {name: _kept(name, saved[name], many) for name in common}
        result = read_result(directory)
        measured = corruption_records.arrays(study, directory, result.ended_at if result else None)
        yield from ((f"{key}/{name}", array) for name, array in measured)
        for name, array in own.items():
            if name not in shared:
                shared[name] = array
                yield f"{name}s", array
            elif not np.array_equal(shared[name], array) and not (key.number and name in EXAMPLES):
                yield f"{key}/{name}s", array


def _kept(name: str, array: NDArray[np.generic], many: bool) -> NDArray[np.generic]:
    """An array of a run as a folder keeps it, of many candidates less of what is for pictures alone: of examples some
    evenly apart, of the rest the first. What was thinned before stays as it is."""
    if many and name in OF_MANY:
        most = OF_MANY[name]
        array = array[:: -(-len(array) // most)] if name in OF_EXAMPLES else array[:most]
    return array if name in WHOLE else _small(array)


def _small(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Predictions as the report needs them: truth values, pixels, whole numbers, or numbers of three digits."""
    if array.dtype == np.bool_ or array.ndim == 4:
        return array
    return array.astype(np.int32 if np.issubdtype(array.dtype, np.integer) else np.float16)


def _curves(history: Path, task: Task) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """What the epochs of a run measured on training and validation images, the rate they trained with, and how long
    each took."""
    if not history.exists():
        return
    rows = read_json(history)
    measured = [metric.name for part in ("train", "val") for metric in of_part(task.metrics, part)]
    for name in ("epoch", *measured, "learning_rate", "device_seconds"):
        values = [row.get(name) for row in rows]
        if any(value is not None for value in values):
            yield name, np.array([np.nan if value is None else value for value in values], dtype=np.float32)


def _text(path: Path) -> str:
    """A file's whole lines: the last one may be half written while the study runs."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text[: text.rfind("\n") + 1]


def copy(source: Path, folder: Path) -> None:
    """The records of one folder into another, without their hashes and without what was rendered from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in record_files(source):
        shutil.copyfile(source / name, folder / name)
