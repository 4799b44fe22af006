"""The peak of memory is the run's own or not known, and a full memory is told from other errors."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from suite.training import device


def test_on_a_processor_nobody_can_tell_a_runs_own_peak() -> None:
    """A process keeps its backend, older graphs and freed pages: a number would depend on what ran before."""
    if device.accelerator():
        device.reset_peak_memory()
        assert (device.peak_memory_bytes() is None) == (keras.backend.backend() == "jax")
        return
    device.reset_peak_memory()
    assert device.peak_memory_bytes() is None


def test_on_an_accelerator_it_is_the_allocators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow's peak since it was started anew."""
    asked: list[str] = []
    experimental = SimpleNamespace(
        reset_memory_stats=lambda name: asked.append(f"reset {name}"),
        get_memory_info=lambda name: {"current": 1, "peak": 7_000_000},
    )
    monkeypatch.setattr(device, "accelerator", lambda: True)
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=SimpleNamespace(experimental=experimental)))
    device.reset_peak_memory()
    assert device.peak_memory_bytes() == 7_000_000
    assert asked == ["reset GPU:0"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1099511627776 bytes."),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"),
    ],
)
def test_a_full_memory_is_recognised(error: Exception) -> None:
    assert device.is_out_of_memory(error)


@pytest.mark.parametrize("error", [ValueError("shapes do not match"), OSError(28, "out of memory"), KeyError("x")])
def test_other_errors_are_not_taken_for_it(error: Exception) -> None:
    assert not device.is_out_of_memory(error)


def test_the_device_has_a_name_and_values_come_back_as_copies() -> None:
    assert "cores" in device.device_name() or device.accelerator()
    variable = keras.Variable(np.ones(3), dtype="float32")
    value = device.to_numpy(variable)
    value[:] = 5
    np.testing.assert_array_equal(device.to_numpy(variable), 1)
