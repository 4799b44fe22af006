"""Boxes against what is seen of a drawn rectangle, after each transform that moves pixels and boxes alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from suite.core.refusals import Refusal
from suite.training.augment import flip, shift
from suite.training.batch import Batch
from suite.training.pixels import boxes
from suite.training.recipe import Recipe
from suite.training.recipe.part import parts
from tests.data.drawn import edges_of
from tests.training.augment.by_hand import COUNT, apply, uniforms

HEIGHT, WIDTH = 36, 48
SIDES = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)
Step = Callable[[Batch], Batch]

STRAIGHT: dict[str, dict[str, Any]] = {
    "zoom": {"zoom": 1.5},
    "translation": {"translation": 0.6},
    "resized_crop": {"resized_crop": 0.1, "resized_crop_ratio": 4 / 3},
}
TURNED: dict[str, dict[str, Any]] = {
    "rotation": {"rotation": 180.0},
    "shear": {"shear": 0.5},
    "rand_augment": {"rand_augment": 2, "rand_augment_magnitude": 30.0},
    "auto_augment": {"auto_augment": "imagenet"},
    "trivial_augment": {},
}


def rectangles() -> tuple[np.ndarray, np.ndarray]:
    """COUNT dark images with a bright rectangle each, and its edges in pixels."""
    random = np.random.default_rng(5)
    pixels, edges = np.zeros((COUNT, HEIGHT, WIDTH, 3), np.uint8), []
    for image in pixels:
        left, top = random.integers(0, WIDTH - 8), random.integers(0, HEIGHT - 8)
        right, bottom = random.integers(left + 6, WIDTH + 1), random.integers(top + 6, HEIGHT + 1)
        image[top:bottom, left:right] = 255
        edges.append([left, top, right, bottom])
    return pixels, np.array(edges, np.float32)


def moved(*steps: Step, cropped: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """What is seen of the rectangles where values stay and pixels move, and where their boxes are said to be."""
    pixels, edges = rectangles()
    batch = Batch(ops.convert_to_tensor(pixels), {})
    for step in steps:
        batch = step(batch)
    images = batch.images if cropped else ops.convert_to_tensor(pixels)
    still = replace(batch, images=images, table=None, kept=None)
    seen = ops.convert_to_numpy(still.normalized(lambda values: ops.cast(values, "float32")))
    return seen, ops.convert_to_numpy(batch.placed(ops.convert_to_tensor(edges / SIDES))) * SIDES


def step(name: str, numbers: dict[str, Any]) -> Step:
    part = parts("augment")[name]
    assert part.boxes
    return apply(part, uniforms(part.draws), **numbers)


BEFORE = (
    apply(shift.PART, uniforms(2, 7), shift=5, shift_padding="zero"),
    apply(flip.PART, uniforms(1, 8), flip=True),
)


@pytest.mark.parametrize("name", STRAIGHT)
@pytest.mark.parametrize("more", [False, True])
def test_a_box_that_stays_straight_is_what_is_seen(name: str, more: bool) -> None:
    own, cropped = step(name, STRAIGHT[name]), name == "resized_crop"
    steps = ([own, *BEFORE] if cropped else [*BEFORE, own]) if more else [own]
    seen, got = moved(*steps, cropped=cropped)
    gone = 0
    for image, box in zip(seen, got, strict=True):
        if (image > 150).any():
            np.testing.assert_allclose(box, edges_of(image), atol=1.01)
        else:
            gone += 1
            assert min(box[2] - box[0], box[3] - box[1]) < 2.5, "less than a pixel, which may be enlarged"
    assert gone < COUNT / 2
    assert any((box == 0).all() for box in got) == bool(gone)


@pytest.mark.parametrize("name", TURNED)
@pytest.mark.parametrize("more", [False, True])
def test_a_turned_box_holds_what_is_seen_and_is_no_larger_where_all_is(name: str, more: bool) -> None:
    seen, got = moved(*(BEFORE if more else ()), step(name, TURNED[name]))
    whole = 0
    for image, box in zip(seen, got, strict=True):
        if not (image > 150).any():
            continue
        found = np.array(edges_of(image))
        assert (box[:2] <= found[:2] + 1).all()
        assert (box[2:] >= found[2:] - 1).all()
        if (found[:2] > 0).all() and (found[2:] < SIDES[2:]).all():
            whole += 1
            if not more:  # what a shift cuts off is no longer a corner
                np.testing.assert_allclose(box, found, atol=2)
    assert whole > 5


def test_corners_are_turned_as_by_hand() -> None:
    """A quarter turn anticlockwise of a square image: what was right is up, what was up is left."""
    quarter = ops.convert_to_tensor(np.array([[[0, -1, 0], [1, 0, 0]]], np.float32))
    box = ops.convert_to_tensor(np.array([[0.5, 0.0, 1.0, 0.25]], np.float32))
    np.testing.assert_allclose(boxes.turned(box, quarter, (8, 8)), [[0, 0, 0.25, 0.5]], atol=1e-6)


def test_what_left_the_view_is_zeros_and_does_not_come_back() -> None:
    given = ops.convert_to_tensor(np.array([[-0.5, 0.25, 0.5, 2], [1, 0, 1.5, 1], [0.2, 0.2, 0.2, 0.8]], np.float32))
    left = boxes.in_view(given)
    np.testing.assert_array_equal(left, [[0, 0.25, 0.5, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    larger = ops.convert_to_tensor(np.tile(np.array([[[0.7, 0.7, 0], [-0.7, 0.7, 0]]], np.float32), (3, 1, 1)))
    assert not ops.convert_to_numpy(boxes.turned(left, larger, (8, 8)))[1:].any()


def test_a_window_becomes_the_whole() -> None:
    given = ops.convert_to_tensor(np.array([[0.25, 0.5, 0.75, 0.75], [0, 0, 0.25, 1]], np.float32))
    window = ops.convert_to_tensor(np.array([[0.5, 0.5, 1, 1]] * 2, np.float32))
    np.testing.assert_allclose(boxes.within(given, window), [[0, 0, 0.5, 0.5], [0, 0, 0, 0]])


def switched_on(part: Any) -> Recipe:
    """A recipe with this transform alone, at a value that does something."""
    (switch,) = (number for number in part.numbers if number.name == part.switch)
    for value in (*reversed(switch.choices), True, 2, 0.5):
        with suppress(Refusal):
            if (recipe := Recipe(**{part.switch: value})).transforms:
                return recipe
    raise AssertionError(f"nothing switches {part.name} on")


HERE = keras.backend.backend()
BOXED = [n for n, part in parts("augment").items() if part.boxes and (not part.backends or HERE in part.backends)]


@pytest.mark.parametrize("name", BOXED)
def test_what_says_that_boxes_follow_it_moves_nothing_else(name: str) -> None:
    """Images of two halves stay so where values alone change: a transform that paints pixels elsewhere, or paints
    others over them, has to say that boxes do not follow, or which window it shows."""
    part = parts("augment")[name]
    halves = np.full((COUNT, HEIGHT, WIDTH, 3), 60, np.uint8)
    halves[:, :, WIDTH // 2 :] = (200, 120, 160)
    batch = step(name, switched_on(part).as_mapping())(Batch(ops.convert_to_tensor(halves), {}))
    assert batch.mixture is None
    if batch.window is None:
        still = replace(batch, rows=None, columns=None, rows_inside=None, columns_inside=None, maps=None, kept=None)
        seen = ops.convert_to_numpy(still.pixels()).astype(float)
        for half in (seen[:, :, : WIDTH // 2 - 3], seen[:, :, WIDTH // 2 + 3 :]):  # sharpening reaches a pixel far
            assert np.ptp(half, axis=(1, 2)).max() == 0
