from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.differences import to_first
from suite.analysis.comparing.ordering import order
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from tests.analysis.conftest import Store, small


def test_who_is_decided_behind_is_ranked_behind(rendered: Path) -> None:
    read = reading.read(rendered)
    found = order(read, table(read)).set_index("candidate")
    assert list(found.index) == ["resnet20", "plain20", "lenet5"]
    assert list(found["rank"]) == [1, 2, 3]
    assert (found.low["lenet5"], found.high["lenet5"]) == (3, 3)
    assert (found.low["resnet20"], found.high["plain20"]) == (1, 2)
    assert found.best.sum() == pytest.approx(1.0)
    assert found.best["resnet20"] > 0.9 > 0.01 > found.best["lenet5"]
    assert not found.images_only.any()


def test_twins_share_their_ranks_and_the_probability(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    for number in range(3):
        store.run(study, RunKey("plain20", "tuned", "final", number), error=0.10)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = order(read, table(read)).set_index("candidate")
    assert [(found.low[name], found.high[name]) for name in ("resnet20", "plain20")] == [(1, 2), (1, 2)]
    assert found.best[["resnet20", "plain20"]].max() < 0.99


def test_with_growing_seeds_each_pair_has_its_looks(store: Store, described: Callable[..., Any]) -> None:
    study = described(seeds_auto={"most": 5, "given": {}})
    store.whole(study)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = order(read, table(read)).set_index("candidate")
    assert (found.low["lenet5"], found.high["lenet5"]) == (3, 3)


def test_one_seed_says_it_is_of_the_images(store: Store) -> None:
    study = small()
    store.whole(study)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    rows = table(read)
    assert order(read, rows).images_only.all()
    behind = to_first(read, rows)
    assert list(behind.mid_p < 1e-6) == [True]  # 40 of 400 images against 160
    assert order(read, rows.head(1)).empty


def test_of_several_seeds_there_is_no_test_of_single_runs(rendered: Path) -> None:
    read = reading.read(rendered)
    assert to_first(read, table(read)).mid_p.isna().all()
