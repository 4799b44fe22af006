"""A worker that learns nothing, and begins each run with a checkpoint that does not serve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.bench.trivial import Trivial
from suite.executors.worker import main
from suite.training.spec import RunSpec


class PassesOver(Trivial):
    def train(
        self,
        spec: RunSpec,
        directory: Path,
        on_epoch: Callable[[dict[str, Any]], bool],
        on_passed_over: Callable[[str, int], None],
    ) -> dict[str, Any]:
        on_passed_over("its last checkpoint is damaged", 0)
        return super().train(spec, directory, on_epoch, on_passed_over)


if __name__ == "__main__":
    main(PassesOver)
