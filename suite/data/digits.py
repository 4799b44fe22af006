"""The embedded set: 1,797 real handwritten digits that come with scikit-learn, so that nothing need be fetched.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998: the 8x8 counts of ink, 0 to 16.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from suite.data.contents import TEST, TRAIN, Contents, Source, in_chunks
from suite.data.dataset import Images
from suite.data.splits import TEST_SEED, held_out

SIDE = 32
TEST_FRACTION = 0.2


def locate() -> Source:
    release = version("scikit-learn")
    return Source(location=f"embedded in scikit-learn {release}", identity=["scikit-learn", release], read=_read)


def _read() -> Contents:
    from sklearn.datasets import load_digits  # takes a second: only when the cache has no digits yet

    bunch = load_digits()
    images = enlarge(bunch.images)
    labels = bunch.target.astype(np.int32)
    part = np.full(len(labels), TRAIN, np.uint8)
    part[held_out(labels, TEST_FRACTION, TEST_SEED)[1]] = TEST
    return Contents(
        shape=(len(images), SIDE, SIDE, 1),
        chunks=in_chunks(images),
        labels=labels,
        part=part,
        class_names=tuple(str(digit) for digit in range(10)),
        notes=(
            "digits: scikit-learn's 8x8 images, scaled from 0..16 to 0..255, enlarged to 32x32 by bilinear interpolation",
            f"digits: no publisher's test set; a fixed, stratified fifth ({np.sum(part == TEST)} of {len(part):,}) is ours",
        ),
        checksum="none needed: embedded",
    )


def enlarge(ink: np.ndarray) -> Images:
    """(N, 8, 8) of 0..16 as (N, 32, 32, 1) uint8: bilinear, pixel centres aligned, edges repeated.

    All weights are multiples of 1/64 and the ink is whole, so every sum is exact and equal on every machine.
    """
    factor = SIDE // ink.shape[1]
    centres = np.clip((np.arange(SIDE) + 0.5) / factor - 0.5, 0, ink.shape[1] - 1)
    weights = np.maximum(0.0, 1.0 - np.abs(centres[:, None] - np.arange(ink.shape[1])[None, :]))  # (32, 8)
    enlarged = weights @ ink.astype(np.float64) @ weights.T
    return np.floor(enlarged * 255 / 16 + 0.5).astype(np.uint8)[..., None]
