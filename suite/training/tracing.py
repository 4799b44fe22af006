"""Traced graphs, kept between runs: another run of the same structure takes the graph and only sets its values.

Initial weights are a function of the run's seed alone: for a kept graph the network is built once more under that
seed and its values are copied, so that a worker's history never shows in a result.
"""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from suite import models, tasks
from suite.core.refusals import Refusal
from suite.training import starting
from suite.training.augment import crops
from suite.training.device import accelerator, is_out_of_memory, to_numpy
from suite.training.feed import Targets, feed
from suite.training.optimization import make_optimizer, set_optimizer
from suite.training.preprocessing import Preprocessing
from suite.training.recipe import Recipe
from suite.training.spec import RunSpec
from suite.training.step import CompiledStep

KEPT = 2
"""Graphs that stay in memory: a study goes through one candidate's trials after the other."""


class Graph:
    """A network with its compiled step and optimizer."""

    def __init__(self, net: keras.Model, images: Any | None, spec: RunSpec, larger: Any | None = None) -> None:
        """`images`, and `larger` ones for crops: each a variable on the device, or None where the host feeds them."""
        self.net, self.images, self.larger = net, images, larger
        self.complexity = models.measure(net)
        self.fingerprint = models.fingerprint(net)
        starting.prepare(net, spec.applied)  # counted and told apart as it was built, whatever of it learns
        teacher = starting.teacher_net(spec, net.input_shape[1:])
        self.step = CompiledStep(net, images, tasks.get(spec.task), spec.applied, teacher, larger)
        depths = starting.depths_of(net, spec.applied)
        self.optimizer = make_optimizer(spec.applied, net.trainable_variables, spec.precision, depths)
        self.step.compile(optimizer=self.optimizer, loss=None, jit_compile=jit_compile(spec.applied))
        self.counter = getattr(self.optimizer, "inner_optimizer", self.optimizer).variables[0]
        """Keras' count of iterations, which every step writes."""
        self.averages = self.step.averages
        averages = self.averages.variables if self.averages else []
        self._variables = [*net.variables, *self.optimizer.variables, *averages]
        self.warm: set[str] = set()

    def set(
        self,
        initial: list[np.ndarray],
        spec: RunSpec,
        preprocessing: Preprocessing,
        total_steps: int,
        images: Callable[[], np.ndarray] | None = None,
    ) -> None:
        """Bring everything to the start of a run.

        images: gives training images, as the network sees them, for layers that start from them (`starting.adapt`);
        where weights come from elsewhere, they are kept.
        """
        for variable, value in zip(self.net.variables, initial, strict=True):
            variable.assign(value)
        if images is not None and spec.weights is None and not spec.options.get(models.PRETRAINED):
            starting.adapt(self.net, images)
        set_optimizer(self.optimizer, spec.applied, total_steps)
        self.step.set_values(spec.applied, preprocessing, spec.seeds["augment"])
        self.step.length.assign(total_steps)
        self.step.epoch_steps.assign(max(1, round(total_steps / spec.applied.epochs)))  # whose last part was rounded
        if spec.teacher is not None and self.step.teacher is not None:
            theirs = starting.set_teacher(self.step.teacher, spec.teacher, preprocessing.class_names)
            self.step.set_teacher(preprocessing, theirs)
        if self.averages is not None:
            self.averages.start(total_steps)

    def evaluated(self, step: int) -> contextlib.AbstractContextManager[None]:
        """The network as it is evaluated and saved after `step` steps: with the average where the recipe has one."""
        return self.averages.in_place(step) if self.averages else contextlib.nullcontext()

    def state(self) -> dict[str, np.ndarray]:
        """Weights, moving statistics, dropout's random states, the optimizer's step and momenta, averages."""
        return {f"{i:05d}": to_numpy(v) for i, v in enumerate(self._variables)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        for variable, value in zip(self._variables, state.values(), strict=True):
            variable.assign(value)

    def warm_up(self, kind: str, images: np.ndarray | None, row: np.ndarray, targets: Targets) -> None:
        """Trace and compile for `fit` or `predict` with one row; the state is afterwards as it was."""
        if kind in self.warm:
            return
        before = self.state()
        if kind == "fit":
            self.step.fit(**feed(images, row[None], 0, targets), shuffle=False, verbose=0)
        else:
            self.step.predict(**feed(images, row[None], 0, None), verbose=0)
        self.restore(before)
        self.warm.add(kind)


class Graphs:
    """The few graphs that a worker keeps, the least recently used one going first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Graph] = OrderedDict()

    def take(
        self,
        spec: RunSpec,
        input_shape: tuple[int, int, int],
        classes: int,
        images: Any | None,
        larger: Any | None = None,
    ) -> tuple[Graph, list]:
        """The graph of a run and its initial values (one array for each of `net.variables`); images as of `Graph`.

        Raises Refusal for an option that the builder does not take.
        """
        keras.config.set_dtype_policy(spec.precision)
        keras.utils.set_random_seed(spec.seeds["initial"])
        try:
            net = models.build(spec.architecture, input_shape, classes, **spec.options)
            net = tasks.get(spec.task).network(net, classes)
            if spec.weights is not None:
                starting.load(net, spec.weights, spec.architecture, spec.options)
        except models.ArchitectureError as error:
            if is_out_of_memory(error) or isinstance(error, models.WeightsMissing):
                # an outcome of the run, not a reason to stop the study
                raise
            raise Refusal(str(error)) from error
        initial = [to_numpy(variable) for variable in net.variables]
        key = structure(spec, input_shape, classes)
        graph = self._kept.pop(key, None)
        if graph is None or graph.images is not images or graph.larger is not larger:
            while len(self._kept) >= KEPT:
                self._kept.popitem(last=False)
            graph = Graph(net, images, spec, larger)
        self._kept[key] = graph
        return graph, initial

    def clear(self) -> None:
        self._kept.clear()


def structure(spec: RunSpec, input_shape: tuple[int, ...], classes: int) -> str:
    """All that makes two runs the same graph, derived from what their parts declare."""
    values = {
        "task": spec.task, "architecture": spec.architecture, "options": dict(spec.options), "shape": input_shape,
        "classes": classes, "precision": spec.precision, "recipe": spec.applied.structure(),
        "larger": spec.data.source_size if crops(spec.applied.transforms) else None,
        "teacher": [spec.teacher.architecture, dict(spec.teacher.options)] if spec.teacher else None,
    }  # fmt: skip
    return json.dumps(values, sort_keys=True)


def jit_compile(recipe: Recipe | None = None) -> bool | str:
    """XLA halves TensorFlow's speed on a CPU; JAX is nothing without it. Not all transforms of a recipe can have it."""
    if keras.backend.backend() == "jax":
        return True
    if recipe is not None and not all(transform.compiles for transform in recipe.transforms):
        return False
    return "auto" if accelerator() and keras.backend.backend() == "tensorflow" else False
