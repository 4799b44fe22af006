from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.core.refusals import Refusal
from suite.data import decoding
from suite.data.contents import Along
from suite.data.decoding import decode, decode_one, decode_some, fit_some, upright
from suite.data.fit import Fit, Square
from suite.data.headers import MAX_PIXELS, read_headers
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


def bomb(path: Path, side: int) -> Path:
    """A PNG of a few bytes whose header claims side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    return path


def test_what_cannot_be_read_is_listed_with_reasons(tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    broken = {"cut.jpg": whole[: len(whole) // 2], "empty.png": b"", "text.jpg": b"<html>not found</html>"}
    paths = [good]
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    paths += [bomb(tmp_path / "warned.png", 10_000), bomb(tmp_path / "refused.png", 20_000), tmp_path / "gone.png"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images, failures = decode_some(paths, 16, 3)
    assert corners(images[0])[0] == (200, 30, 40)
    assert not images[1:].any()
    reasons = {path.name: reason for path, reason in failures}
    assert "truncated" in reasons["cut.jpg"]
    assert reasons["empty.png"] == reasons["text.jpg"] == "not a picture, or damaged"
    assert reasons["warned.png"] == reasons["refused.png"] == "more than 89,478,485 pixels: make it smaller"
    assert "No such file" in reasons["gone.png"]
    assert len(reasons) == 6


def test_the_refusal_names_the_first_ten_after_all_were_tried(tmp_path: Path) -> None:
    paths = [tmp_path / f"{k:02d}.png" for k in range(12)]
    for path in paths:
        path.write_bytes(b"")
    paths.append(picture(tmp_path / "good.png"))
    with pytest.raises(Refusal) as refusal:
        list(decode(paths, 16, 3))
    text = str(refusal.value)
    assert text.startswith("12 of 13 pictures cannot be read; replace or delete them: ")
    assert "09.png" in text
    assert "10.png" not in text
    assert text.endswith("; and 2 more")


def test_chunks_come_in_the_order_of_the_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK", 3)
    paths = [picture(tmp_path / f"{k}.png", (k, 0, 0)) for k in range(8)]
    chunks = list(decode(paths, 8, 3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 2]
    assert np.concatenate(chunks)[:, 0, 0, 0].tolist() == list(range(8))


def test_long_decoding_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [picture(tmp_path / f"{k}.png") for k in range(5)]
    monkeypatch.setattr(decoding, "CHUNK", 3)
    list(decode(paths, 8, 3))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(decoding, "PATIENCE", 0.0)
    list(decode(paths, 8, 3))
    assert capsys.readouterr().err == "decoding pictures: 3 of 5\ndecoding pictures: 5 of 5\n"


@pytest.mark.parametrize(
    ("bits", "value", "expected"), [(12, 4095, 255), (12, 2048, 128), (12, 8, 0), (10, 512, 128), (12, 9999, 255)]
)
def test_sixteen_bits_are_scaled_by_those_in_use(bits: int, value: int, expected: int, tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16), value, np.uint16)).save(tmp_path / "a.png")
    assert set(decode_one(tmp_path / "a.png", 16, 1, Fit(bits=bits)).ravel()) == {expected}
    (header,) = read_headers([tmp_path / "a.png"])
    assert header is not None
    assert header.peak == value


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


def test_a_photograph_of_a_large_camera_is_read_reduced_and_a_large_png_is_not(tmp_path: Path) -> None:
    Image.new("RGB", (12_000, 9_000), (30, 90, 150)).save(tmp_path / "large.jpg", quality=30)
    images, failures = decode_some([tmp_path / "large.jpg", bomb(tmp_path / "large.png", 10_000)], 32, 3)
    assert [(path.name, reason) for path, reason in failures] == [
        ("large.png", "more than 89,478,485 pixels: make it smaller")
    ]
    np.testing.assert_allclose(images[0].reshape(-1, 3).mean(axis=0), (30, 90, 150), atol=5)
    (header,) = read_headers([tmp_path / "large.jpg"])
    assert header is not None
    assert (header.width, header.height) == (12_000, 9_000)
    assert Image.MAX_IMAGE_PIXELS == MAX_PIXELS, "Pillow's own limit is back, and the same"


def test_files_are_digested_and_bad_ones_left_out_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK", 2)
    paths = [picture(tmp_path / f"{k}.png", (k, 0, 0)) for k in range(7)]
    for k in (1, 2, 3):
        paths[k].write_bytes(b"no")
    along = Along()
    chunks = list(decode(paths, 8, 3, along=along, skip=True))
    assert [len(chunk) for chunk in chunks] == [1, 0, 2, 1]
    assert np.concatenate(chunks)[:, 0, 0, 0].tolist() == [0, 4, 5, 6]
    assert along.skipped == dict.fromkeys((1, 2, 3), "not a picture, or damaged")
    assert along.originals == [hashlib.blake2b(paths[k].read_bytes(), digest_size=16).digest() for k in (0, 4, 5, 6)]


def test_avif_is_read(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.avif", (200, 30, 40))
    np.testing.assert_allclose(decode_one(path, 16, 3).reshape(-1, 3).mean(axis=0), (200, 30, 40), atol=4)


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
