"""How quickly a final run's network answers: one image after the other, and in large batches.

As MLPerf Inference has it in its single-stream and offline scenarios (Reddi et al. 2020, arXiv:1911.02549): one query
after the other, each sent when the one before it is answered, of which the 90th percentile is reported beside the
median; and as many images a second as it makes of large batches. A call begins with pixels (uint8) in the host's memory
and ends with the network's outputs there, so that the device is waited for, and transfers and normalization count.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from suite.core import faults
from suite.core.latency import BATCH, HIGH, LENGTH, LOW, SECONDS, THROUGHPUT, Length, write_latency
from suite.core.refusals import Refusal
from suite.core.result import read_result
from suite.data import Dataset
from suite.training.bystanders import Bystanders
from suite.training.device import is_out_of_memory
from suite.training.prediction import network
from suite.training.preprocessing import Preprocessing, recorded_preprocessing
from suite.training.spec import RunSpec
from suite.training.tracing import jit_compile

Call = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
"""From pixels (n, H, W, C) to the network's first output (n, ...), both in the host's memory."""


def time_network(spec: RunSpec, data: Dataset, directory: Path, device: dict[str, Any], busy_workers: int) -> None:
    """Time a final run's network with its last weights, on test images, and write what comes of it.

    device: where this process computes, as a result has it (device, threads, deterministic). busy_workers: others of
    the study that have a run in hand. Raises Refusal where the run is not over or its weights cannot be read.
    """
    result = read_result(directory)
    if result is None:
        raise Refusal(f"{directory} holds no run that is over")
    keras.config.set_dtype_policy(spec.precision)
    preprocessing = recorded_preprocessing(directory)
    asked = {"architecture": spec.architecture, "options": dict(spec.options), "task": spec.task}
    call = compiled(network(directory, asked, preprocessing), preprocessing)
    pixels = np.ascontiguousarray(data.images[np.resize(data.test, BATCH)])
    gc.collect()
    bystanders = Bystanders()
    seconds = latencies(call, pixels, LENGTH)
    speeds = throughputs(call, pixels, LENGTH)
    busy_cores = bystanders.busy_cores()
    low, middle, high = (float(value) for value in np.quantile(seconds, (0.1, 0.5, 0.9)))
    figures = {SECONDS: middle, LOW: low, HIGH: high, THROUGHPUT: float(np.median(speeds)) if speeds else None}
    conditions = {
        **device,
        "precision": spec.precision,
        "batch": BATCH,
        "calls": len(seconds),
        "rounds": len(speeds),
        "busy_workers": busy_workers,
        "busy_cores": busy_cores,
    }
    faults.reach("latency.measured")
    write_latency(directory, result.ended_at, figures, conditions)


def latencies(call: Call, pixels: NDArray[np.uint8], length: Length) -> list[float]:
    """The seconds of each call with one image, one after the other."""
    for number in range(length.warm_up):
        call(pixels[number : number + 1])
    found = list[float]()
    began = time.perf_counter()
    while len(found) < length.calls or time.perf_counter() - began < length.seconds:
        place = len(found) % len(pixels)
        asked = time.perf_counter()
        call(pixels[place : place + 1])
        found.append(time.perf_counter() - asked)
    return found


def throughputs(call: Call, pixels: NDArray[np.uint8], length: Length) -> list[float]:
    """The images a second of each round of batches; none where the device's memory does not suffice for one."""
    try:
        for _ in range(length.warm_up):
            call(pixels)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return []
    return [_round(call, pixels, length.round_seconds) for _ in range(length.rounds)]


def _round(call: Call, pixels: NDArray[np.uint8], seconds: float) -> float:
    began, batches = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds or not batches:
        call(pixels)
        batches += 1
    return batches * len(pixels) / passed if passed else 0.0


def compiled(net: keras.Model, preprocessing: Preprocessing) -> Call:
    """The network behind its normalization, compiled as evaluation in training is, with nothing of Keras' loop around
    it: for a small network that would be most of the time. It is traced anew for each number of images."""
    scale, offset = preprocessing.scale, preprocessing.offset
    net.compile(jit_compile=jit_compile())

    def normalized(pixels: Any) -> Any:
        return ops.cast(pixels, "float32") * scale + offset

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        traced = tf.function(
            lambda pixels: _first(net(normalized(pixels), training=False)), jit_compile=net.jit_compile
        )
        return lambda pixels: np.asarray(traced(tf.constant(pixels)).numpy())
    if keras.backend.backend() == "jax":
        import jax

        weights = [
            [variable.value for variable in part] for part in (net.trainable_variables, net.non_trainable_variables)
        ]

        def stateless(weights: Any, pixels: Any) -> Any:
            outputs, _ = net.stateless_call(*weights, normalized(pixels), training=False)
            return _first(outputs)

        jitted = jax.jit(stateless)
        return lambda pixels: np.asarray(jitted(weights, pixels))
    return lambda pixels: np.asarray(_first(net.predict_on_batch(preprocessing.apply(pixels))))


def _first(outputs: Any) -> Any:
    """A network's own output: auxiliary classifiers come after it."""
    return outputs[0] if isinstance(outputs, list | tuple) else outputs
