from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure

from suite.analysis.figures import drawing
from suite.analysis.figures.drawing import Curve, Value


def test_a_curve_is_the_mean_between_the_extremes() -> None:
    curve = drawing.curve("a", 0, [np.array([3.0, 1.0, 9.0]), np.array([1.0, 0.0])])
    assert curve.epochs.tolist() == [1, 2]  # as far as both reached
    assert curve.mean.tolist() == [2.0, 0.5]
    assert curve.low.tolist() == [1.0, 0.0]
    assert curve.high.tolist() == [3.0, 1.0]


def test_colours_repeat_only_with_another_marker() -> None:
    looks = [drawing.look(series, drawing.MARKERS) for series in range(20)]
    assert len(set(looks)) == 20
    assert looks[0][0] == looks[len(drawing.COLORS)][0]


CURVES = [Curve("a <b> & $c_1$", 0, np.arange(1.0, 4), np.ones(3), np.zeros(3), np.full(3, 2.0))]
DRAWN = {
    "curves": lambda: drawing.draw_curves(CURVES, "loss"),
    "one epoch": lambda: drawing.draw_curves([drawing.curve("a", 0, [np.ones(1)])], "loss"),
    "confusion": lambda: drawing.draw_confusion(np.eye(3, dtype=np.int64), ["x", "y", "<z>"]),
    "many classes": lambda: drawing.draw_confusion(np.eye(100, dtype=np.int64), [str(n) for n in range(100)]),
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


def titles(text: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(text).iter() if element.tag.endswith("title")]


def test_places_of_a_figure_say_their_values() -> None:
    curve = Curve("a <b>", 0, np.arange(1.0, 101), np.arange(100.0), np.arange(100.0) - 1, np.arange(100.0) + 1)
    found = titles(drawing.draw_curves([curve], "loss"))
    assert len(found) == drawing.MOST_VALUES
    assert (found[0], found[-1]) == ("a <b>: 0 (-1 to 1) at epoch 1", "a <b>: 99 (98 to 100) at epoch 100")
    assert titles(drawing.draw_curves(CURVES, "loss"))[0] == "a <b> & $c_1$: 1 (0 to 2) at epoch 1"


def test_a_place_lies_where_its_value_is_drawn() -> None:
    figure = Figure(figsize=(4, 2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 1), ylabel="something that takes room")
    axes.plot([2.5], [0.75], marker="o", gid="mark")
    root = ET.fromstring(
        drawing.svg(figure, [Value(axes, 2.5, 0.75, "here"), Value(axes, 2.5, 0.75, "cell", (1, 0.5))])
    )
    (mark,) = (group for group in root.iter() if group.get("id") == "mark")
    (used,) = (part for part in mark.iter() if part.tag.endswith("use"))
    small, cell = (part for part in root.iter() if part.get("class") == "value")
    for rect in (small, cell):
        middle = [float(rect.get(at)) + float(rect.get(side)) / 2 for at, side in (("x", "width"), ("y", "height"))]
        assert middle == pytest.approx([float(used.get("x")), float(used.get("y"))], abs=0.2)
    assert float(small.get("width")) == 2 * drawing.REACH
    (frame,) = (part for part in root.iter() if part.get("id") == "patch_2")
    height = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", frame[0].get("d"))]
    assert float(cell.get("height")) == pytest.approx((max(height) - min(height)) / 2, abs=0.2)


def test_a_confusion_matrix_says_what_it_counts_and_names_the_worst() -> None:
    counts = np.array([[8, 2, 0], [0, 10, 0], [5, 0, 5]])
    found = titles(drawing.draw_confusion(counts, ["cat", "dog", "ox"]))
    assert found == [
        "cat, taken for cat: 8 of 10",
        "cat, taken for dog: 2 of 10",
        "dog, taken for dog: 10 of 10",
        "ox, taken for cat: 5 of 10",
        "ox, taken for ox: 5 of 10",
    ]
    assert drawing.most_confused(counts, ["cat", "dog", "ox"]) == "Most often: ox for cat (5), cat for dog (2)."
    assert drawing.most_confused(np.eye(2, dtype=np.int64), ["a", "b"]) == "Nothing is taken for anything else."


def test_where_lines_end_is_told_in_words() -> None:
    curve = Curve("a", 0, np.arange(1.0, 3), np.array([9.0, 1.2345]), np.array([8.0, 1.0]), np.array([10.0, 2.0]))
    assert drawing.ends([curve]) == "At the end: a 1.234 (1 to 2)."
