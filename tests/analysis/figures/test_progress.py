from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.figures import progress
from suite.analysis.figures.progress import Course
from suite.analysis.folder import reading
from suite.core.directories import RunKey
from tests.analysis.conftest import Store

NONE = float("nan")
LINES = [
    Course("a", 0, np.array([NONE, 9.0, 9.0, 7.0, 7.0]), np.array([10.0, 8.5, 8.0, 7.5, 7.25])),
    Course("b", 1, np.array([8.0, 8.0]), None),
    Course("c", 2, np.array([NONE, NONE]), None),
]


def texts(svg: str, tag: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(svg).iter() if element.tag.endswith(tag)]


def test_a_course_falls_where_a_trial_is_better_than_all_before() -> None:
    assert [list(line.falls) for line in LINES] == [[2, 4], [1], []]
    assert [line.text for line in LINES] == [
        "a: 7.0% after trial 4 of 5, 7.2% expected of so many",
        "b: 8.0% after trial 1 of 2",
        "c: none of 2 trials ran to the end",
    ]


def test_each_candidate_has_a_line_a_mark_of_its_own_and_values() -> None:
    svg = progress.draw(LINES)
    assert texts(svg, "title") == ["a: 9 at trial 2", "a: 7 at trial 4", "b: 8 at trial 1"]
    assert {"a", "b", "c", "expected best", "trials", "best validation error [%]"} <= set(texts(svg, "text"))
    assert svg == progress.draw(LINES)
    assert "expected best" not in texts(progress.draw(LINES[1:]), "text")
    assert len({progress._marker(series) for series in range(6)}) == 6, "told apart without colours"


def test_it_ends_at_the_selected_trial(store: Store, described: Callable[..., Any]) -> None:
    study = described(trials=5)
    store.whole(study)
    ends = [("pruned", 0.95), ("completed", 0.6), ("diverged", None), ("completed", 0.8), ("completed", 0.7)]
    for number, (outcome, score) in enumerate(ends):
        store.run(study, RunKey("lenet5", "tuned", "search", number), outcome=outcome, val_accuracy=score)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    (picture,) = progress.pictures(read, "tuned")
    assert picture.name == "tuning-tuned"
    assert "lenet5: 20.0% after trial 4 of 5, " in picture.alt, "a pruned trial is never selected"
    assert "Dodge et al. 2019" in picture.caption
    assert "expected best" in picture.svg


@pytest.mark.parametrize(("trials", "drawn"), [(1, 0), (3, 1)])
def test_few_trials_promise_nothing(trials: int, drawn: int, store: Store, described: Callable[..., Any]) -> None:
    store.whole(described(trials=trials, seeds=1))
    found = list(progress.pictures(reading.read(rendering.refresh(store.workspace, "fabricated")), "tuned"))
    assert len(found) == drawn
    assert not any("expected" in picture.caption + picture.alt + picture.svg for picture in found)
