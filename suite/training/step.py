"""The compiled step: Keras' own trainer around a network, from raw pixels to the updated weights.

The model's input is one row of `feed`: positions of images that already lie on the device (or the images), their
targets, and the number of the step. Gathering, augmenting, normalising and training are one traced graph, in which a
transform may change targets as well as pixels. What a search may change (rates, decay, smoothing), what depends on the
data (normalisation) and what depends on the run (the augmentation's key) are variables: another run of the same
structure is the same graph.
"""

from __future__ import annotations

import zlib
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.core.refusals import Refusal
from suite.models import ArchitectureError
from suite.models.recomputing import Recomputing
from suite.models.training_progress import telling
from suite.tasks import Task
from suite.training.averages import Averages
from suite.training.batch import Batch, following
from suite.training.groups import decays
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Recipe, parts

LASTING = 1 << 16
"""Images that draw apart where they keep what they draw: of a larger set some have one draw in common."""


class CompiledStep(keras.Model):
    """Trains `net` (float32 (n, H, W, C) to a task's outputs) on rows of batch positions or batches."""

    def __init__(
        self,
        net: keras.Model,
        images: Any | None,
        task: Task,
        recipe: Recipe,
        teacher: keras.Model | None = None,
        larger: Any | None = None,
    ) -> None:
        """`images`: a variable of all images (N, H, W, C) uint8 on the device, or None where the host feeds them.

        teacher: a frozen net of the same input and classes, for a loss that learns from one. larger: a variable of
        those that training takes instead; None where there are none, or the host feeds them.
        """
        super().__init__(dtype="float32")
        self.net, self.images, self.task, self.recipe = net, images, task, recipe
        self.larger = larger
        objective = parts("losses")[recipe.loss]
        self.objective, self.mixed_objective = objective.compute, objective.mixed
        self.class_weights = self._value((_classes(net, task),), "ones") if objective.class_weights else None
        decoupled = parts("optimizers")[recipe.optimizer].decoupled
        self.coupled_decay = not decoupled and "weight_decay" in recipe.numbers() and recipe.weight_decay > 0
        self.trained = _recomputing(net) if recipe.recomputes else partial(net, training=True)
        self.length = self._value((), "ones")
        """Steps of the whole training."""
        self.epoch_steps = self.add_weight(shape=(), dtype="int32", initializer="ones", trainable=False, name="epoch")
        """Of the optimizer, in an epoch."""
        self.generator = keras.random.SeedGenerator(0)
        channels = net.input_shape[-1]
        self.scale, self.offset = self._value((channels,)), self._value((channels,))
        self.teacher = teacher
        self.to_theirs = [self._value((channels,)), self._value((channels,))] if teacher is not None else []
        self.numbers = {name: self._value(()) for name in _traced(recipe)}
        self.key = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="key")
        averaging = recipe.of("averaging")
        self.averages = Averages(averaging[0], net, self.numbers, self.add_weight, recipe.passes) if averaging else None
        self.means = {name: keras.metrics.Mean(f"train_{name}") for name in task.counted}
        self.traces = 0
        self.built = True

    def _value(self, shape: tuple[int, ...], initial: str = "zeros") -> Any:
        return self.add_weight(shape=shape, dtype="float32", initializer=initial, trainable=False, autocast=False)

    def set_values(self, recipe: Recipe, preprocessing: Preprocessing, augment_seed: int) -> None:
        """Take a run's values; nothing is traced anew."""
        self.scale.assign(preprocessing.scale)
        self.offset.assign(preprocessing.offset)
        for name, variable in self.numbers.items():
            variable.assign(np.float32(getattr(recipe, name)))
        self.key.assign(_key(augment_seed))

    def set_teacher(self, ours: Preprocessing, theirs: Preprocessing) -> None:
        """Take how the teacher's pixels are normalized: a factor and an offset from ours to its own."""
        factor = theirs.scale / ours.scale
        for variable, value in zip(self.to_theirs, (factor, theirs.offset - ours.offset * factor), strict=True):
            variable.assign(value)

    def set_classes(self, recipe: Recipe, counts: np.ndarray) -> None:
        """Take the classes' numbers of training images (classes,), where the recipe's loss weighs by them."""
        if self.class_weights is not None:
            weigh = parts("losses")[recipe.loss].class_weights
            self.class_weights.assign(np.float32(weigh(counts, recipe.as_mapping())))

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """In prediction the network's first output; in training its outputs with the targets that they train for, and
        where images are mixed the other image's targets with the own ones' share."""
        self.traces += 1  # runs while tracing only: the count of graphs made
        held = self.larger if training and self.larger is not None else self.images
        images = inputs["image"][0] if "image" in inputs else ops.take(held, inputs["index"][0], axis=0)
        if not training:
            outputs = self.net(self._normalize(images), training=False)
            return outputs[0] if isinstance(outputs, list | tuple) else outputs
        if self.averages is not None:
            self.averages.fold(inputs["step"][0])
        targets = {name: values[0] for name, values in inputs["targets"].items()}
        height, width = self.net.input_shape[1:3]
        batch = Batch(images, targets, view=(height, width), epoch=self._epoch(inputs["step"][0]))
        for transform in self.recipe.transforms:
            numbers, count = self._numbers(transform), transform.count(width)
            if transform.lasting(numbers):
                uniforms = self._lasting(transform.name, count, inputs["index"][0])
            else:
                uniforms = self._draws(transform.name, (images.shape[0], count), inputs["step"][0])
            batch = transform.apply(batch, uniforms, numbers)
        pixels = batch.normalized(self._normalize)
        with telling(self._progress(inputs["step"][0])):
            outputs = self.trained(pixels)
        moved = {name: batch.placed(batch.targets[name]) for name in self.task.boxes}
        seen = {"outputs": outputs, "targets": {**batch.targets, **moved}}
        if batch.mixture is not None:
            others = {name: following(values) for name, values in seen["targets"].items()}
            seen["mixed"] = {"targets": others, "share": batch.mixture.share}
        if self.teacher is not None:
            answers = self._answers(self.teacher, pixels)
            for targets in (seen["targets"], seen.get("mixed", {}).get("targets")):
                if targets is not None:  # of a mixed image, too, it is the answer to the mixture
                    targets["teacher"] = answers
        return seen

    def _progress(self, number: Any) -> Any:
        """The share of the training that lies before a pass."""
        return ops.cast(ops.floor_divide(number, self.recipe.passes), "float32") / self.length

    def _epoch(self, number: Any) -> Any:
        """The epoch of a pass, from 0."""
        step = ops.cast(ops.floor_divide(number, self.recipe.passes), "int32")
        return ops.floor_divide(step, ops.convert_to_tensor(self.epoch_steps))

    def _answers(self, teacher: keras.Model, pixels: Any) -> Any:
        """The teacher's logits for what the student sees."""
        factor, offset = self.to_theirs
        found = teacher(pixels * factor + offset, training=False)
        return ops.stop_gradient(found[0] if isinstance(found, list | tuple) else found)

    def _numbers(self, part: Any) -> dict[str, Any]:
        """A part's numbers: variables where they are traced, else the recipe's own."""
        values = {number.name: getattr(self.recipe, number.name) for number in part.numbers}
        variables = {name: ops.convert_to_tensor(self.numbers[name]) for name in values if name in self.numbers}
        return {**values, **variables}

    def _draws(self, stream: str, shape: tuple[int, int], number: Any) -> Any:
        """The uniform numbers of a pass: where a batch has several, those that its images have in the whole batch."""
        passes = self.recipe.passes
        if passes == 1:
            return self._uniforms(stream, shape, number)
        whole = self._uniforms(stream, (shape[0] * passes, shape[1]), ops.floor_divide(number, passes))
        return ops.take(ops.reshape(whole, (passes, *shape)), ops.mod(number, passes), axis=0)

    def _lasting(self, stream: str, count: int, index: Any) -> Any:
        """The uniform numbers (n, count) that images at these positions keep through the training."""
        table = self._uniforms(stream, (LASTING, count), ops.zeros((), "int32"))
        return ops.take(table, ops.mod(index, LASTING), axis=0)

    def _uniforms(self, stream: str, shape: tuple[int, ...], step: Any) -> Any:
        """Uniform numbers that depend on the run's key, the name of the stream and the step alone.

        keras.random takes a generator, not a tensor, as its seed: the generator's state is set to (key, step) here.
        """
        state = self.generator.state
        key = ops.bitwise_xor(ops.cast(self.key, "int32"), zlib.crc32(stream.encode()) & 0x7FFFFFFF)
        state.assign(ops.stack([ops.cast(key, state.dtype), ops.cast(step, state.dtype)]))
        return keras.random.uniform(shape, seed=self.generator)

    def _normalize(self, images: Any) -> Any:
        return ops.cast(images, "float32") * self.scale + self.offset

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The task's loss with the recipe's objective, and the weight decay where the optimizer does not do it."""
        numbers = self._numbers(parts("losses")[self.recipe.loss])
        if self.class_weights is not None:
            numbers["class_weights"] = ops.convert_to_tensor(self.class_weights)
        loss = self.task.loss(self._mean_loss(y_pred.get("mixed")), y_pred["outputs"], y_pred["targets"], numbers)
        if self.coupled_decay:
            squares = [ops.sum(ops.square(v)) for v in self.net.trainable_variables if decays(v)]
            loss = loss + 0.5 * self.numbers["weight_decay"] * sum(squares)
        return loss

    def _mean_loss(self, mixed: dict[str, Any] | None) -> Any:
        """The recipe's loss as the batch's mean. Of a mixed image it is that of either's targets, by their shares, or
        what the loss says of such images."""

        def compute(outputs: Any, targets: Any, numbers: Any) -> Any:
            if mixed is not None and self.mixed_objective is not None:
                return ops.mean(self.mixed_objective(outputs, targets, mixed["targets"], mixed["share"], numbers))
            own = self.objective(outputs, targets, numbers)
            if mixed is None:
                return ops.mean(own)
            other = self.objective(outputs, mixed["targets"], numbers)
            return ops.mean(mixed["share"] * own + (1.0 - mixed["share"]) * other)

        return compute

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """The running means of what the task counts in training; of mixed images against the larger share's targets."""
        targets = y_pred["targets"]
        if "mixed" in y_pred:
            own, others = y_pred["mixed"]["share"] >= 0.5, y_pred["mixed"]["targets"]
            targets = {name: _chosen(own, values, others[name]) for name, values in targets.items()}
        for name, value in self.task.step_metrics(y_pred["outputs"], targets).items():
            self.means[name].update_state(value)
        return {mean.name: mean.result() for mean in self.means.values()}


def _chosen(own: Any, values: Any, others: Any) -> Any:
    """For each image of its own values (n, ...) or the other's."""
    return ops.where(ops.reshape(own, (-1, *[1] * (len(values.shape) - 1))), values, others)


def _recomputing(net: keras.Model) -> Recomputing:
    try:
        return Recomputing(net)
    except ArchitectureError as error:
        raise Refusal(f"recipe.gradient_checkpointing=true: {error}; leave it out") from error


def _classes(net: keras.Model, task: Task) -> int:
    """How many of the first output's numbers say how likely a class is."""
    return int(task.answers(np.zeros((1, net.outputs[0].shape[-1])))["label"].shape[-1])


def _traced(recipe: Recipe) -> list[str]:
    """Numbers that the step itself reads: of the loss, the average and the transforms, and the decay."""
    chosen = [parts("losses")[recipe.loss], *recipe.of("averaging"), *recipe.transforms]
    found = [number.name for part in chosen for number in part.numbers if number.kind != "structural"]
    return [*found, *(["weight_decay"] if "weight_decay" in recipe.numbers() else [])]


def _key(seed: int) -> int:
    """A seed spread over 31 bits, so that neighbouring seeds share no stream."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0] >> 1)
