"""A batch on its way: transforms one after the other against numpy, image by image, and what becomes of targets."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from suite.training.augment import cutout, flip, shift
from suite.training.batch import Batch, box, whole_below
from tests.data.drawn import edges_of
from tests.training.augment.by_hand import (
    COUNT,
    HEIGHT,
    WIDTH,
    apply,
    cut,
    flipped,
    images,
    normalize,
    seen,
    shifted,
    uniforms,
)  # fmt: skip


@pytest.mark.parametrize(
    ("by", "padding", "flips", "side"),
    [
        (3, "zero", True, 0),
        (2, "reflect", True, 4),
        (9, "reflect", True, 3),
        (2, "zero", False, 3),
        (0, "zero", True, 4),
    ],
)  # fmt: skip
def test_transforms_one_after_the_other_equal_the_same_by_hand(by: int, padding: str, flips: bool, side: int) -> None:
    """Pad, crop, flip, cut out, in the recipe's order; each with a stream of its own."""
    pixels = images()
    draws = {name: uniforms(2, seed) for seed, name in enumerate(("shift", "flip", "cutout"))}
    steps = [apply(shift.PART, draws["shift"], shift=by, shift_padding=padding)] if by else []
    steps += [apply(flip.PART, draws["flip"], flip=True)] if flips else []
    steps += [apply(cutout.PART, draws["cutout"], cutout=side)] if side else []
    got = seen(pixels, *steps)
    for number, image in enumerate(pixels):
        expected = image.astype("float32") + 1
        if by:
            expected = shifted(expected, draws["shift"][number], by, {"zero": "constant"}.get(padding, padding))
        expected = flipped(expected, draws["flip"][number]) if flips else expected
        expected = cut(expected, draws["cutout"][number], side) if side else expected
        np.testing.assert_array_equal(got[number], expected)


def test_two_moves_are_composed_and_what_left_the_image_does_not_come_back() -> None:
    pixels = images()
    there = apply(shift.PART, np.zeros((COUNT, 2), np.float32), shift=2, shift_padding="zero")
    back = apply(shift.PART, np.full((COUNT, 2), 0.99, np.float32), shift=2, shift_padding="zero")
    got = seen(pixels, there, back)
    expected = pixels.astype("float32") + 1
    expected[:, -2:] = 0
    expected[:, :, -2:] = 0
    np.testing.assert_array_equal(got, expected)
    twice = apply(flip.PART, np.zeros((COUNT, 1), np.float32), flip=True)
    np.testing.assert_array_equal(seen(pixels, twice, twice), pixels.astype("float32") + 1)


def test_nothing_done_is_the_images_themselves_and_targets_stay() -> None:
    pixels = ops.convert_to_tensor(images())
    batch = Batch(pixels, {"label": np.arange(COUNT)})
    assert batch.pixels() is pixels
    assert batch.size == (HEIGHT, WIDTH)
    moved = apply(flip.PART, uniforms(1), flip=True)(batch)
    assert moved.targets is batch.targets
    np.testing.assert_array_equal(ops.convert_to_numpy(batch.normalized(normalize)), images().astype("float32") + 1)


def test_erased_twice_is_erased_in_both_places() -> None:
    first, second = (apply(cutout.PART, uniforms(2, seed), cutout=3) for seed in (1, 2))
    got = seen(images(), first, second)
    np.testing.assert_array_equal(got == 0, (seen(images(), first) == 0) | (seen(images(), second) == 0))


def test_whole_numbers_below_a_bound_even_for_the_largest_draw() -> None:
    largest = np.nextafter(np.float32(1), np.float32(0))
    draws = ops.convert_to_tensor(np.array([0.0, 0.249, 0.25, 0.75, largest], np.float32))
    assert ops.convert_to_numpy(whole_below(draws, 4)).tolist() == [0, 0, 1, 3, 3]
    for count in (1, 3, 224, 1_000_003):
        assert int(whole_below(ops.convert_to_tensor(np.array([largest])), count)[0]) <= count - 1


def test_boxes_are_clipped_to_the_image() -> None:
    top, left = np.array([-1, 4, 2], "int32"), np.array([-2, 7, 0], "int32")
    heights = np.array([2, 9, 0], "int32")
    found = ops.convert_to_numpy(box(top, left, heights, 3, (HEIGHT, WIDTH)))
    expected = np.zeros((3, HEIGHT, WIDTH), bool)
    expected[0, :1, :1] = True
    expected[1, 4:, 7:] = True
    np.testing.assert_array_equal(found, expected)


SIDES = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """COUNT dark images with a bright rectangle each, and its edges in pixels: left, top, right, bottom."""
    random = np.random.default_rng(5)
    pixels, edges = np.zeros((COUNT, HEIGHT, WIDTH, 3), np.uint8), []
    for image in pixels:
        left, top = random.integers(0, WIDTH), random.integers(0, HEIGHT)
        right, bottom = random.integers(left, WIDTH) + 1, random.integers(top, HEIGHT) + 1
        image[top:bottom, left:right] = 255
        edges.append([left, top, right, bottom])
    return pixels, np.array(edges, np.float32)


@pytest.mark.parametrize(
    ("by", "padding", "flips"),
    [(0, "zero", True), (3, "zero", False), (3, "zero", True), (3, "reflect", False), (2, "reflect", True),
     (8, "zero", True), (8, "reflect", True)],
)  # fmt: skip
def test_boxes_move_with_the_pixels_of_a_drawn_rectangle(by: int, padding: str, flips: bool) -> None:
    """What is seen of the rectangle, padding and reflections aside, is what the box says, pixel by pixel."""
    pixels, edges = drawn()
    draws = {name: uniforms(2, seed) for seed, name in enumerate(("shift", "flip"))}
    steps = [apply(shift.PART, draws["shift"], shift=by, shift_padding=padding)] if by else []
    steps += [apply(flip.PART, draws["flip"], flip=True)] if flips else []
    batch = Batch(ops.convert_to_tensor(pixels), {})
    for step in steps:
        batch = step(batch)
    got = ops.convert_to_numpy(batch.placed(ops.convert_to_tensor(edges / SIDES))) * SIDES
    hidden = 0
    for number, image in enumerate(pixels):
        expected = image.astype("float32")
        if by:
            expected = shifted(expected, draws["shift"][number], by, "constant")  # no reflection is the object
        expected = flipped(expected, draws["flip"][number]) if flips else expected
        if expected.any():
            np.testing.assert_allclose(got[number], edges_of(expected), atol=1e-4)
        else:
            hidden += 1
            np.testing.assert_array_equal(got[number], 0)
    assert bool(hidden) == (by > 0), "some rectangles left the view, and where nothing is shifted none"
    if by == 0:
        assert (np.abs(got - edges) > 0.5).any()


def test_edges_within_a_pixel_move_exactly() -> None:
    pixels = ops.convert_to_tensor(images())
    edges = np.tile(np.array([2.25, 1.5, 4.75, 3.125], np.float32), (COUNT, 1))
    batch = apply(shift.PART, np.zeros((COUNT, 2), np.float32), shift=2, shift_padding="zero")(Batch(pixels, {}))
    fractions = ops.convert_to_tensor(edges / SIDES)
    np.testing.assert_allclose(
        ops.convert_to_numpy(batch.placed(fractions))[0] * SIDES, [4.25, 3.5, 6.75, 5.125], atol=1e-5
    )
    batch = apply(flip.PART, np.zeros((COUNT, 1), np.float32), flip=True)(batch)
    np.testing.assert_allclose(
        ops.convert_to_numpy(batch.placed(fractions))[0] * SIDES, [9 - 6.75, 3.5, 9 - 4.25, 5.125], atol=1e-5
    )
    assert Batch(pixels, {}).placed(fractions).shape == (COUNT, 4)
    np.testing.assert_array_equal(ops.convert_to_numpy(Batch(pixels, {}).placed(fractions)), edges / SIDES)
