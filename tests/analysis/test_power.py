from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import suite
from suite.analysis import power, rendering
from suite.analysis.folder import reading
from suite.analysis.statistics.deciding import Components, components, seeds_needed, smallest_difference
from suite.core.metrics import by_name
from tests.analysis.conftest import Store

PUBLISHED = Path(suite.__file__).parents[1] / "reports" / "published"


def test_the_spread_seen_is_the_median_of_neighbours(store: Store, described: Callable[..., Any]) -> None:
    study = described(intervals="own")
    instance = store.whole(study)
    read = reading.read(rendering.refresh(store.workspace, study["study"]))
    metric = by_name(read.task.metrics)["test_accuracy"]
    tables = [read.scores(name, "tuned", metric) for name in ("resnet20", "plain20", "lenet5")]
    parts = [components(tables[0], tables[1]), components(tables[1], tables[2])]  # type: ignore[arg-type]
    found, count = power.of_instance(instance) or (None, 0)
    assert count == 3
    assert found == Components(*(np.mean([getattr(p, name) for p in parts]) for name in ("image", "seed", "rest")))


def test_one_seed_shows_no_spread(store: Store, described: Callable[..., Any]) -> None:
    assert power.of_instance(store.whole(described(seeds=1))) is None


def test_what_is_pinned_is_what_the_published_study_shows() -> None:
    found, _ = power.seen(reading.read(PUBLISHED / "resnet_vs_vgg")) or (None, 0)
    assert found is not None
    for name in ("image", "seed", "rest"):
        assert getattr(power.PINNED, name) == pytest.approx(getattr(found, name), rel=0.05)


def test_each_difference_has_its_seeds_images_and_time() -> None:
    found = Components(image=0.02, seed=2e-4, rest=0.1)
    shown = power.lines((found, 4), 10_000, 3, lambda seeds: f"{seeds} h")
    assert shown[0] == "by the spread of the 4 candidates of this instance that have two seeds or more"
    assert "spreads by 1.00 points; 10,000 test images by 0.14 points" in shown[1]
    for line, effect in zip(shown[2:5], power.DIFFERENCES, strict=True):
        seeds = seeds_needed(effect, found, 10_000)
        assert seeds is not None
        assert smallest_difference(*found.variance(seeds, 10_000)) <= effect
        assert line.startswith(f"{100 * effect:g} points: {seeds} seeds each ({seeds} h); with 3 seeds, ")
    assert shown[2].endswith("no number of test images")


def test_without_records_the_pinned_spread_stands_in() -> None:
    shown = power.lines(None, 300, 3, str)
    assert shown[0].startswith("by the spread pinned from published studies")
    assert "no number of seeds on these images" in shown[2]
