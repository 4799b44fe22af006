"""A worker that does not find its data."""

from __future__ import annotations

from typing import Any

from suite.core.refusals import Refusal
from suite.executors.worker import main


class Refuses:
    def train(self, *_: Any) -> dict[str, Any]:
        raise Refusal("cifar10 was found nowhere")


if __name__ == "__main__":
    main(Refuses)
