"""Where a study's time went: every second of the coordinator's wall clock, as far as somebody counted it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from suite.analysis.folder.reading import Records
from suite.analysis.folder.seeds import completed_finals

TRAINING = "training steps"
OF_RUNS = {
    TRAINING: ("device_seconds",),
    "replayed after a kill": ("replayed_seconds",),
    "tracing and compilation": ("compile_seconds",),
    "data": ("data_seconds",),
    "building models": ("setup_seconds",),
    "evaluation": ("eval_seconds",),
    "checkpoints": ("checkpoint_seconds",),
}
"""What the workers counted, summed over the runs."""

OF_SESSIONS = {
    "start": ("start_seconds",),
    "search": ("search_seconds",),
    "tracking": ("tracking_seconds",),
    "report": ("report_seconds",),
    "waiting": ("idle_seconds",),
}
"""What the coordinator counted, summed over its sessions: seconds of workers, of whom each is counted once."""


TAKEN = ("images_per_second", "peak_memory_bytes", "energy_joules")


def wall_seconds(records: Records) -> float:
    """The wall time of all sessions times the workers each could use: with two workers an hour holds two."""
    return sum(
        _number(session, "wall_seconds") * max(1, int(session.get("workers") or 1)) for session in records.sessions
    )


def costs(records: Records) -> pd.DataFrame:
    """Columns `item`, `seconds`, `share` (of the wall time; NaN where none was recorded), with what is left over last.

    A worker waits while it has no run, and while it waits for the verdict on an epoch; what the search takes of that is
    shown apart. Sessions that were recorded before each worker's time was counted leave more of it unaccounted for.
    """
    items = {name: sum(records.runs[field].sum() for field in fields) for name, fields in OF_RUNS.items()}
    items |= {
        name: sum(_number(session, field) for session in records.sessions for field in fields)
        for name, fields in OF_SESSIONS.items()
    }
    evaluated = sum(_number(session, "evaluation_seconds") for session in records.sessions)
    items |= {_evaluation(records.study): evaluated} if evaluated else {}
    wall = wall_seconds(records)
    waited = float(records.runs["wait_seconds"].sum()) if "wait_seconds" in records.runs else 0.0
    items["waiting"] += max(0.0, waited - items["search"])  # while a worker waits for a verdict, the search is at work
    items["not accounted for"] = wall - sum(items.values())
    frame = pd.DataFrame({"item": list(items), "seconds": [float(value) for value in items.values()]})
    frame["share"] = frame.seconds / wall if wall > 0 else float("nan")
    return frame


def _evaluation(study: Mapping[str, Any]) -> str:
    """What is measured of a study's runs after the training."""
    asked = {"corrupted images": study.get("corruptions"), "latency": study.get("latency")}
    return " and ".join(name for name, wanted in asked.items() if wanted) or "corrupted images"


def by_candidate(records: Records) -> pd.DataFrame:
    """What one final run of each candidate took: means over the completed ones; NaN where nobody measured.

    Columns: candidate, track, images_per_second, peak_memory_bytes, energy_joules.
    """
    means = completed_finals(records).groupby(["track", "candidate"], sort=False)[list(TAKEN)].mean().reset_index()
    return means[["candidate", "track", *TAKEN]]


def _number(session: Mapping[str, Any], field: str) -> float:
    return float(session.get(field) or 0.0)
