"""The layers of a built model as rows: what each does, its size, and how much of the image it sees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from suite.models.complexity import step_multiply_adds
from suite.models.graph import Shape, Step, steps


@dataclass(frozen=True)
class View:
    """What one output of a layer sees of the image along its height: `field` pixels, moved by `stride` from row to row.

    What reads a whole map (dense layers, averages over it, attention among all places) sees everything: both are None.
    A gate that such an average sets (squeeze and excitation) is left out of what the gated map sees. Attention within
    windows counts as a kernel that slides: a few pixels less than where they are shifted, more than where they stay.
    """

    field: int | None = 1
    stride: float | None = 1


@dataclass(frozen=True)
class LayerRow:
    """One call of a layer. macs: multiply-adds of one image, None if they cannot be counted."""

    name: str
    operation: str
    output_shape: tuple[int | None, ...]
    params: int
    macs: int | None
    view: View


def layer_table(model: Any) -> list[LayerRow]:
    """One row per call, in the order they run; shapes without the batch.

    Receptive fields grow by (kernel - 1) * dilation * stride so far, and strides multiply (Araujo, Norris, Sim,
    "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019); where paths join, the widest field
    counts.
    """
    rows: list[LayerRow] = []
    for step in steps(model):
        views = [rows[source].view for source, _ in step.inputs if not _is_gate(rows[source], step)]
        shape = step.output_shapes[0][1:]
        params = sum(math.prod(weight.shape) for weight in getattr(step.layer, "weights", []))
        rows.append(
            LayerRow(
                step.layer.name, _operation(step.layer), shape, params, step_multiply_adds(step), _view(step, views)
            )
        )
    return rows


def _view(step: Step, views: list[View]) -> View:
    if not views:
        return View()
    if any(view.field is None for view in views) or _reads_all(step):
        return View(None, None)
    field = max(view.field or 1 for view in views)
    stride = max(view.stride or 1 for view in views)
    kernel, step_size = window(step)
    return View(round(field + (kernel - 1) * stride), stride * step_size)


def _is_gate(source: LayerRow, step: Step) -> bool:
    """Whether an input is one number for each channel, that multiplies a whole map."""
    sides = step.output_shapes[0][1:-1]
    return type(step.layer).__name__ == "Multiply" and set(source.output_shape[:-1]) == {1} != set(sides)


def _reads_all(step: Step) -> bool:
    """Whether every output depends on the whole map: its axes are gone, or averaged over, or all places attended."""
    kind = type(step.layer).__name__
    if kind == "Reshape":
        return False
    fewer_axes = len(step.input_shapes[0]) > len(step.output_shapes[0])
    attends = getattr(step.layer, "attends_to_all", None)
    return fewer_axes or kind.startswith("Global") or bool(attends and attends(step.input_shapes[0]))


def window(step: Step) -> tuple[int, float]:
    """Kernel (dilation included) and stride of a layer along its height, in its input's pixels; (1, 1) if it has
    none."""
    layer = step.layer
    if hasattr(layer, "output_size"):  # adaptive pooling: windows of at most ceil(in / out) + 1
        rows, out = _rows(step.input_shapes[0]), _rows(step.output_shapes[0])
        windows = [math.ceil((i + 1) * rows / out) - i * rows // out for i in range(out)]
        return max(windows), rows / out
    kernel = _first(getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", 1))
    dilation = _first(getattr(layer, "dilation_rate", 1))
    stride = _first(getattr(layer, "strides", 1))
    if "Transpose" in type(layer).__name__:  # its stride is of the output, whose pixels see what is spread over them
        return math.ceil(((kernel - 1) * dilation + 1) / stride), 1 / stride
    return (kernel - 1) * dilation + 1, stride


def _rows(shape: Shape) -> int:
    return shape[1] or 1


def _first(value: Any) -> int:
    return int(value[0]) if isinstance(value, tuple | list) else int(value)


def _operation(layer: Any) -> str:
    """The layer in a few words: `Conv2D 3x3/2, 64`, `Dense 10`, `Dropout 0.5`."""
    words = [type(layer).__name__]
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if isinstance(window, tuple):
        stride = _first(getattr(layer, "strides", 1))
        words.append("x".join(map(str, window)) + (f"/{stride}" if stride > 1 else ""))
    size = getattr(layer, "filters", None) or getattr(layer, "units", None)
    if size:
        words[-1] += "," if len(words) > 1 else ""
        words.append(str(size))
    if type(layer).__name__ == "Dropout":
        words.append(f"{layer.rate:g}")
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if size and activation != "linear":
        words.append(f"+ {activation}")
    return " ".join(words)
