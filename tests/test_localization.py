"""Localization through the whole suite: plan, training, stores, report and predictions, on drawn rectangles."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from suite.data import DataSpec
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests import studies
from tests.data import drawn

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

STUDY = """
title: Rectangles
task: localization
dataset: tiny_imagenet
data: {image_size: 40}
recipe: {base: standard, batch_size: 30, shift: 3, shift_padding: reflect, learning_rate: 0.05}
candidates:
  resnet8: {architecture: resnet8, options: {width: 0.5}}
  lenet5: {architecture: lenet5}
claims: [{text: Shortcuts help, better: resnet8, than: lenet5}]
budgets:
  laptop:
    {images_seen: 600, data: {train_examples: 180, validation_examples: 30}, search: {trials: 1, length: 1}, seeds: 2}
"""


@pytest.mark.slow
def test_a_small_net_learns_class_and_place_of_rectangles(tmp_path: Path) -> None:
    """Far above what a box in the middle of every image reaches, on images that it has not seen."""
    drawn.tiny_imagenet(tmp_path / "data" / "tiny-imagenet-3", train=250, test=60)
    spec = RunSpec(
        architecture="resnet8",
        options={"width": 0.5},
        recipe=Recipe(learning_rate=0.1, nesterov=True, schedule="cosine", epochs=8, batch_size=30, flip=True, shift=3),
        data=DataSpec("tiny_imagenet", image_size=32, target="box"),
        seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
        cache_dir=str(tmp_path / "cache"),
        data_dir=str(tmp_path / "data"),
        task="localization",
        offline=True,
        final=True,
    )
    rows: list[dict] = []
    fields = Trainer().train(spec, tmp_path / "run", lambda row: bool(rows.append(row)))
    with np.load(tmp_path / "run" / "predictions.npz") as kept:
        truth, iou, box = kept["truth"], kept["iou"], kept["box"]
        assert kept["picture"].shape == (12, 32, 32, 3)
    assert fields["test_accuracy"] > 0.95
    assert fields["test_mean_iou"] > 0.7
    assert fields["test_localization_accuracy"] > 0.85
    assert fields["test_localization_accuracy"] == pytest.approx((iou >= 0.5).mean(), abs=0.05)
    assert np.abs(box - truth).mean() < 0.06
    assert rows[0]["val_mean_iou"] < rows[-1]["val_mean_iou"]
    assert fields["train_localization_accuracy"] > 0.8


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study, run to its end through the command line."""
    workspace = studies.workspace_with_study(tmp_path_factory.mktemp("workspace"), STUDY)
    drawn.tiny_imagenet(workspace / "data" / "tiny-imagenet-3", train=80, test=20, side=64)
    done = studies.command(workspace, "data_dir=data", "offline=true")
    assert done.returncode == 0, done.stdout + done.stderr
    return workspace


@pytest.mark.slow
def test_a_study_ends_with_a_report_that_shows_boxes(workspace: Path) -> None:
    folder = workspace / "reports" / "tiny"
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert "overlaps the true one by at least one half" in page
    assert "Mean overlap (IoU) (95%)" in page
    assert "Published error here" not in page
    assert {path.stem for path in (folder / "figures").iterdir()} >= {
        "overlap-tuned", "boxes-resnet8-tuned", "boxes-lenet5-tuned", "confusion-resnet8-tuned", "errors-tuned",
    }  # fmt: skip
    runs = list(csv.DictReader((folder / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert {run["task"] for run in runs} == {"localization"}
    finals = [run for run in runs if run["phase"] == "final"]
    assert len(finals) == 4
    assert all(0 <= float(run["test_localization_accuracy"]) <= float(run["test_accuracy"]) <= 1 for run in finals)
    assert not any("test_localization_accuracy" in run and run["test_localization_accuracy"] for run in runs[:1])
    again = subprocess.run(
        [sys.executable, "-m", "suite.report", f"folder={folder}", "check=true"],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (again.returncode, "no difference" in again.stdout) == (0, True), again.stdout + again.stderr


@pytest.mark.slow
def test_predictions_are_boxes_in_the_pictures_own_pixels(workspace: Path, tmp_path: Path) -> None:
    """A wide picture and a small one, whose box is that of the same content at another size."""
    random = np.random.default_rng(3)
    pixels, _ = drawn.rectangle(random, (255, 60, 60), 64)
    (tmp_path / "pictures" / "deep").mkdir(parents=True)
    Image.fromarray(pixels).save(tmp_path / "pictures" / "small.png")
    large = np.zeros((256, 512, 3), np.uint8)
    large[:, 128:384] = pixels.repeat(4, axis=0).repeat(4, axis=1)
    Image.fromarray(large).save(tmp_path / "pictures" / "deep" / "wide.bmp")
    command = [sys.executable, "-m", "suite.predict", "study=tiny", "candidate=resnet8", "format=csv"]
    done = subprocess.run(
        [*command, f"images={tmp_path / 'pictures'}", f"workspace={workspace}"],
        cwd=tmp_path, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    wide, small = csv.DictReader(done.stdout.splitlines())
    assert Path(small["image"]).name == "small.png"
    edges = [[float(row[name]) for name in ("left", "top", "right", "bottom")] for row in (wide, small)]
    np.testing.assert_allclose(np.array(edges[0]), 4 * np.array(edges[1]) + [128, 0, 128, 0], atol=8)
    assert wide["class"] == small["class"]
    copies = workspace / "predictions" / "tiny" / "resnet8"
    assert (copies / "boxes.csv").read_text().splitlines() == done.stdout.splitlines()
    with Image.open(copies / "deep" / "wide.bmp.png") as copy:
        assert copy.size == (512, 256)
        changed = np.argwhere((np.asarray(copy) != large).any(axis=-1))
    np.testing.assert_allclose(changed.min(axis=0)[::-1], edges[0][:2], atol=2)
    np.testing.assert_allclose(changed.max(axis=0)[::-1], edges[0][2:], atol=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["dataset=digits"], "dataset=digits has no box for each image"),
        (["candidates.mlp.architecture=mlp"], "candidate mlp: mlp: the net has no maps, only a pooled vector"),
    ],
)
def test_what_cannot_localize_is_refused_before_training(arguments: list[str], why: str, tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path, STUDY)
    drawn.tiny_imagenet(workspace / "data" / "tiny-imagenet-3", train=80, test=20, side=64)
    done = studies.command(workspace, "data_dir=data", "offline=true", *arguments)
    assert (done.returncode, why in done.stderr, done.stderr.count("refused")) == (2, True, 1), done.stderr
