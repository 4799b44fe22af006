"""Folders that are gone: what their instances keep tells whether test images were trained on, through a whole chain."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from suite.config.compose import compose
from suite.config.study import study_from
from suite.core.durable import read_json, write_json
from suite.study import description, seen, starts
from suite.study.ledger import Ledger
from suite.study.opening import open_datasets
from suite.study.sources import require_earlier
from tests.study.test_sources import Executor, carry_out, describe

STUDY = """
dataset: folder
data: {{path: {name}, image_size: {size}}}
recipe: {{base: standard, flip: false, batch_size: 8, epochs: 1}}
search: {{space: null}}
seeds: 1
candidates: {{net: {{architecture: mlp{weights}}}}}
"""

Make = Callable[..., Ledger]


def pictures(count: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(count, 64, 64, 3))
    smooth = gaussian_filter(noise, (0, 4, 4, 0))
    return (255 * (smooth - smooth.min()) / (smooth.max() - smooth.min())).astype(np.uint8)


def folder(path: Path, train: np.ndarray, test: np.ndarray) -> None:
    for part, images in (("train", train), ("val", pictures(4, 4)), ("test", test)):
        for number, image in enumerate(images):
            place = path / part / "ab"[number % 2] / f"{number}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Studies first, second and third, each from the one before, on folders of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    first, second, others = pictures(40, 1), pictures(40, 2), pictures(60, 3)
    folder(tmp_path / "first", first, others[:10])
    folder(tmp_path / "second", second, others[10:20])
    folder(tmp_path / "third", others[20:50], np.concatenate([first[:3], second[:5], others[50:52]]))

    def make(name: str, size: int = 64, weights: str = "", *overrides: str) -> Ledger:
        text = STUDY.format(name=name, size=size, weights=f", weights: {weights}" if weights else "")
        (tmp_path / "studies" / f"{name}.yaml").write_text(text)
        study = study_from(compose([f"study={name}", *overrides]))
        require_earlier(study)
        return Ledger(study, open_datasets(study))

    return make


def trained(ledger: Ledger, note: bool = True) -> Ledger:
    carry_out(ledger, Executor())
    describe(ledger)
    if note:
        seen.keep(ledger)
    return ledger


def told(ledger: Ledger) -> dict[str, Any]:
    return starts.told(ledger, ledger.study.candidates[0])["starts_from"]


@pytest.mark.parametrize("size", [64, 32])
def test_a_chain_of_folders_is_looked_through_without_them(size: int, make: Make, tmp_path: Path) -> None:
    for name, weights in (("first", ""), ("second", "first/net")):
        trained(make(name, 64, weights))
        assert len(list((tmp_path / "runs" / name).glob("*/seen-*.npz"))) == 1
        shutil.rmtree(tmp_path / name)
    third = make("third", size, "second/net")
    found = told(third)
    how = "pixel for pixel" if size == 64 else "as they look at 16x16 pixels, for the sizes differ"
    assert found["leakage"] == (
        f"5 of 10 test images are among the training images of second/net ({how}); 3 of 10 test images are among the "
        f"training images of first/net, from which second/net started ({how})"
    )
    assert found["leaked"] == 8
    assert found["leakage"] in "\n".join(description.plan_lines(third.study, third))


def test_an_instance_without_a_note_says_so_and_how_one_is_made(make: Make, tmp_path: Path) -> None:
    first = trained(make("first"), note=False)
    path = first.directory / "study.json"
    write_json(path, {**read_json(path), "command": "python -m suite.run study=first"})
    ledger = make("second", 64, "first/net")
    found = told(ledger)
    assert "leaked" not in found
    assert found["leakage"] == (
        "not known whether test images are among the training images of first/net: it was trained on another folder, "
        "or other labels, and first/folder-laptop-tensorflow-float32 has no note of the images; python -m "
        "suite.run study=first, typed again, makes one of up to 100,000"
    )
    seen.keep(make("first"))
    assert told(ledger)["leaked"] == 0


def test_a_run_of_the_chain_that_is_gone_is_said(make: Make, tmp_path: Path) -> None:
    trained(make("first"))
    trained(make("second", 64, "first/net"))
    shutil.rmtree(tmp_path / "runs" / "first")
    found = told(make("third", 64, "second/net"))
    assert found["leaked"] == 5
    sentence = found["leakage"].partition("; ")[2]
    assert sentence.startswith("not known whether test images are among the training images of first/net, from which ")
    assert sentence.endswith("/runs/first/folder-laptop-tensorflow-float32/net/shared/final/0 is no longer there")


def test_a_damaged_note_is_none_and_a_large_set_has_none(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trained(make("first"))
    (note,) = first.directory.glob("seen-*.npz")
    note.write_bytes(b"PK")
    assert "has no note of the images" in told(make("second", 64, "first/net"))["leakage"]
    note.unlink()
    monkeypatch.setattr(seen, "KEPT", 10)
    seen.keep(first)
    assert not list(first.directory.glob("seen-*"))


def test_a_record_of_an_earlier_version_has_the_same_key(make: Make) -> None:
    first = trained(make("first"))
    identity = read_json(next(first.directory.glob("*/*/final/0/run.json")))["identity"]
    before = {**identity, "data": {k: v for k, v in identity["data"].items() if k not in ("imbalance", "fit")}}
    del before["train_on_validation"]
    assert seen.key(before) == seen.key(identity)
    assert seen.key({**identity, "data": {**identity["data"], "train_examples": 9}}) != seen.key(identity)
    assert seen.kept(first.directory, before) is not None


def test_imagenet_is_said_not_to_be_known(make: Make) -> None:
    ledger = make(
        "first", 64, "", "candidates.big={architecture: mobilenet_v2, weights: imagenet, options: {form: large}}"
    )
    found = starts.told(ledger, ledger.candidates["big"])["starts_from"]
    assert found["leakage"] == (
        "not known whether test images are among ImageNet's training images: these are not at hand"
    )
