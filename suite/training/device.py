"""The device that trains: what it is, how its memory's peak is read, and which errors mean that its memory is full.

Asks the backend in use only; no backend is imported that Keras does not already run on.
"""

from __future__ import annotations

import gc
import re
import sys
from typing import Any

import keras
import numpy as np
from keras import ops

from suite.core.hardware import processor_name

FULL_MEMORY = re.compile(r"RESOURCE_EXHAUSTED|OOM when allocating|out of memory|failed to allocate", re.IGNORECASE)


def accelerator() -> bool:
    """Whether training runs on a GPU or TPU."""
    if keras.backend.backend() == "torch":  # for which Keras lists no devices
        import torch

        return bool(torch.cuda.is_available())
    return not keras.distribution.list_devices()[0].startswith("cpu")


def device_name() -> str:
    """Such as `AMD EPYC (2 cores)` or `NVIDIA H200`."""
    backend = keras.backend.backend()
    if accelerator() and backend == "tensorflow":
        import tensorflow as tf

        details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
        return str(details.get("device_name", "GPU"))
    if accelerator() and backend == "jax":
        import jax

        return str(jax.devices()[0].device_kind)
    if accelerator():
        import torch

        return str(torch.cuda.get_device_name())
    return processor_name()


def keep_tensorflow_out() -> None:
    """Tell Keras that TensorFlow is not there, where it does not run on it.

    Keras' serialisation asks for TensorFlow's types and imports it for that, which takes a worker 10 s. Keras has no
    public switch for it. Does nothing once TensorFlow is imported, as it is by a test that compares backends.
    """
    from keras.src.utils import module_utils

    if keras.backend.backend() != "tensorflow" and "tensorflow" not in sys.modules:
        module_utils.tensorflow._available = False


def synchronize(variable: Any) -> None:
    """Wait until the step that wrote `variable` is done: reading a value cannot return before."""
    to_numpy(variable)


def to_numpy(variable: Any) -> np.ndarray:
    """A copy of a variable's value on the host."""
    if keras.backend.backend() == "tensorflow":  # whose variables convert through a protocol that numpy deprecates
        return np.array(variable.numpy())
    return np.array(ops.convert_to_numpy(variable.value))


def enable_determinism() -> None:
    """Same input, same bits, on this hardware with these versions and thread counts. Once per process, at its start."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def reset_peak_memory() -> None:
    """Start a new peak of the accelerator's allocator, where it can be started anew (TensorFlow and torch)."""
    backend = keras.backend.backend()
    if not accelerator():
        return
    gc.collect()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.reset_memory_stats("GPU:0")
    elif backend == "torch":
        import torch

        torch.cuda.reset_peak_memory_stats()


def peak_memory_bytes() -> int | None:
    """The peak of the accelerator's allocations since `reset_peak_memory`; None where nobody can tell.

    On a processor nobody can: a process keeps its backend, older graphs and freed pages, so that the same run takes
    other amounts after other runs.
    """
    backend = keras.backend.backend()
    if accelerator() and backend == "tensorflow":
        import tensorflow as tf

        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    if accelerator() and backend == "torch":
        import torch

        return int(torch.cuda.max_memory_allocated())
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of any backend, or of Python, says that memory is full."""
    if isinstance(error, MemoryError) or type(error).__name__ in ("ResourceExhaustedError", "OutOfMemoryError"):
        return True
    return isinstance(error, RuntimeError | ValueError) and FULL_MEMORY.search(str(error)) is not None
