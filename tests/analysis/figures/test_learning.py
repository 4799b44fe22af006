from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.figures import learning
from suite.analysis.folder import reading
from suite.analysis.folder.reading import Records
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from tests.analysis.conftest import Store


def seconds(read: Records) -> dict[str, list[float]]:
    errors = list(learning.curves(read, "tuned", "val_accuracy", error=True))
    return {line.label: line.epochs.tolist() for line in learning.over_seconds(read, table(read), errors)}


def test_where_only_the_whole_time_is_known_epochs_have_equal_shares(rendered: Path) -> None:
    read = reading.read(rendered)
    own = read.runs[(read.runs.candidate == "lenet5") & (read.runs.phase == "final")].device_seconds.mean()
    assert seconds(read)["lenet5"] == pytest.approx([own / 4, own / 2, 3 * own / 4, own])
    (picture,) = (one for one in learning.pictures(read, table(read)) if one.name == "curves-seconds-tuned")
    assert "divided evenly among the epochs" in picture.caption
    assert "lenet5" in picture.alt


def with_seconds(store: Store, study: dict[str, Any]) -> Records:
    """The epochs of every final run take 1, 2, 3 and 4 seconds."""
    for path in store.instance(study).glob("*/*/final/*/history.json"):
        write_json(path, [{**row, "device_seconds": float(row["epoch"])} for row in read_json(path)])
    return reading.read(rendering.refresh(store.workspace, "fabricated"))


def test_where_epochs_have_their_own_times_these_are_drawn(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    read = with_seconds(store, study)
    assert seconds(read) == {name: [1, 3, 6, 10] for name in ("resnet20", "plain20", "lenet5")}
    (picture,) = (one for one in learning.pictures(read, table(read)) if one.name == "curves-seconds-tuned")
    assert "divided" not in picture.caption
    assert read.arrays["lenet5/tuned/final/0/device_seconds"].dtype == np.float32


def test_times_of_two_kinds_share_no_axis(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    for number in range(3):
        store.run(study, RunKey("lenet5", "tuned", "final", number), threads=1)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert seconds(read) == {}
    assert not any("seconds" in one.name for one in learning.pictures(read, table(read)))
