"""The overlap curves and the pictures with boxes, from records made up by hand."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from suite import tasks
from suite.analysis.figures.drawings.localization import Shown, draw_boxes, first_images, overlaps, pictures
from suite.analysis.folder.reading import Records
from suite.core.result import columns

NAMES = ("cat", "a very long name of a dog")


@pytest.fixture
def records() -> Records:
    """One candidate with two final runs on four test images, of which two are kept with their pixels."""
    truth = np.array([[0, 0, 0.5, 0.5]] * 4, np.float16)
    arrays: dict[str, Any] = {
        "labels": np.array([0, 1, 0, 1], np.int32),
        "truths": truth,
        "pictures": np.zeros((2, 8, 8, 3), np.uint8),
    }
    for number, iou in enumerate(([1.0, 0.5, 0.25, 0.75], [0.5, 0.25, 0.25, 0.75])):
        run = f"net/shared/final/{number}"
        arrays[f"{run}/predicted"] = np.array([0, 1, 1, 1], np.int32)
        arrays[f"{run}/iou"] = np.array(iou, np.float16)
        arrays[f"{run}/box"] = truth
    blank = dict.fromkeys(columns(tasks.get("localization").metrics), "")
    rows = [
        {**blank, "candidate": "net", "track": "shared", "phase": "final", "number": n, "outcome": "completed"}
        for n in range(2)
    ]
    study = {"task": "localization", "candidates": {"net": {}}, "data": {"class_names": NAMES}, "tracks": ["shared"]}
    return Records(study, pd.DataFrame(rows), arrays, (), {})


def test_the_curve_is_the_share_of_right_images_in_each_run(records: Records) -> None:
    (curve,) = overlaps(records, "shared")
    assert curve.epochs[[0, 5, 10, 15, 20]].tolist() == [0, 0.25, 0.5, 0.75, 1]
    np.testing.assert_allclose(curve.low[[0, 10, 15, 20]], [0.75, 0.5, 0.25, 0])
    np.testing.assert_allclose(curve.high[[0, 10, 15, 20]], [0.75, 0.75, 0.5, 0.25])
    np.testing.assert_allclose(curve.mean[10], 0.625)


def test_the_line_above_an_image_says_what_was_seen(records: Records) -> None:
    first, second = first_images(records, "net", "shared")
    assert first.line == "cat 1.00"
    assert second.line == "a very long… 0.50"
    records.arrays["net/shared/final/0/predicted"][0] = 1
    assert first_images(records, "net", "shared")[0].line == "a very long… 1.00\n(cat)"


def test_both_figures_are_drawn_with_both_boxes(records: Records) -> None:
    rows = pd.DataFrame([{"candidate": "net", "track": "shared"}])
    drawn = list(pictures(records, rows))
    assert [picture.name for picture in drawn] == ["overlap-shared", "boxes-net-shared"]
    ET.fromstring(drawn[0].svg.encode())
    text = drawn[1].svg
    assert text == list(pictures(records, rows))[1].svg
    assert text.count("#009e73") >= 3, "the true box of each image, and the legend's"
    assert text.count("#d55e00") >= 3
    assert "The first 2 test images" in drawn[1].caption


def test_grey_images_are_shown_as_dark_as_they_are() -> None:
    """And not stretched from black to white, each by its own darkest and brightest pixel."""
    grey = np.full((8, 8, 1), 200, np.uint8)
    grey[0] = 190
    box = np.array([0.0, 0.0, 1.0, 1.0])
    svg = draw_boxes([Shown(grey, box, box, "cat 1.00")])
    (encoded,) = re.findall(r"data:image/png;base64,([^\"]+)", svg)
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        assert set(np.unique(np.asarray(picture.convert("L")))) == {190, 200}
