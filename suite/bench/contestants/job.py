"""What a contestant trains, and how it answers. Imports nothing heavy."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

IMAGES = 2560
"""How many images there are: random ones, for what is timed does not depend on them."""
CLASSES = 10
SIDE = 2048
"""Of the square matrices whose product is the limit."""


@dataclass(frozen=True)
class Job:
    """A network and how it trains. Shown to every contestant alike; each takes of it what it can."""

    architecture: str
    options: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    """Values of a recipe over `standard`, in the suite's names."""
    precision: str = "float32"
    size: int = 32
    """Side of the images in pixels; they have three channels."""
    batch_size: int = 128
    deterministic: bool = True
    """As the suite trains on a processor; the others take no notice of it."""
    map: str = ""
    """A file of images that are trained on from its memory map, as (N, size, size, 3) uint8; the suite's own loop alone
    can. Without one, random images lie on the device."""

    @property
    def title(self) -> str:
        """The architecture with its options: `convnext_tiny width=0.2`."""
        return " ".join([self.architecture, *(f"{name}={value}" for name, value in self.options.items())])

    def as_argument(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, text: str) -> Job:
        return cls(**json.loads(text))


Steps = Callable[[int], None]
"""Trains so many steps, and returns when the last one is done."""


def serve(prepare: Callable[[Job], Steps]) -> None:
    """Answer numbers of steps with seconds until the input ends. `prepare` builds, traces and compiles."""
    steps = prepare(Job.from_argument(sys.argv[1]))
    steps(2)
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        steps(int(line))
        print(time.perf_counter() - start, flush=True)
