from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data.contents import Contents, in_chunks
from suite.data.decoding import decode, decode_one, fit_some, resized
from suite.data.fit import Fit, Square, bilinear, pad
from suite.data.registry import named_sets
from suite.data.sources import digits
from suite.data.targets import Targets
from tests.data.made_up import picture
from tests.data.test_decoding import BLUE, RED


@pytest.mark.parametrize(
    "fit",
    [
        Fit(),
        Fit(square="pad"),
        Fit(square="squash", bits=12),
        Fit("pad", 28, 32, larger=30, crop_pct=0.875),
        *(named.fit for named in named_sets().values()),
    ],
    ids=str,
)
def test_a_fit_survives_json(fit: Fit) -> None:
    assert Fit.from_mapping({"class_names": ["a"], **fit.as_mapping()}) == fit


def test_what_a_file_says() -> None:
    assert Fit("pad", 28, 32).as_mapping() == {"fit": "pad", "from": [28, 28], "to": [32, 32]}
    assert Fit().as_mapping() == {"fit": "crop"}
    assert Fit().of_larger(64, 0.5).as_mapping() == {"fit": "crop", "larger": [64, 64], "crop_pct": 0.5}
    with pytest.raises(Refusal, match=r"fitted by 'squash' .* which this version of the suite does not know"):
        Fit.from_mapping({"fit": "squash"})
    with pytest.raises(Refusal, match=r"fitted by 'stretch' .* which this version of the suite does not know"):
        Fit.from_mapping({"fit": "crop", "square": "stretch"})


def test_padding_puts_zeros_around() -> None:
    images = np.full((2, 4, 4, 3), 7, np.uint8)
    padded = pad(images, 8)
    assert padded.shape == (2, 8, 8, 3)
    assert (padded[:, 2:6, 2:6] == 7).all()
    assert padded.sum(dtype=int) == images.sum(dtype=int)
    np.testing.assert_array_equal(Fit("pad", 4, 8).step(images), padded)
    assert pad(images, 7)[0, :, 3, 0].tolist() == [0, 7, 7, 7, 7, 0, 0]


def test_enlarging_is_what_digits_do_to_their_own() -> None:
    ink = digits._ink()[0][:20]
    pictures = np.floor(ink * 255 / 16 + 0.5).astype(np.uint8)[..., None]
    images = named_sets()["digits"].fit.step(pictures)
    assert images.shape == (20, 32, 32, 1)
    difference = np.abs(images.astype(int) - digits.enlarge(ink))
    assert difference.max() <= 1, "8-bit pictures hold the 17 levels of ink to half a level of grey"


def test_each_channel_is_enlarged_for_itself() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    larger = Fit("enlarge", 8, 16).step(images)
    assert larger.shape == (2, 16, 16, 3)
    for channel in range(3):
        np.testing.assert_allclose(larger[..., channel], bilinear(images[..., channel], 16), atol=0.5)


def test_a_picture_of_the_sets_own_size_is_fitted_without_a_pixel_changed(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "own.png")
    Image.fromarray(np.kron(pixels, np.ones((2, 2), np.uint8))).save(tmp_path / "large.png")
    images, failures = fit_some([tmp_path / "own.png", tmp_path / "large.png"], Fit("pad", 28, 32), 32, 1)
    assert (images.shape, failures) == ((2, 32, 32, 1), [])
    np.testing.assert_array_equal(images[0, 2:30, 2:30, 0], pixels)
    assert not images[:, :2].any()
    assert not images[:, :, 30:].any()
    assert images[1, 2:30, 2:30].any(), "a larger picture is brought to 28x28, then padded"


def test_a_fitted_picture_comes_to_the_size_that_the_network_takes_as_the_set_did(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "own.png")
    nothing = Targets.of_labels(np.zeros(1))
    own = Contents((1, 32, 32, 3), [pixels[None]], nothing, np.zeros(1, np.uint8), ("a",), (), "")
    (chunk,) = resized(own, 48).chunks
    np.testing.assert_array_equal(fit_some([tmp_path / "own.png"], Fit("crop", 32, 32), 48, 3)[0], chunk)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_set_is_resized_with_a_note(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, channels)).astype(np.uint8)
    nothing = np.zeros(5, np.uint8)
    targets = Targets.of_labels(nothing)
    contents = Contents(images.shape, in_chunks(images), targets, nothing, ("a",), ("first",), "")
    smaller = resized(contents, 8)
    (chunk,) = smaller.chunks
    assert chunk.shape == smaller.shape == (5, 8, 8, channels)
    assert np.abs(chunk.mean((1, 2)) - images.mean((1, 2))).max() < 2
    assert smaller.notes == ("first", "images resized from 32x32 to 8x8 (bicubic, antialiased)")
    assert replace(smaller, shape=contents.shape, notes=contents.notes, chunks=contents.chunks) == contents


@pytest.mark.parametrize("size", [(40, 20), (20, 40)])
def test_a_picture_can_be_padded_or_squashed_instead_of_cut(size: tuple[int, int], tmp_path: Path) -> None:
    """Red at both ends of the longer side, which the central square lacks."""
    image = Image.new("RGB", size, BLUE)
    long = 0 if size[0] > size[1] else 1
    for end in (0, 36):
        image.paste(RED, (end, 0, end + 4, 20) if long == 0 else (0, end, 20, end + 4))
    image.save(tmp_path / "a.png")
    padded, squashed = (decode_one(tmp_path / "a.png", 40, 3, Fit(square=way)) for way in ("pad", "squash"))
    if long == 1:
        padded, squashed = padded.transpose(1, 0, 2), squashed.transpose(1, 0, 2)
    assert not padded[:10].any()
    assert not padded[30:].any()
    np.testing.assert_array_equal(padded[10:30, 2:4, 0], 255)
    np.testing.assert_array_equal(padded[10:30, 10:30], np.broadcast_to(np.array(BLUE, np.uint8), (20, 20, 3)))
    assert {tuple(map(int, squashed[row, 1])) for row in range(40)} == {RED}


@pytest.mark.parametrize("way", ["crop", "pad", "squash"])
def test_predictions_fit_pictures_as_the_set_was_made(way: Square, tmp_path: Path) -> None:
    paths = [picture(tmp_path / f"{k}.png", (k, 9, 0), (30 + k, 20)) for k in range(3)]
    fit = Fit(square=way)
    np.testing.assert_array_equal(fit_some(paths, fit, 16, 3)[0], np.concatenate(list(decode(paths, 16, 3, fit))))


def test_an_image_may_be_an_oblong(tmp_path: Path) -> None:
    """A picture of four columns, 80 wide and 40 high, as 24 high and 16 wide, by each fit; and of its own shape."""
    columns = np.repeat(np.array([0, 80, 160, 240], np.uint8), 20)
    Image.fromarray(np.broadcast_to(columns, (40, 80)).copy()).save(tmp_path / "a.png")
    found = {fit: decode_one(tmp_path / "a.png", (24, 16), 1, Fit(square=fit)) for fit in ("crop", "pad", "squash")}
    assert {image.shape for image in found.values()} == {(24, 16, 1)}
    middle = {fit: image[12, :, 0].astype(int) for fit, image in found.items()}
    for fit, places, values in (  # of 80 columns the crop has 27, around the middle
        ("crop", [2, 13], [80, 160]),
        ("squash", [1, 5, 9, 14], [0, 80, 160, 240]),
        ("pad", [1, 5, 9, 14], [0, 80, 160, 240]),
    ):
        np.testing.assert_allclose(middle[fit][places], values, atol=2)
    assert (found["pad"][:8] == 0).all(), "8 of 24 rows hold the picture"
    assert (found["pad"][16:] == 0).all()
    for fit in ("crop", "pad", "squash"):
        same = decode_one(tmp_path / "a.png", (40, 80), 1, Fit(square=fit))
        np.testing.assert_array_equal(same[..., 0], np.broadcast_to(columns, (40, 80)))
    chunks = list(decode([tmp_path / "a.png"] * 3, (24, 16), 3))
    assert chunks[0].shape == (3, 24, 16, 3)
    some, unread = fit_some([tmp_path / "a.png"], Fit(), (24, 16), 1)
    assert not unread
    np.testing.assert_array_equal(some[0], found["crop"])
