from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Curve, Point, Trial


def test_a_curve_is_the_mean_between_the_extremes() -> None:
    curve = drawing.curve("a", 0, [np.array([3.0, 1.0, 9.0]), np.array([1.0, 0.0])])
    assert curve.epochs.tolist() == [1, 2]  # as far as both reached
    assert curve.mean.tolist() == [2.0, 0.5]
    assert curve.low.tolist() == [1.0, 0.0]
    assert curve.high.tolist() == [3.0, 1.0]


def test_points_of_equal_multiply_adds_stand_apart() -> None:
    points = [Point("a", 0, 1e6, 1, 0, 2), Point("b", 1, 1e6, 1, 0, 2), Point("c", 2, 5e6, 1, 0, 2)]
    first, second, third = drawing.places(points)
    assert first < 1e6 < second
    assert second / first == pytest.approx(1.03)
    assert third == 5e6


def test_colours_repeat_only_with_another_marker() -> None:
    looks = [drawing.look(series, drawing.MARKERS) for series in range(20)]
    assert len(set(looks)) == 20
    assert looks[0][0] == looks[len(drawing.COLORS)][0]


CURVES = [Curve("a <b> & $c_1$", 0, np.arange(1.0, 4), np.ones(3), np.zeros(3), np.full(3, 2.0))]
DRAWN = {
    "curves": lambda: drawing.draw_curves(CURVES, "loss"),
    "one epoch": lambda: drawing.draw_curves([drawing.curve("a", 0, [np.ones(1)])], "loss"),
    "points": lambda: drawing.draw_points([Point("a_1", 0, 4e7, 5, 4, 6), Point("b", 9, 4e7, 7, 6, 9)]),
    "confusion": lambda: drawing.draw_confusion(np.eye(3, dtype=np.int64), ["x", "y", "<z>"]),
    "many classes": lambda: drawing.draw_confusion(np.eye(100, dtype=np.int64), [str(n) for n in range(100)]),
    "trials": lambda: drawing.draw_trials([Trial("a", 5, "completed", True), Trial("b", 7, "pruned", False)]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_drawings_are_whole_and_the_same_bytes_each_time(name: str) -> None:
    text = DRAWN[name]()
    assert text == DRAWN[name]()
    assert ET.fromstring(text).tag.endswith("svg")
    assert "<dc:date>" not in text


def test_names_are_shown_as_they_are() -> None:
    texts = [element.text for element in ET.fromstring(DRAWN["curves"]()).iter() if element.tag.endswith("text")]
    assert "a <b> & $c_1$" in texts
    assert "loss" in texts


@pytest.mark.parametrize("macs", [[1e3], [1.2e7], [1.2e7, 1.21e7], [3e5, 4e5], [1e6, 1e9]])
def test_multiply_adds_are_told_in_thousands_and_millions_on_a_short_axis_too(macs: list[float]) -> None:
    points = [Point(f"net{number}", number, value, 5, 4, 6) for number, value in enumerate(macs)]
    texts = [str(e.text) for e in ET.fromstring(drawing.draw_points(points)).iter() if e.tag.endswith("text")]
    assert not any("$" in text for text in texts), texts
    assert sum(bool(re.fullmatch(r"[0-9]+ [kMG]?", text)) for text in texts) >= 2, "one label alone is no scale"
