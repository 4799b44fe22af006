"""A net whose backward pass computes most maps once more instead of keeping them (gradient checkpointing).

Keras' own RematScope wraps layers one by one, whose inputs are all kept; here the graph is cut into segments (see
`segments`), and each is one function of what comes in and of the variables' values. So the second computation sees the
weights, moving statistics and random states of the first, and draws the same masks; the states' new values leave the
function as outputs and are assigned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from suite.models.architecture import ArchitectureError
from suite.models.graph import steps
from suite.models.segments import cut
from suite.models.training_progress import telling, training_progress

Place = tuple[int, int]
"""Number of a step and number of its output."""


class Recomputing:
    """Calls `net` for training, segment by segment; the layers and their variables are the net's own."""

    def __init__(self, net: keras.Model) -> None:
        """Raises ArchitectureError for a net without a graph, and for one that is too small to be cut."""
        found = steps(net)
        place = {id(tensor): (n, k) for n, step in enumerate(found) for k, tensor in enumerate(step.tensors)}
        self._inputs = [place[id(tensor)] for tensor in net.inputs]
        self._outputs = [place[id(tensor)] for tensor in net.outputs]
        self._structure = net.output
        ends = cut(found, self._outputs)
        if len(ends) < 2:
            raise ArchitectureError(f"{net.name} is too small to be cut into segments of which only the ends are kept")
        self.segments: list[_Segment] = []
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            own = range(start, end)
            later = {source for step in found[end:] for source in step.inputs} | {*self._outputs}
            takes = {source for number in own for source in found[number].inputs if source[0] not in own}
            takes |= {source for source in self._inputs if source[0] in own}
            gives = [source for source in sorted(later) if source[0] in own and source not in self._inputs]
            model = keras.Model(*([found[n].tensors[k] for n, k in side] for side in (sorted(takes), gives)))
            self.segments.append(_Segment(model, sorted(takes), gives))

    def __call__(self, images: Any) -> Any:
        """What `net(images, training=True)` gives, and leaves in the net's variables."""
        known = dict(zip(self._inputs, [images], strict=True))
        for number, segment in enumerate(self.segments, start=1):
            # what the last one computes is wanted at once: keeping it costs nothing more
            recomputed = number < len(self.segments)
            known |= zip(segment.gives, segment([known[place] for place in segment.takes], recomputed), strict=True)
        return keras.tree.pack_sequence_as(self._structure, [known[place] for place in self._outputs])


class _Segment:
    """A part of the graph as a model, the maps that it is given, and those that later segments or the caller want."""

    def __init__(self, model: keras.Model, takes: Sequence[Place], gives: Sequence[Place]) -> None:
        self.model, self.takes, self.gives = model, takes, gives
        self.weights = model.trainable_variables
        learned = {id(variable) for variable in self.weights}
        self.states = [variable for variable in model.variables if id(variable) not in learned]

    def __call__(self, inputs: Sequence[Any], recomputed: bool) -> list[Any]:
        if not recomputed:
            return self._run(inputs)
        # read here and now: a TensorFlow variable would be read once more in the backward pass, after its assignment
        weights, states = ([ops.copy(variable.value) for variable in some] for some in (self.weights, self.states))
        progress, takes, gives = training_progress(), len(self.takes), len(self.gives)

        def compute(*values: Any) -> tuple[Any, ...]:
            """Outputs and new states. It runs again in the backward pass, where nobody tells the progress any more."""
            mapping = zip((*self.weights, *self.states), (*values[takes:], *states), strict=True)
            with keras.StatelessScope(mapping) as scope, telling(progress):
                outputs = self._run(values[:takes])
            return (*outputs, *(ops.stop_gradient(scope.get_current_value(variable)) for variable in self.states))

        found = keras.remat(compute)(*inputs, *weights)
        for variable, value in zip(self.states, found[gives:], strict=True):
            variable.assign(value)
        return list(found[:gives])

    def _run(self, inputs: Sequence[Any]) -> list[Any]:
        return list(keras.tree.flatten(self.model(list(inputs), training=True)))
