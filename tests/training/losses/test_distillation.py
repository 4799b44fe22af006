"""Distillation: against the paper's formula in NumPy, and through the trainer against a teacher that is asked apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from suite import models
from suite.core.directories import RUN
from suite.core.durable import write_json
from suite.core.refusals import Refusal
from suite.data import load
from suite.training.losses.distillation import PART
from suite.training.origin import Origin
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.step import CompiledStep
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import outcome_of, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

GENERATOR = np.random.default_rng(0)
LOGITS, TEACHER = (GENERATOR.normal(size=(6, 5)).astype("float32") * 3 for _ in range(2))
LABELS = np.array([0, 1, 2, 3, 4, 0])


def computed(temperature: float, alpha: float, teacher: np.ndarray = TEACHER) -> np.ndarray:
    targets = {"label": LABELS, "teacher": keras.ops.convert_to_tensor(teacher)}
    numbers = {"temperature": temperature, "alpha": alpha}
    return np.array(PART.compute(keras.ops.convert_to_tensor(LOGITS), targets, numbers))


@pytest.mark.parametrize("temperature", [1.0, 4.0, 20.0])
def test_it_is_the_papers_two_terms(temperature: float) -> None:
    """The soft term with cross-entropy less the teacher's entropy; T^2 before it."""
    hard = -log_softmax(LOGITS, axis=1)[np.arange(6), LABELS]
    shares = softmax(TEACHER / temperature, axis=1)
    cross = -(shares * log_softmax(LOGITS / temperature, axis=1)).sum(axis=1)
    entropy = -(shares * np.log(shares)).sum(axis=1)
    wanted = 0.3 * hard + 0.7 * temperature**2 * (cross - entropy)
    np.testing.assert_allclose(computed(temperature, 0.7), wanted, rtol=1e-4, atol=1e-5)


def test_at_alpha_zero_it_is_the_cross_entropy_and_a_student_like_its_teacher_has_nothing_to_learn() -> None:
    np.testing.assert_allclose(computed(4.0, 0.0), -log_softmax(LOGITS, axis=1)[np.arange(6), LABELS], rtol=1e-5)
    np.testing.assert_allclose(computed(4.0, 1.0, LOGITS), np.zeros(6), atol=1e-5)


def test_at_high_temperatures_the_gradient_is_that_of_matched_logits() -> None:
    """Section 2.1: 1 / (N T^2) (z - v) for logits of mean zero; times T^2 of the loss."""
    import tensorflow as tf

    ours, theirs = (values - values.mean(axis=1, keepdims=True) for values in (LOGITS, TEACHER))
    logits = tf.Variable(ours)
    with tf.GradientTape() as tape:
        loss = PART.compute(logits, {"label": LABELS, "teacher": theirs}, {"temperature": 1000.0, "alpha": 1.0})
    np.testing.assert_allclose(tape.gradient(loss, logits), (ours - theirs) / 5, rtol=0.02, atol=0.01)


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer()


@pytest.fixture(scope="module")
def teacher(make_spec: MakeSpec, trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    directory = tmp_path_factory.mktemp("teacher")
    data = replace(make_spec().data, train_examples=120, split_seed=5)  # so that its pixels are normalized otherwise
    spec = make_spec({"epochs": 20, "cutout": 0}, architecture="article_cnn", options={"width": 0.125}, data=data)
    train(spec, directory, trainer)
    write_json(directory / RUN, {"identity": spec.identity("0")})
    return Origin.of("early/one/cnn/shared/final/0", directory)


@pytest.fixture
def spec(make_spec: MakeSpec, teacher: Origin) -> RunSpec:
    recipe = Recipe(loss="distillation", alpha=1.0, learning_rate=0.01, epochs=1, batch_size=32, flip=True, cutout=4)
    return replace(make_spec(), recipe=recipe, teacher=teacher)


def test_the_teacher_sees_the_students_images_in_its_own_normalization(
    spec: RunSpec, trainer: Trainer, teacher: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answers within the step, with augmentation, are those of a net that was loaded apart."""
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    answers = CompiledStep._answers

    def kept(self: Any, net: Any, pixels: Any) -> Any:
        found = answers(self, net, pixels)
        import tensorflow as tf

        tf.numpy_function(lambda x, y: seen.append((x, y)) or np.float32(0), [pixels, found], tf.float32)
        return found

    monkeypatch.setattr(CompiledStep, "_answers", kept)
    train(spec, tmp_path, Trainer())
    pixels, found = seen[-1]
    ours, theirs = (Preprocessing.load(Path(place)) for place in (tmp_path, teacher.directory))
    assert ours.mean != theirs.mean
    alone = models.of_run(Path(teacher.directory), "article_cnn", (32, 32, 1), 10, {"width": 0.125}).net()
    raw = (pixels - ours.offset) / ours.scale
    wanted = alone(raw * theirs.scale + theirs.offset, training=False)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)


def test_a_student_comes_to_agree_with_its_teacher(
    spec: RunSpec, trainer: Trainer, teacher: Origin, tmp_path: Path
) -> None:
    """At alpha 1 no label is looked at: only the teacher can have taught it."""
    spec = replace(spec, parameters={"epochs": 15, "learning_rate": 0.02, "flip": False, "cutout": 0})
    fields = train(spec, tmp_path, trainer)
    assert fields["test_accuracy"] > 0.3
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    images = data.images[data.validation]

    def classes(directory: str | Path, name: str, options: Any) -> np.ndarray:
        net = models.of_run(Path(directory), name, (32, 32, 1), 10, options).net()
        return np.array(net(Preprocessing.load(Path(directory)).apply(images), training=False)).argmax(axis=1)

    theirs = classes(teacher.directory, teacher.architecture, teacher.options)
    assert np.mean(classes(tmp_path, spec.architecture, spec.options) == theirs) > 0.5


def test_the_teacher_is_in_the_identity_and_its_weights_are_each_runs_own(
    spec: RunSpec, trainer: Trainer, teacher: Origin, tmp_path: Path
) -> None:
    assert spec.teacher is not None
    other = replace(spec, teacher=replace(spec.teacher, sha256="0"))
    assert spec.digest("data", "graph") != other.digest("data", "graph")
    assert "teacher" not in replace(spec, teacher=None).identity("data")
    first = outcome_of(tmp_path / "1", spec, train(spec, tmp_path / "1", trainer))
    again = outcome_of(tmp_path / "2", spec, train(spec, tmp_path / "2", Trainer()))
    assert first == again, "a kept graph gives what a new one does"


def test_mixed_images_are_answered_as_they_are_mixed(spec: RunSpec, trainer: Trainer, tmp_path: Path) -> None:
    recipe = Recipe.changed(spec.recipe.as_mapping(), {"mixup": 0.8})
    assert train(replace(spec, recipe=recipe), tmp_path, trainer)["outcome"] == "completed"


def test_other_classes_are_refused(spec: RunSpec, trainer: Trainer, teacher: Origin, tmp_path: Path) -> None:
    import shutil

    moved = Path(shutil.copytree(teacher.directory, tmp_path / "teacher"))
    seen = Preprocessing.load(moved)
    replace(seen, class_names=("zero", *seen.class_names[1:])).save(moved)
    other = replace(teacher, directory=str(moved))
    with pytest.raises(Refusal, match=r"knows 10 classes \(zero, 1, ...\), and its student is to learn 10"):
        train(replace(spec, teacher=other), tmp_path / "run", trainer)


def test_a_loss_without_its_teacher_is_refused(spec: RunSpec, trainer: Trainer, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="learns from a run that is not there yet"):
        train(replace(spec, teacher=None), tmp_path, trainer)
