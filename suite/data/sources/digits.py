"""The embedded set: 1,797 real handwritten digits that come with scikit-learn, so that nothing need be fetched.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998: the 8x8 counts of ink, 0 to 16.
"""

from __future__ import annotations

import gzip
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from suite.data.contents import TEST, TRAIN, Contents, Source, in_chunks
from suite.data.fit import Fit, Images, bilinear
from suite.data.registry import NamedSet
from suite.data.splits import TEST_SEED, held_out
from suite.data.targets import Labels, Targets

SIDE = 32
TEST_FRACTION = 0.2


def locate() -> Source:
    release = version("scikit-learn")
    return Source(location=f"embedded in scikit-learn {release}", identity=["scikit-learn", release], read=_read)


def _read() -> Contents:
    ink, labels = _ink()
    images = enlarge(ink)
    part = np.full(len(labels), TRAIN, np.uint8)
    part[held_out(labels, TEST_FRACTION, TEST_SEED)[1]] = TEST
    return Contents(
        shape=(len(images), SIDE, SIDE, 1),
        chunks=in_chunks(images),
        targets=Targets.of_labels(labels),
        part=part,
        class_names=tuple(str(digit) for digit in range(10)),
        notes=(
            "digits: scikit-learn's 8x8 images, 0..16 scaled to 0..255, enlarged to 32x32 by bilinear interpolation",
            f"digits: no test set of its own; ours is a fixed, stratified fifth ({np.sum(part == TEST)})",
        ),
        checksum="none needed: embedded",
    )


def _ink() -> tuple[np.ndarray, Labels]:
    """The images, (1797, 8, 8) of 0..16, and labels.

    Read from scikit-learn's own file where it lies as always, because importing scikit-learn takes seconds.
    """
    package = find_spec("sklearn")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            with gzip.open(path, "rt") as file:
                rows = np.loadtxt(file, delimiter=",", dtype=np.int32)
            return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target.astype(np.int32)


def enlarge(ink: np.ndarray) -> Images:
    """(N, 8, 8) of 0..16 as (N, 32, 32, 1) uint8: bilinear, pixel centres aligned, edges repeated.

    All weights are multiples of 1/64 and the ink is whole, so every sum is exact and equal on every machine.
    """
    return np.floor(bilinear(ink, SIDE) * 255 / 16 + 0.5).astype(np.uint8)[..., None]


SETS = (NamedSet("digits", lambda spec, data_dir, offline: locate(), Fit("enlarge", 8, SIDE), listed=0, side=SIDE),)
