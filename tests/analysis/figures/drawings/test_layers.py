from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from suite.analysis import rendering
from suite.analysis.figures.drawings import layers
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import PREDICTIONS, TRACE
from tests.analysis.conftest import Store

VALUES = np.array([[32, 32, 16, 1, 1], [3, 16, 16, 16, 10], [0, 448, 0, 0, 170], [0, 5_000_000_000, 0, 0, 160]])


def test_each_candidate_shows_its_layers_once(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared", "tuned"], trials=0)
    store.whole(study)
    for path in store.instance(study).glob(f"*/*/final/*/{PREDICTIONS}"):
        with np.load(path) as saved:
            arrays = {name: saved[name] for name in saved.files}
        np.savez(path, **arrays, **{TRACE: VALUES})  # type: ignore[arg-type]
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    names = [name for name in read.arrays if name.endswith(f"/{TRACE}")]
    assert len(names) == 6, "of the first run of each candidate and track"
    np.testing.assert_array_equal(read.arrays[names[0]], VALUES)
    rows = table(read)
    found = [picture for _, part in rows.groupby("track") for picture in layers.pictures(read, part)]
    assert sorted(picture.name for picture in found) == [
        "layers-lenet5-shared", "layers-plain20-shared", "layers-resnet20-shared",
    ]  # fmt: skip
    assert found[0].svg == next(iter(layers.pictures(read, rows[rows.track == "shared"]))).svg
    assert found[0].alt == (
        "5 layers, 618 parameters, 5 G multiply-adds; sides at the end of each stage: 32 with 16 channels, 16 with 16 "
        "channels, 1 with 10 channels."
    )
