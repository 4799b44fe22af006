"""What a picture's header says before it is decoded; and how many pictures are looked at together, each for itself."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from suite.data.files.formats import heif_decoder

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "AVIF", *heif_decoder())
_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L")
_ORIENTATION = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)


MAX_PIXELS = 89_478_485
"""Of a picture that is decoded in full, Pillow's own limit: a file of a few bytes can claim any size."""


TOGETHER = 32
"""Pictures that a thread is given at a time: handing over a small one takes as long as a good part of decoding it."""

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


def read_headers(paths: Sequence[Path]) -> list[Header | None]:
    """The header of each picture; None for one that has no readable header."""
    return [header for header, _ in each(_header, paths)]


class TooLarge(Exception):
    """More pixels than are decoded."""


def _header(path: Path) -> Header:
    with Image.open(path, formats=FORMATS) as image:
        coloured = "16B" in str(getattr(image, "tile", ()))  # before EXIF is looked for, which loads a PNG
        turned = image.format != "TIFF" and orientation(image) in _ON_ITS_SIDE  # of TIFFs Pillow says the turned size
        width, height = image.size[::-1] if turned else image.size
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


def orientation(image: Image.Image) -> int:
    """As EXIF says it, or XMP; 1 where nothing does."""
    if image.format == "JPEG" and not image.info.keys() & {"exif", "xmp"}:
        return 1  # what Pillow would find, in a tenth of a small picture's time
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF fails in many ways, and says nothing about the pixels
        return 1


def each(make: Callable[[Path], Made], paths: Sequence[Path]) -> list[tuple[Made | None, str]]:
    """(result, "") or (None, reason) for each path, over threads: decoding releases the interpreter's lock."""
    Image.init()  # loads the decoders: once, before threads would all want to
    threads = min(8, os.cpu_count() or 1)
    few = max(1, min(TOGETHER, len(paths) // (4 * threads)))
    with warnings.catch_warnings(), _own_limit(), ThreadPoolExecutor(threads) as pool:
        warnings.simplefilter("ignore")  # about metadata
        batches = pool.map(
            lambda start: [_attempt(make, path) for path in paths[start : start + few]], range(0, len(paths), few)
        )
        return [one for batch in batches for one in batch]


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
    except TooLarge:
        return None, f"more than {MAX_PIXELS:,} pixels: make it smaller"
    except UnidentifiedImageError:
        return None, "not a picture, or damaged"
    except Exception as error:  # decoders of damaged data raise anything
        return None, " ".join(str(error).split()) or type(error).__name__
