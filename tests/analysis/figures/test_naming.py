"""Names beside points: none covers another, a point, a line, or the numbers of the axes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from suite.analysis.figures.naming import Line, Place, name


def drawn(places: list[Place], avoid: list[Line]) -> tuple[Figure, list[Bbox]]:
    """The figure, and where each name stands in it."""
    figure = Figure(figsize=(5.6, 3.9), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 10))
    name(figure, axes, places, avoid)
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in axes.texts if isinstance(text, Annotation)]
    assert [text.get_text() for text in texts] == [text for _, _, text in places]
    return figure, [text.get_window_extent(renderer) for text in texts]


def shared(one: Bbox, other: Bbox) -> bool:
    return Bbox.intersection(one, other) is not None


@pytest.mark.parametrize("seed", range(3))
def test_names_cover_nothing(seed: int) -> None:
    points = np.random.default_rng(seed).permutation(np.mgrid[1:9:4j, 1:9:4j].reshape(2, -1).T)
    places = [(float(x), float(y), f"network{number}") for number, (x, y) in enumerate(points)]
    figure, boxes = drawn(places, [((1.0, 1.0), (4.0, 1.0))])
    axes = figure.axes[0]
    line = Bbox(axes.transData.transform([(1.0, 1.0), (4.0, 1.0)]))
    dots = [Bbox([axes.transData.transform((x, y))] * 2).padded(2) for x, y, _ in places]
    assert not any(shared(one, other) for one, other in combinations(boxes, 2))
    assert not any(shared(box, dot) for box in boxes for dot in [*dots, line.padded(1)])


def test_a_name_at_the_edge_stands_inside() -> None:
    figure, (left, low) = drawn([(0.0, 5.0, "left"), (5.0, 0.0, "low")], [((0.0, 5.0), (9.0, 5.0))])
    axes = figure.axes[0].bbox
    assert left.x0 >= axes.x0
    assert low.y0 >= axes.y0


def test_where_all_places_cover_something_every_name_is_there_all_the_same() -> None:
    drawn([(5.0, 5.0, f"the same place {number}") for number in range(12)], [])
