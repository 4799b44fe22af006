"""Where a run's directory lies, what its files are called, and how they are read and written.

    runs/.lock                                                         held by the one coordinator of the workspace
    runs/workspace.json                                                what the workspace is called in stores of others
    runs/<study>/<instance>/study.json                                 what was asked, and the state of the study
    runs/<study>/<instance>/sessions.jsonl                             one line per session: where its time went
    runs/<study>/<instance>/limit.json                                 with a time limit: what it decided
    runs/<study>/<instance>/seen-<digest>.npz                          of a folder's training images, what finds copies
    runs/<study>/<instance>/allotment.json                             with a time budget: the lengths that it gave
    runs/<study>/<instance>/prior.json                                 with search.prior: what earlier searches selected
    runs/<study>/<instance>/seeds.json                                 with seeds=auto: what was given to whom
    runs/<study>/<instance>/logs/<worker>.log                          what the workers printed
    runs/<study>/<instance>/<candidate>/<track>/<phase>/superseded-*/  runs that a grown search no longer selects, or
                                                                       that started from weights which are others now
    runs/<study>/<instance>/<candidate>/<track>/<phase>/<number>/      one run, the only truth about it
        run.json            what determines the run; written when it is first handed out
        attempts.json       when each attempt at it started
        .lock               held by the worker that trains it
        checkpoints/<step>/ at most two generations, each whole or absent
        checkpoints/heartbeat   device time spent, so that the next attempt knows what a kill lost; no truth
        history.json        one row per epoch                          (written before result.json)
        test_by_epoch.json  final runs that a study tests after each epoch, too (suite.core.by_epoch)
        predictions.npz     final runs: predicted, confidence, top5_hit, label of each test image; the first filters,
                            the layers' trace, some images with their pixels
        preprocessing.json  final runs: what the pixels went through before the network
        model.weights.h5    final runs: the last weights
        result.json         the commit point: a run with it is over, a run without it is not
        corrupted.npz       final runs that a study evaluates on corrupted test images: each copy's scores
        evaluation.json     of these: the errors; both come after the result (suite.core.evaluation)
        latency.json        a final run whose network was timed, after the result, too (suite.core.latency)
        published.json      runs that were taken over from a report's folder: which one (suite.core.published)
        attempt-<n>/        on a cluster: where attempt n trains, as long as it is in hand (suite.core.attempts)

A killed worker leaves the first five of these, perhaps files of the end phase and unfinished temporary files; the lock
went with the process. The coordinator hands the run out again (`study.coordinator`) and reads its committed epochs
(`study.ledger.Ledger.history`). The next attempt goes on from the newest whole checkpoint (`training.loop.Loop.resume`)
and counts what the kill lost (`training.clock.Heartbeat`); it writes the end's files again. Checkpoints are deleted
after result.json; `python -m suite.status clean=true` deletes what a kill left over (`study.cleaning`).

A worker on another machine may be lost and still write. So on a cluster each attempt has a directory, `attempt-<n>/`,
with all of these but the first two in it, the lock too. Checkpoints move in with the attempt and out after it; what it
left at its end is moved up, result.json last; only the attempt in hand counts. Whoever opens the instance next settles
what a killed coordinator left there, so that the files above are found where they always were.

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
CHECKPOINTS = "checkpoints"
"""The folder of a run's checkpoints."""
FILTERS = "filters"
"""The first layer's filters among a final run's predictions; the report keeps those of the first run."""
TRACE = "trace"
"""The shapes and counts of a final run's layers, (4, L) as `suite.models.diagram` has them; the report keeps those of
the first run."""
EXAMPLE, EXAMPLE_PICTURE, LOOKED = "example", "example_picture", "looked"
"""Test images that every final run keeps, as places among them, (K,); their pixels, (K, h, w, c); and where the run
looked on them, (K, rows, columns) from 0 to 255 (`suite.training.keeping`). Runs that were tested on the same images
share the first two; the report keeps the last of the first run."""
MISTAKE, MISTAKE_PICTURE = "mistake", "mistake_picture"
"""The same of what a run gets wrong with the highest confidence; the report keeps those of the first run."""
FIRST_MAPS = "first_maps"
"""What the first layer makes of the first of these images, (n, rows, columns); of the first run, too."""
OF_THE_FIRST = (FILTERS, FIRST_MAPS, TRACE, LOOKED, MISTAKE, MISTAKE_PICTURE)
"""What the report keeps of a candidate's first final run alone."""
EVALUATION, CORRUPTED = "evaluation.json", "corrupted.npz"
LATENCY = "latency.json"
ATTEMPT = "attempt-"
"""How the name of an attempt's own directory begins."""
STUDY, SESSIONS = "study.json", "sessions.jsonl"
TAKEN = "records"
"""The key of a session's line that was taken over from published records, with their hash: it was spent elsewhere."""
TRACKS = ("shared", "tuned")


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
