"""A peak of memory is told only where it is the run's own, and a full memory is told from other errors."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from suite.training import device


def test_nobody_tells_a_runs_own_memory_on_a_processor() -> None:
    """The process keeps its backend, older graphs and freed pages: the same run took other amounts after others."""
    assert not device.accelerator()
    device.reset_peak_memory()
    kept = np.ones(50_000_000)
    assert device.peak_memory_bytes() is None
    assert kept.sum() == 50_000_000


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
