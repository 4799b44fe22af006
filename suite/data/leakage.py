"""Test images that somebody else was trained on: what a network has seen before it is no test of it.

Images of one size are the same where every pixel is: by their digests. Images of different sizes are the same where
their thumbnails are: SIDE x SIDE, grey for both where one of the sets is grey, bicubic with antialiasing as everywhere
here, with a root mean square difference of at most LIMIT of 255 grey levels. Of 1,000 photographs of Tiny ImageNet,
copies that were resized twice differ by at most 6.7, and the nearest of 20,000 of CIFAR-10 by 14.8. Plain images are
taken for the same where their colours are: this says that images look alike, not that they are copies.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.core.durable import replacing
from suite.data.contents import CHUNK, DIGEST_BYTES, Digests, image_digests
from suite.data.dataset import Dataset, Indices
from suite.data.fit import Images

SIDE = 16
LIMIT = 8.0
"""Root mean square difference of two thumbnails, of 255, up to which images look alike."""


@dataclass(frozen=True)
class Fingerprints:
    """What of images is enough to find copies of them: 784 bytes of an image in colour.

    shape: (H, W, C) of each image. digests: (n,) of their pixels. thumbnails: (n, SIDE, SIDE, C) uint8. Of the last two
    one may be missing where only the other is asked for.
    """

    shape: tuple[int, int, int]
    digests: Digests | None
    thumbnails: Images | None

    def save(self, path: Path) -> None:
        """Keep both, compressed. Raises OSError."""
        assert self.digests is not None
        assert self.thumbnails is not None
        digests = self.digests.view(np.uint8).reshape(len(self.digests), DIGEST_BYTES)
        with replacing(path) as partial, partial.open("wb") as file:
            np.savez_compressed(file, shape=self.shape, digests=digests, thumbnails=self.thumbnails)

    @classmethod
    def load(cls, path: Path) -> Fingerprints:
        """Raises OSError where there is none, ValueError or KeyError where it holds something else."""
        with np.load(path, allow_pickle=False) as kept:
            height, width, channels = (int(size) for size in kept["shape"])
            digests = np.ascontiguousarray(kept["digests"]).view(np.dtype((np.void, DIGEST_BYTES))).ravel()
            return cls((height, width, channels), digests, kept["thumbnails"])


def fingerprints(data: Dataset, index: Indices, exact: bool | None = None) -> Fingerprints:
    """Of a set's images at `index`. exact: digests alone, or thumbnails alone; None: both."""
    index = np.sort(np.asarray(index, np.int64))
    height, width, channels = data.pictures.shape[1:]
    return Fingerprints(
        (height, width, channels),
        _digests(data.pictures, index) if exact in (None, True) else None,
        thumbnails(data.pictures, index) if exact in (None, False) else None,
    )


@dataclass(frozen=True)
class Leak:
    """Which test images are among somebody's training images. test: their positions in the data set's images; exact:
    whether pixel for pixel, or as they look."""

    test: Indices
    of: int
    exact: bool

    def sentence(self, source: str) -> str:
        """What there is to say, none included."""
        how = "pixel for pixel" if self.exact else f"as they look at {SIDE}x{SIDE} pixels, for the sizes differ"
        if not len(self.test):
            return f"none of {self.of:,} test images is among the training images of {source} ({how})"
        are = "is" if len(self.test) == 1 else "are"
        return f"{len(self.test):,} of {self.of:,} test images {are} among the training images of {source} ({how})"


def leaked(target: Dataset, seen: Fingerprints) -> Leak:
    """The test images of `target` that are among those whose fingerprints are `seen`."""
    if target.pictures.shape[1:] == seen.shape:
        assert seen.digests is not None
        found = np.isin(_digests(target.pictures, target.test), np.unique(seen.digests))
        return Leak(target.test[found], len(target.test), exact=True)
    assert seen.thumbnails is not None
    grey = 1 in (target.input_shape[-1], seen.shape[-1])
    mine, theirs = _vectors(thumbnails(target.pictures, target.test), grey), _vectors(seen.thumbnails, grey)
    return Leak(target.test[_alike(mine, theirs)], len(target.test), exact=False)


def thumbnails(images: Images, index: Indices) -> Images:
    """(n, SIDE, SIDE, C) uint8 of the images at `index`."""
    from PIL import Image  # only for those who need it

    found = np.empty((len(index), SIDE, SIDE, images.shape[-1]), np.uint8)
    for row, place in enumerate(index):
        image = images[place]
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        found[row] = small.reshape(SIDE, SIDE, -1)
    return found


def _vectors(small: Images, grey: bool) -> npt.NDArray[np.float32]:
    """(n, d) float32 from 0 to 255; `grey`: of the luma (ITU-R 601) where there are colours."""
    found = small.astype(np.float32)
    if grey and small.shape[-1] == 3:
        found = found @ np.array([0.299, 0.587, 0.114], np.float32)
    return found.reshape(len(small), -1)


def _alike(mine: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """For each of (n, d) whether one of (m, d) is within the limit; in chunks, for n times m may be large."""
    limit = LIMIT**2 * mine.shape[1]
    squares = np.einsum("ij,ij->i", theirs, theirs)
    found = []
    for start in range(0, len(mine), CHUNK):
        chunk = mine[start : start + CHUNK]
        nearest = np.full(len(chunk), np.inf, np.float32)
        for first in range(0, len(theirs), 16 * CHUNK):
            part = slice(first, first + 16 * CHUNK)
            nearest = np.minimum(nearest, (squares[part] - 2 * (chunk @ theirs[part].T)).min(axis=1))
        found.append(nearest + np.einsum("ij,ij->i", chunk, chunk) <= limit)
    return np.concatenate(found)


def _digests(images: Images, index: Indices) -> npt.NDArray[np.void]:
    """Of the images at `index`, in that order."""
    parts = [image_digests(images[index[start : start + CHUNK]]) for start in range(0, len(index), CHUNK)]
    return np.concatenate(parts)
