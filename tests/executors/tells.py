"""A worker that learns nothing, and leaves word of what it may compute on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.bench.trivial import Trivial
from suite.executors.worker import main
from suite.training.spec import RunSpec


class Tells(Trivial):
    def train(self, spec: RunSpec, directory: Path, attempt: int, on_epoch: Callable[[Any], bool]) -> dict[str, Any]:
        (directory / "device").write_text(f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'any')} {os.getpid()}")
        return super().train(spec, directory, attempt, on_epoch)


if __name__ == "__main__":
    main(Tells)
