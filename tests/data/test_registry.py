from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.data import DataSpec, dataset_names, load, registry, sources
from suite.data.registry import named_sets

SOURCE = """
import numpy as np
from suite.data.contents import Contents, Source, in_chunks
from suite.data.fit import Fit
from suite.data.registry import NamedSet
from suite.data.targets import Targets

IMAGES = np.arange(40, dtype=np.uint8).reshape(40, 1, 1, 1) * np.ones((1, 8, 8, 1), np.uint8)
LABELS = Targets.of_labels(np.arange(40) % 2)
PART = np.repeat(np.array([0, 2], np.uint8), [30, 10])


def read():
    return Contents(IMAGES.shape, in_chunks(IMAGES), LABELS, PART, ("even", "odd"), (), "none")


SETS = (NamedSet("NAME", lambda spec, data_dir, offline: Source("here", 1, read), Fit(), listed=50, side=8),)
"""


@pytest.fixture
def sources_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second folder that Python looks through for modules of suite.data.sources."""
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path / "sources")])
    (tmp_path / "sources").mkdir()
    named_sets.cache_clear()
    yield tmp_path / "sources"
    named_sets.cache_clear()
    for name in [name for name in sys.modules if name.startswith(f"{registry.SOURCES}.added")]:
        del sys.modules[name]


def test_a_set_is_one_file_more(sources_folder: Path, tmp_path: Path) -> None:
    (sources_folder / "added.py").write_text(SOURCE.replace("NAME", "parity"), encoding="utf-8")
    assert dataset_names()[-3:] == ["tiny_imagenet", "parity", "folder"]
    dataset = load(DataSpec("parity", test_examples=4), data_dir=None, cache_dir=tmp_path / "cache")
    assert dataset.class_names == ("even", "odd")
    np.testing.assert_array_equal(dataset.images[:, 0, 0, 0] % 2, dataset.labels)
    with pytest.raises(Refusal, match=r"data.path is for dataset=folder; parity is looked for"):
        load(DataSpec("parity", path="x"), data_dir=None, cache_dir=tmp_path)
    with pytest.raises(Refusal, match="Did you mean 'parity'"):
        load(DataSpec("party"), data_dir=None, cache_dir=tmp_path)


def test_two_sets_of_one_name_are_a_bug(sources_folder: Path) -> None:
    (sources_folder / "added.py").write_text(SOURCE.replace("NAME", "cifar10"), encoding="utf-8")
    with pytest.raises(AssertionError, match=r"two files of suite.data.sources declare a set 'cifar10'"):
        named_sets()


def test_listing_the_sets_loads_no_framework_and_no_pillow() -> None:
    code = (
        "import sys, suite.data; suite.data.dataset_names(); "
        "sys.exit(str({'PIL', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "set()"


def test_every_set_says_how_pictures_become_its_images() -> None:
    fits = {name: (named.fit.kind, named.fit.source, named.fit.side) for name, named in named_sets().items()}
    assert fits == {
        "digits": ("enlarge", 8, 32), "mnist": ("pad", 28, 32), "fashion_mnist": ("pad", 28, 32),
        "cifar10": ("crop", 32, 32), "cifar100": ("crop", 32, 32),
        "tiny_imagenet": ("crop", 64, 64), "folder": ("crop", None, None),
    }  # fmt: skip
