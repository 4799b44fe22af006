"""A process that trains the run whose specification stands in a file, with commits at every segment of two steps.

python -m tests.training.killed SPEC.json DIRECTORY
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from suite.training import loop
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer

SEGMENT_STEPS = 2


def commit_often() -> None:
    """Segments of two steps, each followed by a commit: the digits' epochs are over too soon otherwise."""
    loop.segment_steps = lambda *_: SEGMENT_STEPS
    loop.COMMIT_SECONDS = 0.0


if __name__ == "__main__":
    commit_often()
    spec = RunSpec.from_mapping(json.loads(Path(sys.argv[1]).read_text()))
    Trainer().train(spec, Path(sys.argv[2]), lambda row: False)
