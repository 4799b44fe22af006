"""`predict` on the test pictures of a folder gives what the run was tested with, whatever its layout, fit and size."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from suite.commandline import enter
from suite.core import directories
from suite.core.durable import write_json
from suite.data import DataSpec, load
from suite.predict import HELP, main
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

KINDS = ("jpg", "png", "webp", "tif", "turned.jpg", "alpha.png", "grey.png", "deep.png")


def pictures(root: Path, folders: dict[str, int], seed: int = 0) -> Path:
    """Oblong pictures of every kind, whose class, the last letter of a folder's name, is a matter of brightness."""
    for number, (folder, count) in enumerate(folders.items()):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            random = np.random.default_rng([seed, number, k])
            low = 40 + 30 * (folder.rstrip("/").split("/")[-1][-1] in "bd")
            small = random.integers(low - 40, low + 100, (4, 6, 3), dtype=np.uint8)
            image = Image.fromarray(small).resize((44 + k % 5, 30), Image.Resampling.BICUBIC)
            kind, options = KINDS[k % len(KINDS)], {}
            if kind == "turned.jpg":
                options["exif"] = Image.Exif()
                options["exif"][0x0112] = 6
            elif kind == "alpha.png":
                image.putalpha(Image.fromarray(np.asarray(image)[..., 0]))
            elif kind == "grey.png":
                image = image.convert("L")
            elif kind == "deep.png":
                image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
            image.save(root / folder / f"{k}.{kind}", **options)
    return root


Layout = Callable[[Path], dict[str, Any]]


def undivided(root: Path) -> dict[str, Any]:
    pictures(root, {"a": 40, "b": 40})
    return {}


def divided(root: Path) -> dict[str, Any]:
    pictures(root, {"train/a": 32, "train/b": 32, "test/a": 8, "test/b": 8})
    return {}


def whole_split(root: Path) -> dict[str, Any]:
    folders = {f"{part}/{part}/{name}": n for part, n in (("train", 32), ("val", 6), ("test", 8)) for name in "ab"}
    pictures(root, folders)
    return {}


def listed(root: Path) -> dict[str, Any]:
    pictures(root, {"images": 0, "images/a": 40, "images/b": 40})
    lines = [f"{path.relative_to(root)},{path.parent.name}" for path in sorted(root.glob("images/*/*"))]
    (root.parent / "labels.csv").write_text("path,label\n" + "\n".join(lines))
    return {"labels": str(root.parent / "labels.csv")}


def by_name(root: Path) -> dict[str, Any]:
    pictures(root, {"a": 40, "b": 40})
    for path in sorted(root.glob("*/*")):
        path.rename(root / f"{path.parent.name}_{path.name.split('.')[0]}{path.suffix}")
    return {"label_from": "name"}


def inner(root: Path) -> dict[str, Any]:
    pictures(root, {"x/a": 40, "x/b": 40, "y/c": 40})
    return {"label_from": "inner"}


def some_classes(root: Path) -> dict[str, Any]:
    pictures(root, {"a": 40, "b": 40, "c": 40})
    return {"classes": ("a", "b")}


def with_bad_ones(root: Path) -> dict[str, Any]:
    pictures(root, {"a": 44, "b": 40})
    for k in (0, 9, 17):
        (root / "a" / f"{k}.jpg").write_bytes(b"")
    return {"on_bad": "skip"}


def of_subjects(root: Path) -> dict[str, Any]:
    pictures(root, {f"{name}/{k}{name}": 4 for name in "ab" for k in range(10)})
    return {"group": "parent"}


def one_fold(root: Path) -> dict[str, Any]:
    pictures(root, {"a": 40, "b": 40})
    return {"folds": 4, "fold": 2}


def larger(root: Path) -> dict[str, Any]:
    return {**one_fold(root), "source_size": 32, "crop_pct": 0.75}


def tiny_imagenet(root: Path) -> dict[str, Any]:
    pictures(root, {"train/n1a/images": 0, "train/n1a": 32, "train/n2b": 32, "val/images/a": 8, "val/images/b": 8})
    lines = []
    for path in sorted(root.glob("val/images/?/*")):
        name = f"{path.parent.name}_{path.name}"
        path.rename(root / "val" / "images" / name)
        lines.append(f"{name}\t{ {'a': 'n1a', 'b': 'n2b'}[name[0]] }\t0\t0\t9\t9\n")
    for name in "ab":
        (root / "val" / "images" / name).rmdir()
    (root / "val" / "val_annotations.txt").write_text("".join(lines))
    return {}


LAYOUTS = (
    undivided, divided, whole_split, listed, by_name, inner, some_classes, with_bad_ones, of_subjects, one_fold,
    tiny_imagenet,
)  # fmt: skip
SIZES = (24, (16, 28), None)
QUICK = [(divided, "crop", 24), (of_subjects, "pad", (16, 28)), (larger, "squash", 20)]
CASES = [
    *QUICK,
    *(
        pytest.param(layout, fit, size, marks=pytest.mark.slow)
        for layout in LAYOUTS
        for fit in ("crop", "pad", "squash")
        for size in SIZES
        if (layout, fit, size) not in QUICK
    ),
]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """One for all: runs with the same graph are traced once."""
    return Trainer()


@pytest.mark.parametrize(("layout", "fit", "size"), CASES)
def test_test_pictures_get_the_predictions_that_the_run_was_tested_with(
    layout: Layout, fit: str, size: Any, trainer: Trainer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = layout(tmp_path / "set")
    data = DataSpec("folder", path=str(tmp_path / "set"), fit=fit, image_size=size, **values)
    spec = RunSpec(
        architecture="mlp",
        options={"width": 0.1},
        recipe=Recipe(learning_rate=0.003, epochs=1, batch_size=16, flip=False, shift=0),
        data=data,
        seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
        cache_dir=str(tmp_path / "cache"),
        final=True,
    )
    run = directories.instance_directory(tmp_path, "s", "i") / "mlp/shared/final/0"
    measured = trainer.train(spec, run, lambda row: False)
    write_json(run / directories.RUN, {"identity": spec.identity("")})
    study = {"study": "s", "instance": "i", "budget": "laptop", "dataset": "folder"}
    write_json(run.parents[3] / directories.STUDY, study)

    loaded = load(data, data_dir=None, cache_dir=tmp_path / "cache")
    names, truth = [], []
    (tmp_path / "new").mkdir()
    for row, index in enumerate(loaded.test):
        file = loaded.files()[index]
        names.append(f"{row:03d}-{Path(file).name}")
        truth.append(loaded.class_names[loaded.labels[index]])
        shutil.copyfile(tmp_path / "set" / file, tmp_path / "new" / names[-1])
    capsys.readouterr()
    given = ["study=s", "candidate=mlp", f"workspace={tmp_path}", f"images={tmp_path / 'new'}", "format=csv"]
    assert enter(main, HELP, given) == 0
    rows = {Path(line["image"]).name: line for line in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert len(rows) == len(names) >= 15

    with np.load(run / directories.PREDICTIONS) as recorded:
        predicted, confidence = recorded["predicted"], recorded["confidence"]
    assert [rows[name]["class_1"] for name in names] == [loaded.class_names[label] for label in predicted]
    np.testing.assert_allclose([float(rows[name]["confidence_1"]) for name in names], confidence, atol=2e-6)
    hits = [rows[name]["class_1"] == label for name, label in zip(names, truth, strict=True)]
    assert np.mean(hits) == pytest.approx(measured["test_accuracy"], abs=1e-12)
    assert len(set(np.round(confidence, 4))) > len(names) / 2, "one answer for all would prove nothing"
