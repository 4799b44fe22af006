"""What every kind of corruption must hold: its place, its five strengths, its seed, its range."""

from __future__ import annotations

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data.corruptions import STRENGTHS, corrupted, corruptions, get, whole
from tests.data.corruptions.pictures import pictures

PAPER = (
    "gaussian_noise shot_noise impulse_noise defocus_blur glass_blur motion_blur zoom_blur snow frost fog brightness "
    "contrast elastic pixelate jpeg"
).split()
KINDS = list(corruptions())

NOT_RISING = {"glass_blur", "elastic", "frost"}
"""Whose published strengths trade one kind of change for another, so that values do not go ever further from the clean
ones: the blur against the times, the shift of the whole against that of parts, the image's weight against the ice's."""


def test_the_fifteen_of_the_paper_in_its_order() -> None:
    assert KINDS == PAPER
    assert [kind.order for kind in corruptions().values()] == list(range(1, 16))


@pytest.mark.parametrize("name", KINDS)
def test_each_has_five_strengths_for_each_size(name: str) -> None:
    kind = get(name)
    assert {len(kind.small), len(kind.medium), len(kind.large)} == {5}
    assert [kind.numbers(3, side) for side in (28, 64, 224)] == [kind.small[2], kind.medium[2], kind.large[2]]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("size", "channels"), [((32, 32), 3), ((28, 28), 1), ((64, 50), 3), ((130, 150), 3)])
def test_shape_type_and_something_changes(name: str, size: tuple[int, int], channels: int) -> None:
    images = pictures(2, size, channels)
    for strength in (1, 5):
        found = corrupted(images, [0, 1], name, strength)
        assert found.dtype == np.uint8
        assert found.shape == images.shape
        assert (found != images).any()


@pytest.mark.parametrize("name", KINDS)
def test_an_image_is_the_same_whatever_is_corrupted_with_it(name: str) -> None:
    images = pictures(5)
    before = images.copy()
    together = corrupted(images, [0, 1, 2, 3, 4], name, 3)
    np.testing.assert_array_equal(corrupted(images, [3, 1], name, 3), together[[3, 1]])
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("brightness", "contrast", "jpeg", "pixelate",
                                                                        "defocus_blur", "zoom_blur")])  # fmt: skip
def test_what_is_random_differs_from_image_to_image(name: str) -> None:
    same = np.repeat(pictures(1), 2, axis=0)
    first, second = corrupted(same, [0, 1], name, 3)
    assert (first != second).any()


@pytest.mark.parametrize("name", [name for name in KINDS if name not in NOT_RISING])
@pytest.mark.parametrize("size", [(32, 32), (64, 64)])
def test_each_strength_is_further_from_the_clean_image(name: str, size: tuple[int, int]) -> None:
    images = pictures(24, size)
    clean = images.astype(float)
    found = [np.abs(corrupted(images, range(24), name, strength) - clean).mean() for strength in STRENGTHS]
    assert found[0] > 0
    assert (np.diff(found) > -0.03 * np.array(found[:-1])).all(), found
    assert found[4] > 1.3 * found[0]


def test_whole_numbers_below_and_no_grey_level_is_lost_to_rounding() -> None:
    every = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(whole(every / 255.0), every)
    np.testing.assert_array_equal(whole((every[:-1] + 0.9) / 255.0), every[:-1])
    np.testing.assert_array_equal(whole(np.array([-0.2, 1.7])), [0, 255])


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refusal, match="Did you mean 'fog'"):
        get("foog")
