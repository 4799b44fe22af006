from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from suite.analysis.figures import scatter
from suite.analysis.figures.scatter import Point


def points(*costs_and_errors: tuple[float, float]) -> list[Point]:
    return [
        Point(f"net{number}", number, cost, error, error - 1, error + 1)
        for number, (cost, error) in enumerate(costs_and_errors)
    ]


def test_points_of_equal_cost_stand_apart() -> None:
    first, second, third = scatter.places(points((1e6, 1), (1e6, 1), (5e6, 1)))
    assert first < 1e6 < second
    assert second / first == pytest.approx(1.03)
    assert third == 5e6


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([(1, 9), (2, 5), (3, 6), (4, 1)], ["net0", "net1", "net3"]),
        ([(4, 1), (1, 9)], ["net1", "net0"]),  # from the cheapest on
        ([(1, 5), (1, 5)], ["net0", "net1"]),  # neither beats its equal
        ([(1, 5), (1, 6)], ["net0"]),
        ([(1, 5), (2, 5)], ["net0"]),  # as good, and cheaper
        ([(7, 7)], ["net0"]),
    ],
)
def test_the_front_are_those_that_no_other_beats(found: list[tuple[float, float]], wanted: list[str]) -> None:
    assert [point.label for point in scatter.front(points(*found))] == wanted


def test_a_point_says_itself() -> None:
    point = Point("a", 0, 4e7, 21.634, 20.1, 23.1, "40.0 M")
    assert point.text == "a: 21.63% (20.10 to 23.10) at 40.0 M"
    text = scatter.draw_points([point])
    assert "<title>a: 21.63% (20.10 to 23.10) at 40.0 M</title>" in text
    assert text == scatter.draw_points([point])


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("costs", [[1e3], [1.2e7], [1.2e7, 1.21e7], [3e5, 4e5], [1e6, 1e9]])
def test_costs_are_told_in_thousands_and_millions_on_a_short_axis_too(costs: list[float], small: bool) -> None:
    root = ET.fromstring(scatter.draw_points(points(*((cost, 5.0) for cost in costs)), small=small))
    texts = [str(element.text) for element in root.iter() if element.tag.endswith("text")]
    assert not any("$" in text for text in texts), texts
    assert sum(bool(re.fullmatch(r"[0-9]+ [kMG]?", text)) for text in texts) >= 2, "one label alone is no scale"
