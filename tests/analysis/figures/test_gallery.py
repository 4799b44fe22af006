from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.figures import drawing
from suite.analysis.figures.gallery import pictures
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from suite.core.durable import read_json, write_json
from tests.analysis.conftest import Store


def names(store: Store, study: dict[str, Any]) -> list[str]:
    read = reading.read(rendering.refresh(store.workspace, study["study"]))
    return [picture.name for picture in pictures(read, table(read))]


def test_a_whole_study_has_them_all(rendered: Path) -> None:
    assert sorted(path.stem for path in (rendered / "figures").iterdir()) == [
        "calibration-tuned",
        "confusion-lenet5-tuned",
        "confusion-plain20-tuned",
        "confusion-resnet20-tuned",
        "curves-error-tuned",
        "curves-loss-tuned",
        "curves-seconds-tuned",
        "errors-tuned",
        "parameters-tuned",
        "search-tuned",
        "timeline-tuned",
        "tuning-tuned",
    ]


def test_a_study_without_results_has_none(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.describe(study)
    assert names(store, study) == []


def test_without_validation_the_training_error_is_drawn(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"], seeds=1)
    store.describe(study)
    directory = store.run(study, RunKey("lenet5", "shared", "final", 0))
    history = read_json(directory / "history.json")
    write_json(directory / "history.json", [{**row, "val_accuracy": None} for row in history])
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    titles = [picture.title for picture in pictures(read, table(read))]
    assert "Training error of the final runs, shared track." in titles
    assert not any("Validation" in title for title in titles)


def test_inline_figures_take_the_pages_colours(rendered: Path) -> None:
    read = reading.read(rendered)
    for picture in pictures(read, table(read)):
        assert drawing.INK not in picture.inline
        assert drawing.PAPER not in picture.inline
        element = ET.fromstring(picture.inline)
        assert element.get("role") == "img"
        assert element.get("aria-label") == picture.described
        assert element.get("width") is None
        assert element.get("viewBox")


def test_every_figure_says_what_it_shows_and_shares_no_identifier(rendered: Path) -> None:
    read = reading.read(rendered)
    drawn = pictures(read, table(read))
    ids = [element.get("id") for one in drawn for element in ET.fromstring(one.inline).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for picture in drawn:
        assert len(picture.alt) > 20, picture.name
        assert picture.alt in picture.described
        assert "<title>" in picture.inline, "and its values"


def test_where_all_cost_the_same_one_figure_says_so(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    del study["candidates"]["lenet5"]
    store.whole(study)
    found = names(store, study)
    assert "errors-tuned" in found
    assert "parameters-tuned" not in found
    assert "timeline-tuned" not in found, "both are of one year"


def test_the_front_is_named(rendered: Path) -> None:
    read = reading.read(rendered)
    (errors,) = (one for one in pictures(read, table(read)) if one.name == "errors-tuned")
    assert "No other candidate is both better and cheaper than lenet5, resnet20: the line of steps." in errors.caption
    assert "at 40.6 M" in errors.alt
