"""Classifying pictures with what a study has trained, from real runs of a small network on an MNIST of bars."""

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
from suite.core.durable import read_json, write_json
from suite.core.refusals import Refusal
from suite.data import DataSpec, load
from suite.predict import HELP, copies_folder, main
from suite.training.preprocessing import PREPROCESSING, Preprocessing
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests.folders.corpus import corpus

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

STUDY, INSTANCE, RUN = "bars", "mnist-laptop", "lenet5/tuned/final/0"
Predict = Callable[..., tuple[int, list[dict[str, str]], str]]
WHOSE = f"by {RUN} of {STUDY}, instance {INSTANCE} (mnist, budget laptop)\n"


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, 28, 28) of noise with a bright bar whose row tells the label; and the labels."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count, dtype=np.uint8) % 10)
    images = random.integers(0, 120, (count, 28, 28), dtype=np.uint8)
    for row in range(2):
        images[np.arange(count), 2 * labels.astype(int) + 3 + row] += 130
    return images, labels


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one final run of LeNet-5, and data/ with what it was trained on."""
    workspace = tmp_path_factory.mktemp("workspace")
    (workspace / "data").mkdir()
    arrays: dict[str, Any] = {}
    for part, count in (("train", 60_000), ("test", 10_000)):
        arrays[f"x_{part}"], arrays[f"y_{part}"] = bars(count, len(part))
    np.savez(workspace / "data" / "mnist.npz", **arrays)
    spec = RunSpec(
        architecture="lenet5",
        options={"width": 0.5},
        recipe=Recipe(learning_rate=0.05, epochs=2, batch_size=32),
        data=DataSpec("mnist", train_examples=320, validation_examples=50, test_examples=60),
        seeds={"split": 0, "initial": 1, "order": 2, "augment": 3},
        cache_dir=str(workspace / "cache"),
        data_dir=str(workspace / "data"),
        offline=True,
        final=True,
    )
    instance = directories.instance_directory(workspace, STUDY, INSTANCE)
    Trainer().train(spec, instance / RUN, lambda row: False)
    identity = {name: spec.as_mapping()[name] for name in ("architecture", "options", "data", "backend")}
    write_json(instance / RUN / directories.RUN, {"identity": identity})
    write_json(
        instance / directories.STUDY, {"study": STUDY, "instance": INSTANCE, "budget": "laptop", "dataset": "mnist"}
    )
    return workspace


@pytest.fixture
def predict(trained: Path, capsys: pytest.CaptureFixture[str]) -> Predict:
    def call(*arguments: str) -> tuple[int, list[dict[str, str]], str]:
        given = [f"study={STUDY}", "candidate=lenet5", f"workspace={trained}", "format=csv", *arguments]
        code = enter(main, HELP, given)
        captured = capsys.readouterr()
        return code, list(csv.DictReader(io.StringIO(captured.out))), captured.err

    return call


def write_test_images(trained: Path, folder: Path, mode: str = "L") -> tuple[np.ndarray, np.ndarray]:
    """The run's test images as the publisher has them, in PNG files; the run's predicted classes and confidences."""
    spec = DataSpec("mnist", train_examples=320, validation_examples=50, test_examples=60)
    data = load(spec, data_dir=trained / "data", cache_dir=trained / "cache", offline=True)
    with np.load(trained / "data" / "mnist.npz") as arrays:
        publishers = np.concatenate([arrays["x_train"], arrays["x_test"]])
    folder.mkdir()
    for row, index in enumerate(data.test):
        Image.fromarray(publishers[index]).convert(mode).save(folder / f"{row:03d}.png")
    with np.load(trained / "runs" / STUDY / INSTANCE / RUN / directories.PREDICTIONS) as recorded:
        return recorded["predicted"], recorded["confidence"]


def found(rows: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    rows = sorted(rows, key=lambda row: row["image"])
    return np.array([int(row["class_1"]) for row in rows]), np.array([float(row["confidence_1"]) for row in rows])


def test_test_images_as_files_get_the_recorded_predictions(trained: Path, predict: Predict, tmp_path: Path) -> None:
    predicted, confidence = write_test_images(trained, tmp_path / "pictures")
    assert len(set(predicted)) >= 5, "a network that always says the same would prove nothing"
    code, rows, said = predict(f"images={tmp_path / 'pictures'}")
    assert (code, said) == (0, WHOSE)
    classes, shares = found(rows)
    np.testing.assert_array_equal(classes, predicted)
    np.testing.assert_allclose(shares, confidence, atol=2e-6)


def test_a_run_without_a_recorded_fit_gets_that_of_its_set(trained: Path, predict: Predict, tmp_path: Path) -> None:
    path = trained / "runs" / STUDY / INSTANCE / RUN / PREPROCESSING
    whole = read_json(path)
    assert (whole["fit"], whole["from"], whole["to"]) == ("pad", [28, 28], [32, 32])
    _, confidence = write_test_images(trained, tmp_path / "pictures")
    try:
        write_json(path, {key: value for key, value in whole.items() if key not in ("fit", "from", "to")})
        assert Preprocessing.load(path.parent).fit is None
        _, rows, _ = predict(f"images={tmp_path / 'pictures'}")
        np.testing.assert_allclose(found(rows)[1], confidence, atol=2e-6)
        write_json(path, {**whole, "fit": "crop", "from": [32, 32]})
        _, rows, _ = predict(f"images={tmp_path / 'pictures'}")
        assert np.abs(found(rows)[1] - confidence).max() > 1e-3, "resized, not padded: another result"
    finally:
        write_json(path, whole)


def test_colour_through_a_grey_network_is_said(trained: Path, predict: Predict, tmp_path: Path) -> None:
    predicted, _ = write_test_images(trained, tmp_path / "pictures", mode="RGB")
    Image.new("L", (28, 28)).save(tmp_path / "pictures" / "grey.png")
    code, rows, said = predict(f"images={tmp_path / 'pictures'}")
    assert code == 0
    np.testing.assert_array_equal(found(rows)[0][:60], predicted)
    assert said == (
        "60 of 61 pictures are stored in colour; lenet5 was trained on grey images and sees them in grey\n" + WHOSE
    )


def test_an_instance_is_chosen_by_what_it_is(trained: Path, predict: Predict, tmp_path: Path) -> None:
    write_test_images(trained, tmp_path / "pictures")
    other = directories.instance_directory(trained, STUDY, "digits-smoke")
    other.mkdir()
    write_json(other / directories.STUDY, {"study": STUDY, "budget": "smoke", "dataset": "digits"})
    try:
        images = f"images={tmp_path / 'pictures'}"
        assert predict(images)[0] == 2, "the one that ran last has no run"
        for chosen in (["dataset=mnist"], ["budget=laptop"], [f"instance={INSTANCE}", "dataset=mnist"]):
            code, rows, said = predict(images, *chosen)
            assert (code, len(rows)) == (0, 60), said
        code, _, said = predict(images, "dataset=cifar10")
        assert (code, said.count("\n")) == (2, 1)
        assert "no instance with dataset=cifar10; it has: " in said
        assert "Did you mean 'mnist-laptop'" in predict(images, "instance=mnist-laptp")[2]
    finally:
        shutil.rmtree(other)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["number=abc"], "refused: number=abc: expected a whole number\n"),
        (["number=7"], "no final weights of lenet5/tuned/final/7; there are: lenet5/tuned/final/0"),
        (["track=shared"], "no final weights of lenet5/shared/final/0"),
        (["candidate=lenet"], "Did you mean 'lenet5'"),
        (["images=/nowhere/at/all"], "there is no such folder or picture"),
    ],
)
def test_mistakes_are_refused_in_one_sentence(arguments: list[str], why: str, predict: Predict, tmp_path: Path) -> None:
    code, rows, said = predict(f"images={tmp_path}", *arguments)
    assert (code, rows, said.count("\n")) == (2, [], 1)
    assert why in said


def test_a_candidate_that_still_waits_is_said_in_one_sentence(trained: Path, predict: Predict, tmp_path: Path) -> None:
    described = trained / "runs" / STUDY / INSTANCE / directories.STUDY
    before = read_json(described)
    waiting = {"lenet5": {}, "tuned": {"starts_from": {"source": "lenet5"}}, "last": {}}
    write_json(described, {**before, "candidates": waiting, "command": "python -m suite.run study=bars"})
    code, rows, said = predict("candidate=tuned", f"images={tmp_path}")
    other = predict("candidate=last", f"images={tmp_path}")[2]
    write_json(described, before)
    assert (code, rows, said) == (
        2, [],
        "refused: no final run of tuned is over yet in bars / mnist-laptop, for it waits for lenet5; python -m "
        "suite.run study=bars goes on; candidates with weights: lenet5\n",
    )  # fmt: skip
    assert other.startswith("refused: no final run of last is over yet in bars / mnist-laptop; python -m suite.run")


@pytest.mark.parametrize("name", [PREPROCESSING, directories.RUN, directories.WEIGHTS])
@pytest.mark.parametrize("harm", ["gone", "cut", "text", "list", "empty", "folder"])
def test_a_broken_file_of_the_run_is_refused_in_one_sentence(
    name: str, harm: str, trained: Path, predict: Predict, tmp_path: Path
) -> None:
    Image.new("L", (28, 28)).save(tmp_path / "black.png")
    path = trained / "runs" / STUDY / INSTANCE / RUN / name
    whole = path.read_bytes()
    path.unlink()
    try:
        if harm == "folder":
            path.mkdir()
        elif harm != "gone":
            path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"\xff?", "list": b"[]", "empty": b"{}"}[harm])
        code, rows, said = predict(f"images={tmp_path}")
    finally:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(whole)
    assert (code, rows, said.count("\n")) == (2, [], 1)
    assert said.startswith("refused: ")
    if (name, harm) == (directories.RUN, "gone"):
        assert "candidate with final weights" in said, "a folder without its record is no run"
    elif (name, harm) != (directories.WEIGHTS, "gone"):
        assert str(path) in said


def test_what_cannot_be_read_is_named_and_the_rest_classified(predict: Predict, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    assert predict(f"images={tmp_path}")[0] == 2
    Image.new("L", (28, 28)).save(tmp_path / "black.png")
    code, rows, said = predict(f"images={tmp_path}")
    assert (code, [Path(row["image"]).name for row in rows]) == (0, ["black.png"])
    assert said == f"not a readable picture: {tmp_path / 'broken.png'}: not a picture, or damaged\n{WHOSE}"


@pytest.mark.parametrize(
    ("images", "folder"),
    [
        ("pictures", "pictures/copies"),
        ("pictures", "pictures"),
        ("pictures/a.png", "pictures"),  # where the copy would take the picture's place
        ("pictures/deep", "pictures"),  # where that of deep/a.png would take that of a.png
        ("pictures", "."),
    ],
)
def test_copies_never_lie_among_or_above_the_pictures(
    images: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pictures" / "deep").mkdir(parents=True)
    for name in ("a.png", "deep/a.png"):
        Image.new("L", (4, 4)).save(tmp_path / "pictures" / name)
    monkeypatch.chdir(tmp_path)
    given = {"study": STUDY, "candidate": "lenet5", "images": images, "folder": folder}
    with pytest.raises(Refusal, match=r"among the pictures: name another place with folder=DIR"):
        copies_folder(given, places=True)
    assert copies_folder({**given, "folder": "copies"}, places=True) == Path("copies")
    del given["folder"]
    assert copies_folder(given, places=True) == Path("predictions", STUDY, "lenet5")
    assert copies_folder(given, places=False) is None


def test_a_folder_that_nothing_would_go_to_is_refused(predict: Predict, tmp_path: Path) -> None:
    Image.new("L", (28, 28)).save(tmp_path / "a.png")
    code, rows, said = predict(f"images={tmp_path}", f"folder={tmp_path / 'copies'}")
    assert (code, rows) == (2, [])
    assert said == "refused: folder=DIR is for copies with boxes, and bars asks for classes alone: leave it\n"


def test_what_is_no_picture_is_named_and_the_others_are_classified(predict: Predict, tmp_path: Path) -> None:
    names = corpus(tmp_path)
    code, rows, said = predict(f"images={tmp_path}")
    assert (code, rows) == (2, [])
    Image.new("L", (28, 28)).save(tmp_path / "good.png")
    code, rows, said = predict(f"images={tmp_path}")
    assert (code, [Path(row["image"]).name for row in rows]) == (0, ["good.png"])
    assert "Traceback" not in said
    lines = said.removesuffix(WHOSE).splitlines()
    assert len(lines) == len(names)
    for name in names:
        assert sum(line.startswith(f"not a readable picture: {tmp_path / name}: ") for line in lines) == 1
