"""Where a run's directory lies, what its files are called, and how they are read and written.

    runs/<study>/<instance>/study.json                                 what was asked, and the state of the study
    runs/<study>/<instance>/sessions.jsonl                             one line per session: where its time went
    runs/<study>/<instance>/<candidate>/<track>/<phase>/<number>/      one run, the only truth about it
        run.json            what determines the run; written when it is first handed out
        checkpoints/<step>/ at most two generations, each whole or absent
        history.json        one row per epoch                          (written before result.json)
        predictions.npz     final runs: predicted, confidence, top5_hit, label of each test image
        model.weights.h5    final runs: the last weights
        result.json         the commit point: a run with it is over, a run without it is not

Knows no other part of the suite, so that the report, the status and the workers can all read the same truth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN, RESULT, HISTORY, PREDICTIONS, WEIGHTS = (
    "run.json", "result.json", "history.json", "predictions.npz", "model.weights.h5",
)  # fmt: skip
STUDY, SESSIONS = "study.json", "sessions.jsonl"
TRACKS, PHASES = ("shared", "tuned"), ("search", "final")


@dataclass(frozen=True, order=True)
class RunKey:
    """The place of one run within an instance."""

    candidate: str
    track: str
    phase: str
    number: int

    @property
    def path(self) -> Path:
        return Path(self.candidate) / self.track / self.phase / str(self.number)

    def __str__(self) -> str:
        return str(self.path)


def instance_directory(workspace: Path, study: str, instance: str) -> Path:
    return workspace / "runs" / study / instance


def run_directories(instance: Path) -> Iterator[tuple[RunKey, Path]]:
    """Every run of an instance that was ever handed out, in a fixed order; what a grown search superseded is none."""
    found = []
    for path in instance.glob(f"*/*/*/*/{RUN}"):
        candidate, track, phase, number = path.parts[-5:-1]
        if number.isdecimal():
            found.append((RunKey(candidate, track, phase, int(number)), path.parent))
    yield from sorted(found)


def read_sessions(directory: Path) -> list[dict[str, Any]]:
    """The sessions of an instance so far, as `suite.study.session` writes them."""
    path = directory / SESSIONS
    sessions = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        with suppress(json.JSONDecodeError):  # a power cut may leave zeros; the account is no truth that a study needs
            sessions.append(json.loads(line))
    return sessions
