"""A small real run on the embedded digits: a narrow residual network, 3 epochs of 6 batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suite.data import DataSpec
from suite.training import loop
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from tests.training import killed

MakeSpec = Callable[..., RunSpec]

RECIPE = Recipe(
    learning_rate=0.05, nesterov=True, weight_decay=5e-4, schedule="cosine", warmup=0.1, epochs=3, batch_size=32,
    label_smoothing=0.1, flip=True, shift=2, cutout=4,
)  # fmt: skip


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def make_spec(cache_dir: Path) -> MakeSpec:
    """A specification of the small run; keywords change it, `recipe` by values."""

    def make(recipe: dict[str, Any] | None = None, **changes: Any) -> RunSpec:
        spec = RunSpec(
            architecture="lenet5",
            options={"width": 0.5},
            recipe=RECIPE.with_parameters(recipe or {}),
            data=DataSpec("digits", train_examples=200, validation_examples=50, test_examples=70),
            seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
            cache_dir=str(cache_dir),
            final=True,
        )
        return replace(spec, **changes)

    return make


@pytest.fixture(scope="module")
def small_segments() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "segment_steps", loop.segment_steps)
        patch.setattr(loop, "COMMIT_SECONDS", loop.COMMIT_SECONDS)
        killed.commit_often()
        yield
