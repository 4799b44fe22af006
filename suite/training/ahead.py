"""Pages of a memory map asked for before they are read, so that the disk reads the images of a batch at once.

A map that is read here and there is read page by page, and each page that is not in memory is waited for on its own: an
image of 64x64 pixels lies on four. In a memory smaller than the map, that is what training waits for. Asked for in one
go (MADV_WILLNEED, which returns before anything was read), the pages of a batch wait for the disk together, and those
of the next one while this one trains.

40,000 images of 64x64 (469 MiB) in a control group of 200 MiB, none in memory, on two cores with other work, in turns:
1,050 a second page by page and 6,500 asked for ahead (medians of six); of 224x224 103 and 350.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ahead:
    """pages: the map; start: where in it the first image begins; image: bytes of one."""

    pages: mmap.mmap
    start: int
    image: int

    def ask_for(self, ordered: np.ndarray) -> None:
        """Begin to read the images at these positions, which are in rising order; returns at once."""
        begins = self.start + ordered.astype(np.int64) * self.image
        ends = begins + self.image
        begins -= begins % mmap.PAGESIZE
        breaks = np.flatnonzero(begins[1:] > ends[:-1]) + 1  # neighbours are one piece
        firsts, lasts = np.concatenate([[0], breaks]), np.concatenate([breaks - 1, [len(begins) - 1]])
        with suppress(OSError):  # a system that has no time or memory for it: they are read when they are needed
            for first, last in zip(begins[firsts].tolist(), ends[lasts].tolist(), strict=True):
                self.pages.madvise(mmap.MADV_WILLNEED, first, last - first)


def ahead(images: np.ndarray) -> Ahead | None:
    """How to ask for images ahead; None where they are no memory map, or the system cannot be told.

    The map is expected to be read here and there from now on, without neighbours: in a memory that is smaller than the
    map these would push out what is needed. 20,000 images of 64x64 came at 350 a second within two thirds of their
    bytes, and at 2,000 to 3,000 without them.
    """
    pages = getattr(images, "_mmap", None)
    if pages is None or not hasattr(mmap, "MADV_RANDOM") or not hasattr(mmap, "MADV_WILLNEED"):
        return None
    with suppress(OSError):
        pages.madvise(mmap.MADV_RANDOM)
    if not images.flags.c_contiguous:
        return None
    base = np.frombuffer(pages, np.uint8).__array_interface__["data"][0]
    return Ahead(pages, images.__array_interface__["data"][0] - base, images.strides[0])
