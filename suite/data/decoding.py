"""Pictures of any common kind as square uint8 arrays: what a folder of one's own holds is rarely all of one kind.

A picture is turned as its EXIF orientation says, transparency is laid on white, 16-bit grey is scaled to 8 bits, CMYK
and palettes become RGB, the first frame stands for an animation; then the central square is cut out and resized
(bicubic, with antialiasing).
"""

from __future__ import annotations

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
from suite.data.contents import CHUNK, Contents
from suite.data.fit import Fit, Images

_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
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


def read_headers(paths: Sequence[Path]) -> list[Header | None]:
    """The header of each picture; None for one that has no readable header."""
    return [header for header, _ in _each(_header, paths)]


def decode(paths: Sequence[Path], size: int, channels: int) -> Iterator[Images]:
    """Chunks of (n, size, size, channels) uint8, in the order of `paths`.

    Goes through all of them even when one fails, then raises Refusal with the first ten that did.
    """
    failures: list[tuple[Path, str]] = []
    told = time.monotonic()
    for start in range(0, len(paths), CHUNK):
        images, failed = decode_some(paths[start : start + CHUNK], size, channels)
        failures += failed
        yield images
        if time.monotonic() - told >= PATIENCE:
            told = time.monotonic()
            print(f"decoding pictures: {start + len(images):,} of {len(paths):,}", file=sys.stderr, flush=True)
    if failures:
        raise Refusal(_failed(failures, len(paths)))


def decode_some(paths: Sequence[Path], size: int, channels: int) -> tuple[Images, list[tuple[Path, str]]]:
    """(n, size, size, channels) uint8, and (path, reason) of each picture that cannot be read, which is left black."""
    images = np.zeros((len(paths), size, size, channels), np.uint8)
    failures = []
    for row, (image, reason) in enumerate(_each(lambda path: decode_one(path, size, channels), paths)):
        if image is None:
            failures.append((paths[row], reason))
        else:
            images[row] = image
    return images, failures


def fit_some(paths: Sequence[Path], fit: Fit, size: int, channels: int) -> tuple[Images, list[tuple[Path, str]]]:
    """As `decode_some`, but the way a set's own pictures became its images: `fit`, then `size` if that is another."""
    images, failures = decode_some(paths, fit.source or size, channels)
    images = fit.step(images)
    if images.shape[1] != size:
        images = np.stack([_resize(image, size) for image in images])
    return images, failures


def decode_one(path: Path, size: int, channels: int) -> Images:
    """(size, size, channels) uint8 of one picture. Raises what Pillow raises, and ValueError for an unknown range."""
    with Image.open(path, formats=_FORMATS) as image:
        image.draft(None, (2 * size, 2 * size))  # big JPEGs: decode no finer than twice what is needed
        turn = None if image.format == "TIFF" else _TURNS.get(_orientation(image))  # Pillow turns TIFFs while loading
        flat = _eight_bit(image).convert("L" if channels == 1 else "RGB")
    if turn is not None:
        flat = flat.transpose(turn)
    square = ImageOps.fit(flat, (size, size), method=Image.Resampling.BICUBIC)
    return np.asarray(square, np.uint8).reshape(size, size, channels)


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
        turned = image.format != "TIFF" and _orientation(image) in _ON_ITS_SIDE  # of TIFFs Pillow says the turned size
        width, height = image.size[::-1] if turned else image.size
        return Header(width, height, grey=image.mode in _GREY_MODES, transparent=image.has_transparency_data)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF fails in many ways, and says nothing about the pixels
        return 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture with at most 8 bits a channel and no transparency."""
    if image.mode == "F":
        raise ValueError("floating-point pixels have no fixed range; save it with 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 bits, which Pillow would clip at 255
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65_535:
            raise ValueError("pixels beyond 16 bits; save it with 8 or 16 bits")
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered)
    return image.convert("RGB") if image.mode not in ("L", "RGB") else image


def _each(make: Callable[[Path], Made], paths: Sequence[Path]) -> list[tuple[Made | None, str]]:
    """(result, "") or (None, reason) for each path, over threads: decoding releases the interpreter's lock."""
    Image.init()  # loads the decoders: once, before threads would all want to
    with warnings.catch_warnings(), ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")  # about metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return list(pool.map(lambda path: _attempt(make, path), paths))


def _attempt(make: Callable[[Path], Made], path: Path) -> tuple[Made | None, str]:
    try:
        return make(path), ""
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return None, f"more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels: make it smaller"
    except UnidentifiedImageError:
        return None, "not a picture, or damaged"
    except Exception as error:  # decoders of damaged data raise anything
        return None, " ".join(str(error).split()) or type(error).__name__


def _failed(failures: list[tuple[Path, str]], total: int) -> str:
    first = "; ".join(f"{path} ({reason})" for path, reason in failures[:10])
    more = f"; and {len(failures) - 10} more" if len(failures) > 10 else ""
    return f"{len(failures)} of {total} pictures cannot be read; replace or delete them: {first}{more}"
