from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.figures import timeline
from suite.analysis.figures.timeline import IMAGENET, MEASURED, PUBLISHED, Mark, Row
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def rows(count: int) -> list[Row]:
    """As many candidates as one likes, with long names, and marks from few to very many parameters."""
    return [
        Row(
            f"candidate_with_a_name_{number}",
            number,
            2012 + number // 3,
            (
                Mark(MEASURED, 5.0 + number, 6e4 * 1.5**number, f"{number} measured", 4.0 + number, 6.0 + number),
                Mark(PUBLISHED, 4.0, 138e6, f"{number} published (1-crop)"),
                Mark(IMAGENET, 20.0, None, f"{number} on ImageNet"),
            ),
        )
        for number in range(count)
    ]


def placed(svg: str) -> dict[str, float]:
    """The height of each text, in points from the top."""
    found = {}
    for element in ET.fromstring(svg).iter():
        if element.tag.endswith("text") and element.text:
            y = element.get("y") or re.findall(r"translate\([\d.]+ ([\d.]+)\)", element.get("transform") or "")[0]
            found[element.text] = float(y)
    return found


@pytest.mark.parametrize("count", [2, 19, 40])
def test_no_two_names_meet_and_no_mark_leaves_its_row(count: int) -> None:
    at = placed(timeline.draw_timeline(rows(count)))
    heights = [at[f"candidate_with_a_name_{number}  {2012 + number // 3}"] for number in range(count)]
    steps = {round(below - above, 1) for above, below in pairwise(heights)}
    assert min(steps) > 18, "a row is twice as high as its letters"
    assert 2 * (timeline.area(150e6) / 3.1416) ** 0.5 < 1.25 * min(steps), "the largest network's mark"


def test_areas_grow_with_the_root_of_the_parameters() -> None:
    assert timeline.area(4e6) == pytest.approx(2 * timeline.area(1e6))
    assert timeline.area(None) == timeline.area(timeline.UNKNOWN)


def test_it_is_the_same_bytes_and_says_each_mark() -> None:
    svg = timeline.draw_timeline(rows(3))
    assert svg == timeline.draw_timeline(rows(3))
    titles = [element.text for element in ET.fromstring(svg).iter() if element.tag.endswith("title")]
    assert len(titles) == 9
    assert "2 published (1-crop)" in titles


def test_rows_are_measured_and_published_errors_with_their_conditions(rendered: Path) -> None:
    read = reading.read(rendered)
    found = timeline.timeline(read, table(read))
    assert [(row.label, row.year) for row in found] == [("lenet5", 1998), ("plain20", 2015), ("resnet20", 2015)]
    kinds = {row.label: [mark.kind for mark in row.marks] for row in found}
    assert kinds["lenet5"] == [MEASURED], "MNIST's error is no CIFAR-10 error"
    (_, published) = found[2].marks
    assert published.error == pytest.approx(8.75)
    assert published.text == "resnet20 8.75% published on cifar10 (option A, test), 270 k parameters"


def test_there_is_one_where_years_differ_and_only_there(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"], seeds=1, claims=[])
    store.describe(study)
    for name in ("resnet20", "plain20"):
        store.run(study, RunKey(name, "shared", "final", 0))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert not list(timeline.pictures(read, table(read)))
    store.run(study, RunKey("lenet5", "shared", "final", 0))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    (picture,) = timeline.pictures(read, table(read))
    assert picture.name == "timeline-shared"
    assert "2015 resnet20" in picture.alt
    assert "8.75% published on cifar10 (option A, test)" in picture.alt
