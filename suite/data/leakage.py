"""Test images that somebody else was trained on: what a network has seen before it is no test of it.

Images of one size are the same where every pixel is: by their digests. Images of different sizes are the same where
their thumbnails are: SIDE x SIDE, grey for both where one of the sets is grey, bicubic with antialiasing as everywhere
here, with a root mean square difference of at most LIMIT of 255 grey levels. Of 1,000 photographs of Tiny ImageNet,
copies that were resized twice differ by at most 6.7, and the nearest of 20,000 of CIFAR-10 by 14.8. Plain images are
taken for the same where their colours are: this says that images look alike, not that they are copies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from suite.data.contents import CHUNK, image_digests
from suite.data.dataset import Dataset, Indices
from suite.data.fit import Images

SIDE = 16
LIMIT = 8.0
"""Root mean square difference of two thumbnails, of 255, up to which images look alike."""


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


def leaked(target: Dataset, source: Dataset, seen: Indices) -> Leak:
    """The test images of `target` that are among the images of `source` at `seen`."""
    if target.input_shape == source.input_shape:
        known = np.unique(_digests(source.images, np.sort(seen)))
        found = np.isin(_digests(target.images, target.test), known)
        return Leak(target.test[found], len(target.test), exact=True)
    grey = 1 in (target.input_shape[-1], source.input_shape[-1])
    mine, theirs = thumbnails(target.images, target.test, grey), thumbnails(source.images, np.sort(seen), grey)
    return Leak(target.test[_alike(mine, theirs)], len(target.test), exact=False)


def thumbnails(images: Images, index: Indices, grey: bool) -> npt.NDArray[np.float32]:
    """(n, SIDE * SIDE * channels) float32 of the images at `index`, from 0 to 255."""
    from PIL import Image  # only for those who need it

    rows = []
    for place in index:
        image = images[place]
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        picture = picture.convert("L") if grey else picture.convert("RGB")
        rows.append(np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32).ravel())
    return np.stack(rows)


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
