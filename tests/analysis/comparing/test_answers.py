from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from suite.analysis.comparing.answers import alike, answers, by_class, calibration
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from tests.analysis.conftest import CLASSES, Store, small


def test_each_row_has_its_answers(rendered: Path) -> None:
    read = reading.read(rendered)
    rows = table(read)
    known = answers(read, rows)
    assert [own.candidate for own in known] == list(rows.candidate)
    assert {own.predicted.shape for own in known} == {(3, 400)}
    assert [1 - own.hits.mean() for own in known] == pytest.approx(list(rows.test_error))


def test_classes_divide_the_error(rendered: Path) -> None:
    read = reading.read(rendered)
    known = answers(read, table(read))
    found = by_class(read, known)
    assert [number for number, _ in found] == list(range(len(CLASSES)))
    images = [own["lenet5"].images for _, own in found]
    assert sum(images) == 400
    whole = sum(count * own["lenet5"].mean for count, (_, own) in zip(images, found, strict=True)) / 400
    assert whole == pytest.approx(known[-1].hits.mean())
    assert all(one.low <= one.mean <= one.high for _, own in found for one in own.values())


def test_calibration_lies_about_what_was_recorded(rendered: Path) -> None:
    read = reading.read(rendered)
    known = answers(read, table(read))
    for name, interval in calibration(read, "tuned", known):
        assert interval.low < interval.mean < interval.high, name
        assert interval.seeds == (3,)
    runs = read.runs.copy()
    final = (runs.candidate == "lenet5") & (runs.phase == "final")
    runs.loc[final, "calibration_error"] = [0.5, 0.6, 0.7]
    recorded = reading.Records(read.study, runs, read.arrays, read.sessions, read.facts)
    assert dict(calibration(recorded, "tuned", known))["lenet5"].mean == pytest.approx(0.6)


def test_who_answers_alike(rendered: Path) -> None:
    read = reading.read(rendered)
    known = answers(read, table(read))
    found = {(pair.first, pair.second): pair for pair in alike(known)}
    assert len(found) == 6
    pair, (first, second, _) = found["resnet20", "plain20"], known
    same = [np.mean(a == b) for a in first.predicted for b in second.predicted]
    assert pair.same == pytest.approx(np.mean(same))
    # The images that are hard for the one are hard for the other.
    assert pair.consistency > 0.2


def test_one_run_is_not_held_against_itself(store: Store) -> None:
    from suite.analysis import rendering

    store.whole(small())
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = {(pair.first, pair.second): pair for pair in alike(answers(read, table(read)))}
    assert math.isnan(found["lenet5", "lenet5"].same)
    assert not math.isnan(found["resnet20", "lenet5"].same)
