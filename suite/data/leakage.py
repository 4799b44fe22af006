"""Test images that somebody else was trained on: what a network has seen before it is no test of it.

Images of one size are the same where every pixel is: by their digests. Copies that were saved anew (another quality of
JPEG) or resized are found where their thumbnails are the same: SIDE x SIDE, bicubic with antialiasing as everywhere
here, luma at each pixel and colours at every fourth, grey for both where one of the sets is grey, with a root mean
square difference of at most LIMIT of 255 levels. Of 1,000 photographs of Tiny ImageNet, copies of 32 or 64 pixels that
were saved as JPEG of quality 30 to 90 differ by at most 5.8, resized twice with antialiasing by 2.4, without it by up
to 18.8, and the nearest of 20,000 of CIFAR-10 by 11.9. Plain images are taken for the same where their colours are:
this says that images look alike, not that they are copies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """Which test images are among somebody's training images, by their positions in the data set's images.

    same: pixel for pixel; None where the sizes differ. alike: as they look, those of `same` aside; None where nobody
    looked: within one set near duplicates are the set's own, and every row has them.
    """

    of: int
    same: Indices | None
    alike: Indices | None

    @property
    def test(self) -> Indices:
        """All of them, in order."""
        return np.sort(np.concatenate([found for found in (self.same, self.alike) if found is not None]))

    def sentence(self, source: str) -> str:
        """What there is to say, none included."""
        looks = f"as they look at {SIDE}x{SIDE} pixels"
        if self.same is None:
            how = f"{looks}, for the sizes differ"
        elif not len(self.test) and self.alike is not None:
            how = f"neither pixel for pixel nor {looks}"
        elif self.alike is None or not len(self.alike):
            how = "pixel for pixel"
        else:
            how = f"{len(self.same):,} pixel for pixel, {len(self.alike):,} {looks}"
        if not len(self.test):
            return f"none of {self.of:,} test images is among the training images of {source} ({how})"
        are = "is" if len(self.test) == 1 else "are"
        return f"{len(self.test):,} of {self.of:,} test images {are} among the training images of {source} ({how})"


def leaked(target: Dataset, seen: Fingerprints) -> Leak:
    """The test images of `target` that are among those whose fingerprints are `seen`: by all that these have."""
    same = alike = None
    if target.pictures.shape[1:] == seen.shape:
        assert seen.digests is not None
        same = target.test[np.isin(_digests(target.pictures, target.test), np.unique(seen.digests))]
    if seen.thumbnails is not None:
        grey = 1 in (target.input_shape[-1], seen.shape[-1])
        mine, theirs = _vectors(thumbnails(target.pictures, target.test), grey), _vectors(seen.thumbnails, grey)
        alike = np.setdiff1d(target.test[_alike(mine, theirs)], np.empty(0, np.int64) if same is None else same)
    return Leak(len(target.test), same, alike)


def within_one_set(seen: Fingerprints) -> Fingerprints:
    """The same without what tells looks."""
    return replace(seen, thumbnails=None)


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


_YCBCR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
"""Of JPEG files (ITU-T T.871): luma, and two colour differences."""


def _vectors(small: Images, grey: bool) -> npt.NDArray[np.float32]:
    """(n, d) float32: luma from 0 to 255, and unless `grey` the colour differences of each four pixels.

    JPEG keeps colours at half the resolution: compared pixel by pixel they would tell copies apart.
    """
    if small.shape[-1] == 1:
        return small.astype(np.float32).reshape(len(small), -1)
    values = small.astype(np.float32) @ _YCBCR.T
    luma = values[..., 0].reshape(len(small), -1)
    if grey:
        return luma
    half = SIDE // 2
    colours = values[..., 1:].reshape(len(small), half, 2, half, 2, 2).mean(axis=(2, 4))
    return np.concatenate([luma, colours.reshape(len(small), -1)], axis=1)


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
