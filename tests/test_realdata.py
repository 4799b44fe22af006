"""Real pictures: the main job at the smoke budget through the command line, and one network on all of a test set."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from suite.data import DataSpec
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests import studies


@pytest.mark.realdata
def test_resnet_against_vgg_on_real_pictures(data_root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "suite.run", "study=resnet_vs_vgg", "budget=smoke", "offline=true"]
    done = subprocess.run(
        [*command, f"data_dir={data_root}"],
        cwd=tmp_path, env=studies.environment(), capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NUMBERS MEAN NOTHING" in done.stdout
    folder = tmp_path / "reports" / "resnet_vs_vgg"
    runs = list(csv.DictReader((folder / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert {run["candidate"] for run in runs} == {"resnet20", "plain20", "vgg16_bn", "resnet18"}
    assert len(runs) == 4 * (2 + 2)
    macs = [float(run["macs"]) for run in runs]
    assert max(macs) / min(macs) < 1.03, "matched multiply-adds"
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert "8.75%" in page, "the published error stands beside ours"
    again = subprocess.run(
        [*command, f"data_dir={data_root}", "dry_run=true"],
        cwd=tmp_path, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "0 runs to train" in again.stdout


@pytest.mark.realdata
def test_localization_on_real_pictures(data_root: Path, tmp_path: Path) -> None:
    """Twenty classes of Tiny ImageNet with the publisher's boxes, through the command line."""
    command = [sys.executable, "-m", "suite.run", "study=localization", "budget=smoke", "offline=true"]
    done = subprocess.run(
        [*command, f"data_dir={data_root}"],
        cwd=tmp_path, env=studies.environment(), capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "reports" / "localization"
    runs = list(csv.DictReader((folder / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert {run["candidate"] for run in runs} == {"resnet20", "mobilenet_v1", "vgg16_bn"}
    finals = [run for run in runs if run["phase"] == "final"]
    assert len(finals) == 3 * 2
    assert all(float(run["test_mean_iou"]) > 0.4 for run in finals), "a box in the middle reaches as much"
    macs = [float(run["macs"]) for run in runs]
    assert max(macs) / min(macs) < 1.03, "matched multiply-adds"
    assert (folder / "figures" / "boxes-resnet20-tuned.svg").exists()


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")  # Keras' saving
def test_lenet_learns_real_mnist(data_root: Path, tmp_path: Path) -> None:
    """One epoch over a fifth of MNIST is enough for 94% of the whole test set; chance is 10%."""
    spec = RunSpec(
        architecture="lenet5",
        options={},
        recipe=Recipe(
            learning_rate=0.1, nesterov=True, weight_decay=5e-4, schedule="cosine", warmup=0.1, epochs=1,
            batch_size=64, label_smoothing=0.1, shift=2,
        ),
        data=DataSpec("mnist", train_examples=12_000, validation_examples=500),
        seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
        cache_dir=str(tmp_path / "cache"),
        data_dir=str(data_root),
        final=True,
    )  # fmt: skip
    fields = Trainer().train(spec, tmp_path / "run", lambda row: False)
    assert fields["test_accuracy"] > 0.94
