"""Pictures of any common kind as square uint8 arrays: what a folder of one's own holds is rarely all of one kind.

A picture is turned as its EXIF orientation says, transparency is laid on white, 16-bit grey is scaled to 8 bits, CMYK
and palettes become RGB, the first frame stands for an animation; then the central square is cut out (or the whole laid
on a black square, or squashed into one) and resized (bicubic, with antialiasing).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from suite.core.refusals import Refusal
from suite.data.contents import CHUNK, DIGEST_BYTES, Along, Contents
from suite.data.files.formats import heif_decoder, is_torn_png
from suite.data.fit import FULL_BITS, Fit, Images

_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "AVIF", *heif_decoder())
_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = (5, 6, 7, 8)

MAX_PIXELS = 89_478_485
"""Of a picture that is decoded in full, Pillow's own limit: a file of a few bytes can claim any size."""

MAX_JPEG_PIXELS = 1_000_000_000
"""Of a JPEG that is decoded line by line and reduced, as those of cameras are: it never lies in memory in full."""

PATIENCE = 5.0
"""Seconds between two lines about the progress of decoding, which is done once for each folder."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded; width and height as it is shown, EXIF's turn done."""

    width: int
    height: int
    grey: bool
    transparent: bool
    peak: int | None = None
    """The largest value of a picture with 16 bits a channel; None of one with 8."""


class Unreadable(Refusal):
    """Pictures that cannot be read. listing: a line for each, its path and why."""

    def __init__(self, text: str, listing: list[str]) -> None:
        super().__init__(text)
        self.listing = listing


def read_headers(paths: Sequence[Path]) -> list[Header | None]:
    """The header of each picture; None for one that has no readable header."""
    return [header for header, _ in _each(_header, paths)]


def decode(
    paths: Sequence[Path],
    size: int,
    channels: int,
    fit: Fit | None = None,
    along: Along | None = None,
    skip: bool = False,
) -> Iterator[Images]:
    """Chunks of (n, size, size, channels) uint8, in the order of `paths`; `along` is filled on the way.

    Goes through all of them even when one fails, then raises Unreadable with the first ten that did. skip: leaves them
    out of the chunks instead.
    """
    failures: list[tuple[Path, str]] = []
    told, fit, along = time.monotonic(), fit or Fit(), along or Along()
    for start in range(0, len(paths), CHUNK):
        some = paths[start : start + CHUNK]
        images = np.zeros((len(some), size, size, channels), np.uint8)
        for row, (made, reason) in enumerate(_each(lambda path: _with_digest(path, size, channels, fit), some)):
            if made is None:
                failures.append((some[row], reason))
                along.skipped[start + row] = reason
            else:
                images[row], digest = made
                along.originals.append(digest)
        yield images[[row for row in range(len(some)) if start + row not in along.skipped]] if skip else images
        if time.monotonic() - told >= PATIENCE:
            told = time.monotonic()
            print(f"decoding pictures: {start + len(some):,} of {len(paths):,}", file=sys.stderr, flush=True)
    if failures and (not skip or len(failures) == len(paths)):
        raise Unreadable(_failed(failures, len(paths)), [f"{path}\t{reason}" for path, reason in failures])


def decode_some(
    paths: Sequence[Path], size: int, channels: int, fit: Fit | None = None
) -> tuple[Images, list[tuple[Path, str]]]:
    """(n, size, size, channels) uint8, and (path, reason) of each picture that cannot be read, which is left black."""
    images, whole = np.zeros((len(paths), size, size, channels), np.uint8), fit or Fit()
    failures = []
    for row, (image, reason) in enumerate(_each(lambda path: decode_one(path, size, channels, whole), paths)):
        if image is None:
            failures.append((paths[row], reason))
        else:
            images[row] = image
    return images, failures


def fit_some(paths: Sequence[Path], fit: Fit, size: int, channels: int) -> tuple[Images, list[tuple[Path, str]]]:
    """As `decode_some`, but the way a set's own pictures became its images: `fit`, then `size` if that is another."""
    images, failures = decode_some(paths, fit.source or size, channels, fit)
    images = fit.step(images)
    if images.shape[1] != size:
        images = np.stack([_resize(image, size) for image in images])
    return images, failures


def decode_one(path: Path | io.BytesIO, size: int, channels: int, fit: Fit | None = None) -> Images:
    """(size, size, channels) uint8 of one picture. Raises what Pillow raises, and ValueError for an unknown range."""
    fit = fit or Fit()
    with Image.open(path, formats=_FORMATS) as image:
        _reduce(image, size)
        turn = None if image.format == "TIFF" else _TURNS.get(_orientation(image))  # Pillow turns TIFFs while loading
        flat = _eight_bit(image, fit.bits).convert("L" if channels == 1 else "RGB")
    if turn is not None:
        flat = flat.transpose(turn)
    if fit.square == "pad":
        square = ImageOps.pad(flat, (size, size), method=Image.Resampling.BICUBIC, color=0)
    elif fit.square == "squash":
        square = flat.resize((size, size), Image.Resampling.BICUBIC)
    else:
        square = ImageOps.fit(flat, (size, size), method=Image.Resampling.BICUBIC)
    return np.asarray(square, np.uint8).reshape(size, size, channels)


def _with_digest(path: Path, size: int, channels: int, fit: Fit) -> tuple[Images, bytes]:
    """The image, and the digest of the file, which is read once."""
    data = path.read_bytes()
    if is_torn_png(data):
        raise ValueError("damaged: its checksums do not agree with its pixels")
    digest = hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()
    return decode_one(io.BytesIO(data), size, channels, fit), digest


class _TooLarge(Exception):
    """More pixels than are decoded."""


def _reduce(image: Image.Image, size: int) -> None:
    """Let a big JPEG be decoded no finer than twice what is needed. Raises _TooLarge for what stays too large.

    A progressive one is held in memory in full before that, whatever the scale.
    """
    width, height = image.size
    whole = image.info.get("progressive") or width * height > MAX_JPEG_PIXELS
    if image.format == "JPEG" and whole and width * height > 2 * MAX_PIXELS:
        raise _TooLarge
    image.draft(None, (2 * size, 2 * size))
    if image.size[0] * image.size[1] > MAX_PIXELS:
        raise _TooLarge


def upright(path: Path) -> Image.Image:
    """A whole picture in RGB with 8 bits, turned as it is shown. Raises as `decode_one`."""
    with Image.open(path, formats=_FORMATS) as image:
        turn = None if image.format == "TIFF" else _TURNS.get(_orientation(image))
        flat = _eight_bit(image).convert("RGB")
    return flat if turn is None else flat.transpose(turn)


def resized(contents: Contents, size: int) -> Contents:
    """The same set with square images of another size (bicubic, with antialiasing), and a note that says so."""
    old = contents.shape[1]

    def chunks() -> Iterator[Images]:
        for chunk in contents.chunks:
            yield np.stack([_resize(image, size) for image in chunk])

    note = f"images resized from {old}x{old} to {size}x{size} (bicubic, antialiased)"
    shape = (contents.shape[0], size, size, contents.shape[3])
    targets = contents.targets.enlarged(size / old)
    return replace(contents, shape=shape, chunks=chunks(), targets=targets, notes=(*contents.notes, note))


def _resize(image: Images, size: int) -> Images:
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC)).reshape(size, size, -1)


def _header(path: Path) -> Header:
    with Image.open(path, formats=_FORMATS) as image:
        coloured = "16B" in str(getattr(image, "tile", ()))  # before EXIF is looked for, which loads a PNG
        width, height = image.size[::-1] if _orientation(image) in _ON_ITS_SIDE else image.size
        grey, transparent = image.mode in _GREY_MODES, image.has_transparency_data
        return Header(width, height, grey=grey, transparent=transparent, peak=_peak(image, coloured))


def _peak(image: Image.Image, coloured: bool) -> int | None:
    """The largest value of a picture with 16 bits a channel, which has to be decoded for it; None of any other.

    coloured: whether it is a PNG of colours with 16 bits, of which Pillow keeps the upper 8.
    """
    deep = image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))
    coloured = coloured and image.format == "PNG" and image.mode in ("RGB", "RGBA")
    if not (deep or coloured) or image.size[0] * image.size[1] > MAX_PIXELS:
        return None
    peak = int(np.asarray(image).max())
    return peak if deep else peak * 257


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF fails in many ways, and says nothing about the pixels
        return 1


def _eight_bit(image: Image.Image, bits: int = FULL_BITS) -> Image.Image:
    """The picture with at most 8 bits a channel and no transparency; bits: those that 16-bit values use."""
    if image.mode == "F":
        raise ValueError("floating-point pixels have no fixed range; save it with 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip at 255
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65_535:
            raise ValueError("pixels beyond 16 bits; save it with 8 or 16 bits")
        full = (1 << bits) - 1  # rounded to the nearest; at 16 bits the same as (values + 128) // 257
        return Image.fromarray(np.minimum((values * 510 + full) // (2 * full), 255).astype(np.uint8))
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered)
    return image.convert("RGB") if image.mode not in ("L", "RGB") else image


def _each(make: Callable[[Path], Made], paths: Sequence[Path]) -> list[tuple[Made | None, str]]:
    """(result, "") or (None, reason) for each path, over threads: decoding releases the interpreter's lock."""
    Image.init()  # loads the decoders: once, before threads would all want to
    with warnings.catch_warnings(), _own_limit(), ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")  # about metadata
        return list(pool.map(lambda path: _attempt(make, path), paths))


@contextlib.contextmanager
def _own_limit() -> Iterator[None]:
    """Without Pillow's limit, which knows nothing of reduced JPEGs; what is decoded here is measured by `_reduce`."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _attempt(make: Callable[[Path], Made], path: Path) -> tuple[Made | None, str]:
    try:
        return make(path), ""
    except _TooLarge:
        return None, f"more than {MAX_PIXELS:,} pixels: make it smaller"
    except UnidentifiedImageError:
        return None, "not a picture, or damaged"
    except Exception as error:  # decoders of damaged data raise anything
        return None, " ".join(str(error).split()) or type(error).__name__


def _failed(failures: list[tuple[Path, str]], total: int) -> str:
    first = "; ".join(f"{path} ({reason})" for path, reason in failures[:10])
    more = f"; and {len(failures) - 10} more" if len(failures) > 10 else ""
    return f"{len(failures)} of {total} pictures cannot be read; replace or delete them: {first}{more}"
