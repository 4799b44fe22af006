"""Pictures of any common kind as uint8 arrays of one size: what a folder of one's own holds is rarely all of one kind.

A picture is turned as its EXIF orientation says, transparency is laid on white, 16-bit grey is scaled to 8 bits, CMYK
and palettes become RGB, the first frame stands for an animation; then the central square is cut out (or the whole laid
on a black square, or squashed into one) and resized (bicubic, with antialiasing).
"""

from __future__ import annotations

import hashlib
import io
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from suite.core.refusals import Refusal
from suite.data.contents import CHUNK, DIGEST_BYTES, Along, Contents
from suite.data.files.formats import is_torn_png
from suite.data.fit import FULL_BITS, Fit, Images, Size, both_sides
from suite.data.headers import FORMATS, MAX_PIXELS, TooLarge, each, orientation

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
MAX_JPEG_PIXELS = 1_000_000_000
"""Of a JPEG that is decoded line by line and reduced, as those of cameras are: it never lies in memory in full."""

PATIENCE = 5.0
"""Seconds between two lines about the progress of decoding, which is done once for each folder."""


class Unreadable(Refusal):
    """Pictures that cannot be read. listing: a line for each, its path and why."""

    def __init__(self, text: str, listing: list[str]) -> None:
        super().__init__(text)
        self.listing = listing


def decode(
    paths: Sequence[Path],
    size: Size,
    channels: int,
    fit: Fit | None = None,
    along: Along | None = None,
    skip: bool = False,
    first: int = 0,
) -> Iterator[Images]:
    """Chunks of (n, height, width, channels) uint8, in the order of `paths`; `along` is filled on the way.

    first: the chunk to begin with; `along` has what is known of those before it. skip: leaves out of the chunks what
    cannot be read. Otherwise goes through all of them even when one fails, then raises Unreadable with the first ten.
    """
    told, fit, along = time.monotonic(), fit or Fit(), along or Along()
    for start in range(first * CHUNK, len(paths), CHUNK):
        some = paths[start : start + CHUNK]
        images = np.zeros((len(some), *both_sides(size), channels), np.uint8)
        for row, (made, reason) in enumerate(each(lambda path: _with_digest(path, size, channels, fit), some)):
            if made is None:
                along.skipped[start + row] = reason
            else:
                images[row], digest = made
                along.originals.append(digest)
        yield images[[row for row in range(len(some)) if start + row not in along.skipped]] if skip else images
        if time.monotonic() - told >= PATIENCE:
            told = time.monotonic()
            print(f"decoding pictures: {start + len(some):,} of {len(paths):,}", file=sys.stderr, flush=True)
    failures = [(paths[row], reason) for row, reason in sorted(along.skipped.items())]
    if failures and (not skip or len(failures) == len(paths)):
        raise Unreadable(_failed(failures, len(paths)), [f"{path}\t{reason}" for path, reason in failures])


def decode_some(
    paths: Sequence[Path], size: Size, channels: int, fit: Fit | None = None
) -> tuple[Images, list[tuple[Path, str]]]:
    """(n, height, width, channels) uint8, and (path, reason) of each picture that cannot be read and is left black."""
    images, whole = np.zeros((len(paths), *both_sides(size), channels), np.uint8), fit or Fit()
    failures = []
    for row, (made, reason) in enumerate(each(lambda path: _with_digest(path, size, channels, whole), paths)):
        if made is None:
            failures.append((paths[row], reason))
        else:
            images[row], _ = made
    return images, failures


def fit_some(paths: Sequence[Path], fit: Fit, size: Size, channels: int) -> tuple[Images, list[tuple[Path, str]]]:
    """As `decode_some`, but the way a set's own pictures became its images: `fit`, then `size` if that is another."""
    whole = fit.larger or size
    images, failures = decode_some(paths, fit.source or whole, channels, fit)
    images = fit.step(images)
    if images.shape[1:3] != both_sides(whole):
        images = np.stack([_resize(image, whole) for image in images])
    return (central(images, size, fit.crop_pct) if fit.larger else images), failures


def decode_one(path: Path | io.BytesIO, size: Size, channels: int, fit: Fit | None = None) -> Images:
    """(height, width, channels) uint8 of a picture. Raises what Pillow raises, and ValueError for an unknown range."""
    fit, (height, width) = fit or Fit(), both_sides(size)
    with Image.open(path, formats=FORMATS) as image:
        _reduce(image, max(height, width))
        turn = None if image.format == "TIFF" else _TURNS.get(orientation(image))  # Pillow turns TIFFs while loading
        flat = _eight_bit(image, fit.bits).convert("L" if channels == 1 else "RGB")
    if turn is not None:
        flat = flat.transpose(turn)
    if fit.square == "pad":
        fitted = ImageOps.pad(flat, (width, height), method=Image.Resampling.BICUBIC, color=0)
    elif fit.square == "squash":
        fitted = flat.resize((width, height), Image.Resampling.BICUBIC)
    else:
        fitted = ImageOps.fit(flat, (width, height), method=Image.Resampling.BICUBIC)
    return np.asarray(fitted, np.uint8).reshape(height, width, channels)


def _with_digest(path: Path, size: Size, channels: int, fit: Fit) -> tuple[Images, bytes]:
    """The image, and the digest of the file, which is read once."""
    data = path.read_bytes()
    if is_torn_png(data):
        raise ValueError("damaged: its checksums do not agree with its pixels")
    digest = hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()
    return decode_one(io.BytesIO(data), size, channels, fit), digest


def _reduce(image: Image.Image, size: int) -> None:
    """Let a big JPEG be decoded no finer than twice what is needed. Raises TooLarge for what stays too large.

    A progressive one is held in memory in full before that, whatever the scale.
    """
    width, height = image.size
    whole = image.info.get("progressive") or width * height > MAX_JPEG_PIXELS
    if image.format == "JPEG" and whole and width * height > 2 * MAX_PIXELS:
        raise TooLarge
    image.draft(None, (2 * size, 2 * size))
    if image.size[0] * image.size[1] > MAX_PIXELS:
        raise TooLarge


def upright(path: Path) -> Image.Image:
    """A whole picture in RGB with 8 bits, turned as it is shown. Raises as `decode_one`."""
    with Image.open(path, formats=FORMATS) as image:
        turn = None if image.format == "TIFF" else _TURNS.get(orientation(image))
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
    return replace(contents, shape=shape, chunks=chunks(), resume=None, targets=targets, notes=(*contents.notes, note))


def central(images: Images, size: Size, crop_pct: float) -> Images:
    """The middle of (N, S, S, C), `crop_pct` of each side, as (N, *size, C): bicubic, antialiased.

    As where pictures are resized to size / crop_pct and their centre is cut out, but for that length's rounding.
    """
    side = images.shape[1]
    edge = (1.0 - crop_pct) / 2 * side
    return np.stack([_resize(image, size, (edge, edge, side - edge, side - edge)) for image in images])


def _resize(image: Images, size: Size, box: tuple[float, float, float, float] | None = None) -> Images:
    """box: left, top, right and bottom of the part that is resized; None: all of it."""
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    height, width = both_sides(size)
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC, box)).reshape(height, width, -1)


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


def _failed(failures: list[tuple[Path, str]], total: int) -> str:
    first = "; ".join(f"{path} ({reason})" for path, reason in failures[:10])
    more = f"; and {len(failures) - 10} more" if len(failures) > 10 else ""
    return f"{len(failures)} of {total} pictures cannot be read; replace or delete them: {first}{more}"
