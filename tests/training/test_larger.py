"""Runs whose training crops are taken from images that are larger than the network's input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from suite.core.directories import HISTORY, PREDICTIONS, WEIGHTS
from suite.core.durable import read_json
from suite.core.result import finished, write_result
from suite.data import Dataset, DataSpec, load
from suite.training import corrupted, prediction, trainer
from suite.training.loop import training_index
from suite.training.preprocessing import measure_preprocessing, recorded_preprocessing
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec, changes
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import TIMES, dying, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

MIXED = {"resized_crop": 0.3, "mixup": 0.2, "epochs": 2}


def larger(spec: RunSpec, **data: Any) -> RunSpec:
    pixels = replace(spec.data, **{"image_size": 20, "source_size": 32, **data})
    return replace(spec, data=pixels, backend=keras.backend.backend())


def ends(directory: Path) -> dict[str, Any]:
    """What a run leaves that depends on neither kills nor where images lie."""
    rows = [{key: value for key, value in row.items() if key not in TIMES} for row in read_json(directory / HISTORY)]
    with np.load(directory / PREDICTIONS) as file:
        predictions = {name: file[name].tolist() for name in file}
    return {"rows": rows, "predictions": predictions}


@pytest.fixture(scope="module")
def undisturbed(make_spec: MakeSpec, small_segments: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run that crops, changes and mixes, and was never stopped."""
    directory, of = tmp_path_factory.mktemp("undisturbed"), Trainer()
    train(larger(make_spec(MIXED)), directory, of)
    (graph,) = of._graphs._kept.values()
    assert (tuple(graph.images.shape), tuple(graph.larger.shape)) == ((1797, 20, 20, 1), (1797, 32, 32, 1))
    return directory


@pytest.mark.slow
@pytest.mark.parametrize("room", ["none", "for the small ones"])
def test_where_images_lie_changes_no_bit(
    room: str, make_spec: MakeSpec, small_segments: None, undisturbed: Path, tmp_path: Path
) -> None:
    small = 1797 * 20 * 20
    of = Trainer(device_bytes=0 if room == "none" else small)
    train(larger(make_spec(MIXED)), tmp_path, of)
    (graph,) = of._graphs._kept.values()
    assert (graph.images is None, graph.larger is None) == (room == "none", True)
    assert ends(tmp_path) == ends(undisturbed)


@pytest.mark.slow
def test_cut_in_an_epoch_it_ends_as_if_it_had_never_stopped(
    make_spec: MakeSpec, small_segments: None, undisturbed: Path, tmp_path: Path
) -> None:
    with dying(8):
        train(larger(make_spec(MIXED)), tmp_path)
    train(larger(make_spec(MIXED)), tmp_path, Trainer())
    assert ends(tmp_path) == ends(undisturbed)


@pytest.mark.slow
def test_only_random_crops_see_the_larger_images(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other larger training images change a run that crops, and no bit of one that does not; those of validation and
    test change neither. Normalization is of what the network sees of the training images."""
    spec, of = larger(make_spec({"epochs": 1, "batch_size": 64})), Trainer(device_bytes=0)

    def ended(name: str, recipe: dict[str, Any], part: str | None) -> dict[str, Any]:
        def with_noise(*given: Any, **more: Any) -> Dataset:
            data = load(*given, **more)
            assert data.larger is not None
            others = np.array(data.larger)
            for chosen in [part] if part else []:
                others[getattr(data, chosen)] ^= 85
            return replace(data, larger=others)

        monkeypatch.setattr(trainer, "load", with_noise)
        of._loaded.clear()
        train(replace(spec, recipe=spec.recipe.with_parameters(recipe)), tmp_path / name, of)
        return ends(tmp_path / name)

    plain, crop = ended("plain", {}, None), ended("crop", {"resized_crop": 0.3}, None)
    assert plain != crop
    assert ended("plain train", {}, "train") == plain
    assert ended("crop train", {"resized_crop": 0.3}, "train") != crop
    assert ended("crop test", {"resized_crop": 0.3}, "test") == crop
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    expected = measure_preprocessing(data.images, training_index(spec, data), data.class_names)
    assert recorded_preprocessing(tmp_path / "crop").mean == expected.mean
    assert recorded_preprocessing(tmp_path / "crop").input_shape == (20, 20, 1)


def test_a_run_without_larger_images_is_what_it_was(make_spec: MakeSpec) -> None:
    spec = make_spec()
    recorded = spec.identity("hash")
    for key in ("source_size", "crop_pct"):
        assert recorded["data"].pop(key) is None
    assert changes(recorded, spec.identity("hash")) == []
    assert any("source_size" in change for change in changes(recorded, larger(spec).identity("hash")))


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 oblong pictures in each of three class folders, whose tint tells the class."""
    root = tmp_path_factory.mktemp("photographs")
    for number, name in enumerate("abc"):
        (root / name).mkdir()
        for k in range(40):
            small = np.random.default_rng([number, k]).integers(0, 200, (6, 8, 3), dtype=np.uint8)
            small[..., number] += 40
            Image.fromarray(small).resize((56, 42), Image.Resampling.BICUBIC).save(root / name / f"{k}.png")
    return root


def test_predictions_and_corruptions_are_of_the_pixels_that_the_test_was_of(
    photographs: Path, cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataSpec("folder", path=str(photographs), image_size=24, source_size=40, crop_pct=0.875)
    spec = RunSpec(
        "lenet5", {"width": 0.5}, Recipe(learning_rate=0.05, epochs=3, batch_size=16, resized_crop=0.3), data,
        {"split": 0, "initial": 1, "order": 2, "augment": 3}, str(cache_dir), final=True,
        backend=keras.backend.backend(),
    )  # fmt: skip
    measured = train(spec, tmp_path)
    found = load(data, data_dir=None, cache_dir=cache_dir)
    files = [photographs / found.files()[index] for index in found.test]
    preprocessing, asked = recorded_preprocessing(tmp_path), spec.identity(found.hash)
    pixels, _, lost = prediction.read_pictures(
        files, prediction.recorded_fit(preprocessing, asked), preprocessing.input_shape
    )
    assert not lost
    np.testing.assert_array_equal(pixels, found.images[found.test])
    with np.load(tmp_path / PREDICTIONS) as tested:
        predicted, hits = tested["predicted"], tested["predicted"] == tested["label"]
        assert len(set(predicted)) > 1, "a network that always says the same would prove nothing"
    np.testing.assert_array_equal(prediction.outputs(tmp_path, asked, pixels).argmax(axis=1), predicted)
    assert measured["test_accuracy"] == pytest.approx(hits.mean())

    run = {
        "study": "s", "instance": "i", "candidate": "c", "architecture": "lenet5", "track": "shared", "phase": "final",
        "number": 0, "seed": 0, "attempts": 1, "dataset": "folder", "data_hash": found.hash, "backend": spec.backend,
        "precision": "float32",
    }  # fmt: skip
    write_result(tmp_path, finished(run, measured, 7.0))
    seen = list[np.ndarray]()

    def keep(images: np.ndarray, index: np.ndarray, kind: str, strength: int) -> np.ndarray:
        seen.append(np.asarray(images[index]))
        return seen[-1]

    monkeypatch.setattr(corrupted, "corrupted", keep)
    Trainer().evaluate(spec, tmp_path, [["fog", 1]])
    np.testing.assert_array_equal(np.concatenate(seen), pixels)
    with np.load(tmp_path / corrupted.CORRUPTED) as scores:
        np.testing.assert_array_equal(scores["fog/1"], hits)
    assert (tmp_path / WEIGHTS).exists()
