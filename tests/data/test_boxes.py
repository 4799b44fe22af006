"""Boxes from files to the square that a network gets, and back, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.boxes import Box, Boxes, by_name, in_images, in_picture

FILE = Path("b.txt")


def boxes(*edges: tuple[float, ...]) -> Boxes:
    return Boxes(list(edges), [f"b.txt, line {number}" for number in range(1, len(edges) + 1)])


def test_last_pixels_become_edges_and_edges_stay() -> None:
    rows = [(1, "a", ["0", "0", "9", "9"]), (2, "b", ["3", "4", "3", "5"])]
    assert by_name(FILE, rows, inclusive=True) == {
        "a": Box((0, 0, 10, 10), "b.txt, line 1"),
        "b": Box((3, 4, 4, 6), "b.txt, line 2"),
    }
    assert by_name(FILE, rows[:1], inclusive=False)["a"].edges == (0, 0, 9, 9)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["0", "x", "9", "9"], r"b.txt, line 7: expected four numbers, left, top, right, bottom, not '0 x 9 9'"),
        (["0", "0", "9"], r"line 7: expected four numbers"),
        ([], r"line 7: expected four numbers, left, top, right, bottom, not 'nothing'"),
        (["0", "0", "nan", "9"], r"line 7: expected four numbers"),
        (["5", "0", "5", "9"], r"line 7: the box 5 0 5 9 of a is empty"),
        (["5", "9", "6", "2"], r"line 7: the box 5 9 6 2 of a is empty"),
    ],
)
def test_what_is_no_box_is_named_by_file_and_line(texts: list[str], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        by_name(FILE, [(7, "a", texts)], inclusive=False)


def test_an_image_has_one_box() -> None:
    with pytest.raises(Refusal, match=r"line 2: a has a box already \(b.txt, line 1\)"):
        by_name(FILE, [(1, "a", ["0", "0", "9", "9"]), (2, "a", ["0", "0", "9", "9"])], inclusive=False)


def test_a_picture_without_a_line_is_named() -> None:
    with pytest.raises(Refusal, match=r"b.txt has no box for c: add its line"):
        Boxes().add("c", {}, FILE)


def test_a_wide_picture_loses_its_sides_and_a_box_is_scaled_with_it() -> None:
    """Of 40x20 the square from column 10 to 30 is left; at 8 pixels everything is as large as 0.4 of it."""
    found = in_images(boxes((0, 0, 40, 20), (12, 5, 20, 10), (5, 0, 15, 20)), [(40, 20)] * 3, 8)
    np.testing.assert_allclose(found, [[0, 0, 8, 8], [0.8, 2, 4, 4], [0, 0, 2, 8]], atol=1e-6)
    np.testing.assert_allclose(in_picture(found[1] / 8, (40, 20)), [12, 5, 20, 10], atol=1e-5)
    np.testing.assert_allclose(in_picture(np.array([-1.0, 0, 2, 1]), (20, 40)), [0, 10, 20, 30])


def test_a_box_outside_its_picture_is_refused() -> None:
    with pytest.raises(Refusal, match=r"b.txt, line 2: the box reaches out of its picture of 20x30 pixels \(left 0, "):
        in_images(boxes((0, 0, 20, 30), (0, 0, 21, 30)), [(20, 30)] * 2, 8)
    with pytest.raises(Refusal, match=r"b.txt, line 1: the box reaches out"):
        in_images(boxes((-1, 0, 5, 5)), [(20, 30)], 8)


def test_a_box_beside_the_square_is_refused() -> None:
    with pytest.raises(Refusal, match=r"b.txt, line 1: the box lies beside the central square"):
        in_images(boxes((0, 0, 9, 20)), [(40, 20)], 8)


def test_a_picture_that_cannot_be_read_is_left_to_the_decoder() -> None:
    assert in_images(boxes((0, 0, 9, 20)), [None], 8).shape == (1, 4)
