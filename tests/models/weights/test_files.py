"""Where the files of published weights are: as keras.applications asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.utils import file_utils

from suite.models import ArchitectureError
from suite.models.architecture import WeightsMissing
from suite.models.graph import without_weights
from suite.models.weights import imagenet
from suite.models.weights.files import published_file, require_published
from suite.models.weights.sources import SOURCES

IMAGENET = {"pretrained": "imagenet"}
QUICK = ("mobilenet_v1", "vgg16")


class Asked(Exception):
    pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path / "models"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SOURCES]
)
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square:UserWarning")  # of MobileNetV3
def test_a_file_is_called_as_keras_asks_for_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def get_file(fname: str, origin: str, cache_subdir: str, **_: Any) -> None:
        raise Asked(fname, origin, cache_subdir)

    monkeypatch.setattr(file_utils, "get_file", get_file)
    with pytest.raises(Asked) as asked, without_weights():
        getattr(keras.applications, SOURCES[name].constructor)(weights="imagenet", classifier_activation=None)
    file = published_file(name, IMAGENET)
    assert file is not None
    assert asked.value.args == (file.name, file.address, "models")
    keras.backend.clear_session()


def test_it_belongs_into_keras_folder_of_models(folder: Path) -> None:
    file = published_file("mobilenet_v2", IMAGENET)
    assert file is not None
    assert file.path == folder / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
    assert file.size == "about 14 MB", "as keras.io says"
    assert published_file("mobilenet_v2", {}) is None
    assert published_file("lenet5", {}) is None


@pytest.mark.parametrize(("name", "options", "there"), [("vgg16", IMAGENET, True), ("vgg16", {}, False)])
def test_who_may_not_fetch_it_needs_it_there(name: str, options: Mapping[str, Any], there: bool, folder: Path) -> None:
    if there:
        with pytest.raises(WeightsMissing, match=r"weights: imagenet: .*vgg16_weights.* is not there, and offline"):
            require_published(name, options)
        folder.mkdir()
        (folder / "vgg16_weights_tf_dim_ordering_tf_kernels.h5").touch()
    require_published(name, options)


def test_a_download_that_fails_is_told_from_what_else_may_fail(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def constructor(**_: Any) -> None:
        raise Exception("URL fetch failure on https://...: None -- no route")

    monkeypatch.setattr(keras.applications, SOURCES["mobilenet_v2"].constructor, constructor)
    imagenet._imagenet.cache_clear()
    with pytest.raises(WeightsMissing, match=r"weights: imagenet: .*1.0_224.h5 could not be fetched"):
        imagenet._imagenet("mobilenet_v2")
    folder.mkdir()
    published_file("mobilenet_v2", IMAGENET).path.touch()  # type: ignore[union-attr]
    with pytest.raises(ArchitectureError, match=r"1.0_224.h5 could not be read: .* no route; delete it") as refused:
        imagenet._imagenet("mobilenet_v2")
    assert not isinstance(refused.value, WeightsMissing)
