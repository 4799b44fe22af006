"""Which files are pictures: by their suffix, and by their first bytes where there is none."""

from __future__ import annotations

import importlib.util
import re
import struct
import zlib
from pathlib import Path

_HEIF = (".heic", ".heif", ".hif")
_WITH_HEIF = importlib.util.find_spec("pillow_heif") is not None

SUFFIXES = frozenset((
    ".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".avif",
    *(_HEIF if _WITH_HEIF else ()),
))  # fmt: skip
"""Of the pictures that are read; HEIC where pillow-heif, which Pillow does not bring, is installed."""

UNREAD = frozenset((
    *(() if _WITH_HEIF else _HEIF),
    ".jxl", ".jp2", ".j2k", ".jpx", ".psd", ".svg", ".tga", ".ico", ".exr", ".hdr", ".dcm", ".eps",
    ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw",
))  # fmt: skip
"""Of pictures that are not read: ignoring them takes images from a class, which has to be said."""

_NO_SUFFIX = re.compile(r"(\.\d*)?")
_STARTS = (
    re.compile(rb"\xff\xd8\xff"),  # JPEG
    re.compile(rb"\x89PNG\r\n\x1a\n"),
    re.compile(rb"GIF8[79]a"),
    re.compile(rb"II\*\0|MM\0\*"),  # TIFF
    re.compile(rb"BM....\0\0\0\0", re.DOTALL),  # a BMP's size, then four reserved zeros
    re.compile(rb"RIFF....WEBP", re.DOTALL),
    re.compile(rb"P[1-6]\s"),  # PBM, PGM, PPM
    re.compile(rb"....ftypavi[fs]", re.DOTALL),
    *((re.compile(rb"....ftyp(hei[cxms]|mif1)", re.DOTALL),) if _WITH_HEIF else ()),
)


def heif_decoder() -> tuple[str, ...]:
    """Teach Pillow HEIC where that is possible; the formats' names, as Image.open takes them."""
    if not _WITH_HEIF:
        return ()
    import pillow_heif

    pillow_heif.register_heif_opener()
    return ("HEIF",)


def suffixless(suffix: str) -> bool:
    """Whether a suffix says nothing of a file's kind: none, or a number as in `picture.0012`."""
    return _NO_SUFFIX.fullmatch(suffix) is not None


def is_picture(path: Path) -> bool:
    """Whether the first bytes are those of a picture in a format that is read. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(16)
    return any(start.match(head) for start in _STARTS)


def is_torn_png(data: bytes) -> bool:
    """Whether the pixels of a PNG are not those that were written, by the checksums of their chunks.

    Pillow passes them by, and shows what a damaged stream comes to.
    """
    place = 8
    while data.startswith(b"\x89PNG\r\n\x1a\n") and place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        end = place + 8 + length
        if data[place + 4 : place + 8] == b"IDAT" and end + 4 <= len(data):
            (expected,) = struct.unpack_from(">I", data, end)
            if zlib.crc32(memoryview(data)[place + 4 : end]) != expected:
                return True
        place = end + 4
    return False
