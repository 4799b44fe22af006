from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data.decoding import decode, decode_one, upright
from suite.data.fit import Fit
from suite.data.headers import read_headers
from tests.data.made_up import picture

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(size: int = 16) -> Image.Image:
    """Red and green above blue and white: tells every turn and flip apart."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    return image.resize((size, size), Image.Resampling.NEAREST)


def corners(image: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(int(v) for v in image[y, x]) for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1))]


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "webp", "ppm"])
def test_lossless_formats_keep_their_pixels(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    quarters().save(path, **({"lossless": True} if suffix == "webp" else {}))
    image = decode_one(path, 16, 3)
    assert (image.shape, image.dtype) == ((16, 16, 3), np.uint8)
    np.testing.assert_array_equal(image, np.asarray(quarters()))


@pytest.mark.parametrize("suffix", ["png", "tiff"])  # Pillow itself turns the second while loading
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
        (99, [RED, GREEN, BLUE, WHITE]),
    ],
)
def test_a_picture_is_turned_once_as_its_exif_says(
    orientation: int, expected: list[tuple[int, ...]], suffix: str, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    quarters().save(tmp_path / f"a.{suffix}", exif=exif)
    assert corners(decode_one(tmp_path / f"a.{suffix}", 16, 3)) == expected


@pytest.mark.parametrize("suffix", ["png", "jpg", "tiff", "webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_header_has_the_sides_of_the_picture_as_it_is_shown(orientation: int, suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 20)).save(path, exif=exif)
    (header,) = read_headers([path])
    assert header is not None
    assert (header.width, header.height) == upright(path).size == ((20, 40) if orientation > 4 else (40, 20))


def test_damaged_exif_does_not_spoil_a_picture(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert corners(decode_one(tmp_path / "a.png", 16, 3)) == [RED, GREEN, BLUE, WHITE]


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    picture(tmp_path / "clear.png", (200, 0, 0, 0), mode="RGBA")
    picture(tmp_path / "half.png", (200, 0, 0, 128), mode="RGBA")
    picture(tmp_path / "grey.png", (0, 128), mode="LA")
    palette = Image.new("P", (16, 16), 0)
    palette.putpalette([10, 20, 30])
    palette.save(tmp_path / "palette.png", transparency=0)
    assert corners(decode_one(tmp_path / "clear.png", 16, 3))[0] == WHITE
    assert corners(decode_one(tmp_path / "half.png", 16, 3))[0] == (227, 127, 127)
    assert corners(decode_one(tmp_path / "grey.png", 16, 1))[0] == (127,)
    assert corners(decode_one(tmp_path / "palette.png", 16, 3))[0] == WHITE


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (128, 0), (129, 1), (32_768, 128), (65_535, 255)])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_not_clipped(value: int, expected: int, suffix: str, tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16), value, np.uint16)).save(tmp_path / f"a.{suffix}")
    assert set(decode_one(tmp_path / f"a.{suffix}", 16, 1).ravel()) == {expected}


@pytest.mark.parametrize(("dtype", "why"), [(np.float32, "floating-point"), (np.int32, "beyond 16 bits")])
def test_pixels_without_a_known_range_are_refused(dtype: type, why: str, tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16), 100_000, dtype)).save(tmp_path / "a.tif")
    with pytest.raises(Refusal, match=why):
        list(decode([tmp_path / "a.tif"], 16, 1))


def test_other_colour_spaces_become_rgb(tmp_path: Path) -> None:
    picture(tmp_path / "cmyk.jpg", (0, 255, 255, 0), mode="CMYK")
    picture(tmp_path / "grey.jpg", 90, mode="L")
    picture(tmp_path / "bits.png", 1, mode="1")
    np.testing.assert_allclose(corners(decode_one(tmp_path / "cmyk.jpg", 16, 3))[0], RED, atol=3)
    assert corners(decode_one(tmp_path / "grey.jpg", 16, 3))[0] == (90, 90, 90)
    assert corners(decode_one(tmp_path / "bits.png", 16, 1))[0] == (255,)


@pytest.mark.parametrize("size", [(40, 20), (20, 40)])
def test_the_central_square_is_cut_out(size: tuple[int, int], tmp_path: Path) -> None:
    image = Image.new("RGB", size, RED)
    left, top = (size[0] - 20) // 2, (size[1] - 20) // 2
    image.paste(Image.new("RGB", (20, 20), BLUE), (left, top))
    image.save(tmp_path / "a.png")
    assert set(map(tuple, decode_one(tmp_path / "a.png", 20, 3).reshape(-1, 3).tolist())) == {BLUE}


def test_shrinking_does_not_alias(tmp_path: Path) -> None:
    stripes = np.tile(np.array([[0, 255]], np.uint8), (160, 80))
    Image.fromarray(stripes).save(tmp_path / "a.png")
    inner = decode_one(tmp_path / "a.png", 16, 1)[2:-2, 2:-2]
    assert inner.min() > 110
    assert inner.max() < 145


def test_a_big_jpeg_is_decoded_coarsely_and_looks_the_same(tmp_path: Path) -> None:
    quarters(1024).save(tmp_path / "a.jpg", quality=95)
    image = decode_one(tmp_path / "a.jpg", 32, 3)
    expected = np.asarray(quarters(32))
    assert np.abs(image.astype(int) - expected).mean() < 4


def test_the_first_frame_stands_for_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert corners(decode_one(tmp_path / "a.gif", 16, 3))[0] == RED


@pytest.mark.parametrize(
    ("bits", "value", "expected"), [(12, 4095, 255), (12, 2048, 128), (12, 8, 0), (10, 512, 128), (12, 9999, 255)]
)
def test_sixteen_bits_are_scaled_by_those_in_use(bits: int, value: int, expected: int, tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16), value, np.uint16)).save(tmp_path / "a.png")
    assert set(decode_one(tmp_path / "a.png", 16, 1, Fit(bits=bits)).ravel()) == {expected}
    (header,) = read_headers([tmp_path / "a.png"])
    assert header is not None
    assert header.peak == value


def test_avif_is_read(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.avif", (200, 30, 40))
    np.testing.assert_allclose(decode_one(path, 16, 3).reshape(-1, 3).mean(axis=0), (200, 30, 40), atol=4)
