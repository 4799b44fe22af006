from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.figures.drawings import mistakes
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import MISTAKE
from tests.analysis.conftest import Store


def test_each_candidate_shows_what_it_is_sure_of_and_wrong(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.keep_examples(study)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = {picture.candidate: picture for picture in mistakes.pictures(read, table(read))}
    assert found.keys() == {"resnet20", "plain20", "lenet5"}
    run = "lenet5/tuned/final/0"
    place = int(read.arrays[f"{run}/{MISTAKE}"][0])
    names, arrays = read.study["data"]["class_names"], read.arrays
    true, seen = names[arrays["labels"][place]], names[arrays[f"{run}/predicted"][place]]
    assert true != seen
    first = f"test image {place}: {true}, taken for {seen} ({float(arrays[f'{run}/confidence'][place]):.2f})"
    assert found["lenet5"].alt.startswith(f"{first}; ")


def test_records_without_pixels_have_none(rendered: Path) -> None:
    read = reading.read(rendered)
    assert not list(mistakes.pictures(read, table(read)))
