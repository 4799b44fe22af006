"""From the store to a report's folder: what the run directories say, copied into few files that need nothing else.

    study.json      the study's description and state, as the coordinator wrote it
    sessions.jsonl  where each session's time went
    facts.json      what is published about the architectures, as the package knew it that day
    runs.csv        one row for each planned run that was handed out, columns `directories.FIELDS`, then extra clocks
    records.npz     learning curves; for each final run the predicted class, confidence and top-5 hit of each test image

Only runs of the plan in study.json are read: what an earlier, larger plan left behind is neither shown nor ranked.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core import directories
from suite.core.durable import read_json, write_json

FACTS, RUNS, RECORDS = "facts.json", "runs.csv", "records.npz"
CLOCKS = ("setup_seconds", "checkpoint_seconds", "data_seconds")
"""Fields of result.json beside `directories.FIELDS`, for the cost section."""

CURVES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate")
PREDICTED = ("predicted", "confidence", "top5_hit")


def collect(instance: Path, folder: Path, running: bool = True) -> None:
    """Write the five files above from an instance's directory; raises FileNotFoundError where it has no study.json.

    `running`: whether a coordinator is at work in the workspace. Without one, a study that says it runs was cut off.
    """
    study = read_json(instance / directories.STUDY)
    if study["state"] == "running" and not running:
        study["state"] = "cut off"
    runs = [(key, instance / key.path) for key in planned(study)]
    runs = [(key, directory) for key, directory in runs if (directory / directories.RUN).exists()]
    rows = [run_row(study, key, directory) for key, directory in runs]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / directories.STUDY, study)
    write_text(folder / directories.SESSIONS, _text(instance / directories.SESSIONS))
    write_json(folder / FACTS, {name: facts(name) for name in _architectures(study)})
    write_text(folder / RUNS, runs_csv(rows))
    _write_arrays(folder / RECORDS, dict(_arrays(runs)))


def planned(study: Mapping[str, Any]) -> Iterator[directories.RunKey]:
    """Every run that the study as described consists of, in a fixed order; numbers count from 0."""
    for candidate in study["candidates"]:
        for track in study["tracks"]:
            trials = trials_counted(study) if track == "tuned" else 0
            for phase, count in (("search", trials), ("final", study["seeds"])):
                for number in range(count):
                    yield directories.RunKey(candidate, track, phase, number)


def trials_counted(study: Mapping[str, Any]) -> int:
    """How many search trials of each candidate count: fewer than planned under a limit, more after a larger plan."""
    return int(study.get("trials_counted", study["trials"]))


def facts(architecture: str) -> dict[str, Any]:
    """What the package knows of an architecture; of one from another package often nothing but its name."""
    from suite import models

    try:
        return dict(models.facts(architecture))
    except (ValueError, LookupError):
        return {"name": architecture}


def run_row(study: Mapping[str, Any], key: directories.RunKey, directory: Path) -> dict[str, Any]:
    """A run's result as a row; one that is not over yet has no outcome."""
    result = directories.read_result(directory) or {"outcome": None}
    names = {"study": study["study"], "instance": study["instance"]}
    place = {"candidate": key.candidate, "track": key.track, "phase": key.phase, "number": key.number}
    row = {**result, **names, **place}
    row.setdefault("architecture", study["candidates"][key.candidate]["architecture"])
    return {field: row.get(field) for field in (*directories.FIELDS, *CLOCKS)}


def runs_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV: mappings as JSON, None as nothing, and no cell that a spreadsheet takes for a formula."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [*directories.FIELDS, *CLOCKS], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def cell(value: Any) -> str:
    """One value as the text of a CSV cell; strings that open like a formula get an apostrophe before them."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if isinstance(value, str):
        # An apostrophe of the value's own gets one more, so that reading can always take one away.
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else value
    return str(value)


def _architectures(study: Mapping[str, Any]) -> list[str]:
    return sorted({candidate["architecture"] for candidate in study["candidates"].values()})


def _arrays(runs: list[tuple[directories.RunKey, Path]]) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """The arrays of records.npz: `<run>/<name>`, and the test set's labels where they first occur or differ."""
    labels: NDArray[np.generic] | None = None
    for key, directory in runs:
        if not (directory / directories.RESULT).exists():
            continue
        yield from ((f"{key}/{name}", curve) for name, curve in _curves(directory / directories.HISTORY))
        path = directory / directories.PREDICTIONS
        if key.phase != "final" or not path.exists():
            continue
        with np.load(path, allow_pickle=False) as saved:
            yield f"{key}/predicted", saved["predicted"].astype(np.int32)
            yield f"{key}/confidence", saved["confidence"].astype(np.float16)
            yield f"{key}/top5_hit", saved["top5_hit"].astype(np.bool_)
            label = saved["label"].astype(np.int32)
        if labels is None:
            labels = label
            yield "labels", label
        elif not np.array_equal(labels, label):
            yield f"{key}/labels", label


def _curves(history: Path) -> Iterator[tuple[str, NDArray[np.generic]]]:
    if not history.exists():
        return
    rows = read_json(history)
    for name in ("epoch", *CURVES):
        values = [row.get(name) for row in rows]
        if any(value is not None for value in values):
            yield name, np.array([np.nan if value is None else value for value in values], dtype=np.float32)


def _text(path: Path) -> str:
    """A file's whole lines: the last one may be half written while the study runs."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text[: text.rfind("\n") + 1]


def _write_arrays(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        # numpy's stub takes keywords named like its own parameters for them; run names hold slashes and never are.
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    os.replace(partial, path)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: a reader may open the report while it is made again."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def copy(source: Path, folder: Path) -> None:
    """The collected files of one folder into another, without what was rendered from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (directories.STUDY, directories.SESSIONS, FACTS, RUNS, RECORDS):
        shutil.copyfile(source / name, folder / name)
