"""A tree of ImageNet's shape: 1,000 classes, a flat val/ with the development kit beside it, 20,000 files of 64x64.

Read, cached, killed in the middle and gone on with; opened again without reading a picture.
"""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat
from scipy.ndimage import gaussian_filter

from suite.data import DataSpec, load

CLASSES, OF_EACH, VALIDATED = 1000, 19, 1000
WNIDS = [f"n{3 * number + 1440764:08d}" for number in range(CLASSES)]
NUMBERS = np.random.default_rng(5).permutation(CLASSES) + 1
"""The kit's number of each class, which does not follow the identifiers' order."""

pytestmark = pytest.mark.slow


def pictures(count: int) -> list[np.ndarray]:
    """A few smooth fields with the contrast of photographs, from which all files are made."""
    noise = np.random.default_rng(0).normal(size=(count, 96, 96, 3))
    smooth = gaussian_filter(noise, (0, 6, 6, 0))
    return [(255 * (one - one.min()) / np.ptp(one)).astype(np.uint8) for one in smooth]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree. Which picture is which can be told from its mean colour: no two files are equal."""
    root, few = tmp_path_factory.mktemp("imagenet"), pictures(40)
    random = np.random.default_rng(1)

    def save(path: Path) -> None:
        base, (top, left) = few[random.integers(len(few))], random.integers(0, 32, 2)
        tinted = base[top : top + 64, left : left + 64].astype(int) + random.integers(-40, 40, 3)
        file = io.BytesIO()
        Image.fromarray(tinted.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
        path.write_bytes(file.getvalue())

    for wnid in WNIDS:
        (root / "train" / wnid).mkdir(parents=True)
        for number in range(OF_EACH):
            save(root / "train" / wnid / f"{wnid}_{number}.JPEG")
    (root / "val").mkdir()
    kit = root / "ILSVRC2012_devkit_t12" / "data"
    kit.mkdir(parents=True)
    truth = np.random.default_rng(2).permutation(CLASSES)
    for number in range(VALIDATED):
        save(root / "val" / f"ILSVRC2012_val_{number + 1:08d}.JPEG")
    lines = "".join(f"{NUMBERS[label]}\n" for label in truth)
    (kit / "ILSVRC2012_validation_ground_truth.txt").write_text(lines)
    synsets = [(int(number), wnid, "word") for wnid, number in zip(WNIDS, NUMBERS, strict=True)]
    fields = [("ILSVRC2012_ID", "O"), ("WNID", "O"), ("words", "O")]
    savemat(kit / "meta.mat", {"synsets": np.array(synsets, dtype=fields)})
    np.save(root.parent / "truth.npy", truth)
    return root


@pytest.fixture(scope="module")
def workspace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which decoding was killed after ten chunks of twenty, and gone on with by the same command."""
    workspace = tmp_path_factory.mktemp("workspace")
    command = [sys.executable, "-m", "suite.data", f"path={root}", "image_size=64", f"workspace={workspace}"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(workspace), "PYTHONPATH": ":".join(filter(None, sys.path))}
    environment["SUITE_FAULT_TRACE"] = str(workspace / "trace")
    killed = subprocess.run(
        command, env={**environment, "SUITE_FAULT": "chunk-decoded:10"}, capture_output=True, timeout=300
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert again.returncode == 0, again.stderr
    assert re.search(r"going on, 10,240 of 20,000 are there", again.stderr)
    assert (workspace / "trace").read_text().count("chunk-decoded") == 20, "no chunk was decoded twice"
    return workspace


def test_what_was_killed_in_the_middle_is_the_same_set(root: Path, workspace: Path, tmp_path: Path) -> None:
    spec = DataSpec("folder", path=str(root), image_size=64)
    data, fresh = (load(spec, data_dir=None, cache_dir=place) for place in (workspace / "cache", tmp_path))
    assert data.hash == fresh.hash
    assert data.class_names == tuple(WNIDS)
    assert (len(data.images), len(data.test)) == (20_000, VALIDATED)
    assert np.bincount(data.labels[np.concatenate([data.train, data.validation])]).tolist() == [OF_EACH] * CLASSES
    files, truth = data.files(), np.load(root.parent / "truth.npy")
    for index in [*data.test[:50], *data.train[:50]]:
        path = root / files[index]
        shown = np.asarray(Image.open(path))
        np.testing.assert_array_equal(data.images[index], shown)
        number = re.fullmatch(r"val/ILSVRC2012_val_0*(\d+)\.JPEG", files[index])
        wanted = WNIDS[truth[int(number[1]) - 1]] if number else path.parent.name
        assert data.class_names[data.labels[index]] == wanted


def test_it_is_opened_again_in_well_under_two_seconds(root: Path, workspace: Path) -> None:
    spec = DataSpec("folder", path=str(root), image_size=64)
    before = time.process_time()
    load(spec, data_dir=None, cache_dir=workspace / "cache")
    assert time.process_time() - before < 2.0
