"""What a run is called in a store."""

from __future__ import annotations

from pathlib import Path

from suite.core.durable import write_json
from suite.core.outcomes import Outcome
from suite.core.published import PUBLISHED
from suite.core.result import Result
from suite.projections.naming import of_end

NAMES = ("study", "instance", "candidate", "architecture", "track", "phase", "dataset", "data_hash", "backend")
NUMBERS = {"number": 0, "seed": 0, "attempts": 1, "ended_at": 1.0, "precision": "float32"}
RESULT = Result(**dict.fromkeys(NAMES, "a"), **NUMBERS, outcome=Outcome.ERROR, reason="half\0")  # type: ignore[arg-type]


def test_a_run_of_published_records_says_which(tmp_path: Path) -> None:
    ended = {"outcome": "error", "reason": "half\N{REPLACEMENT CHARACTER}"}
    assert of_end(RESULT, tmp_path) == ended
    write_json(tmp_path / PUBLISHED, {"folder": "quickstart", "records": "0123456789abcdef"})
    assert of_end(RESULT, tmp_path) == {**ended, "published": "quickstart, records 0123456789ab"}
