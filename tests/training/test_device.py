"""The peak of memory is this run's own, and a full memory is told from other errors."""

from __future__ import annotations

import mmap

import keras
import numpy as np
import pytest

from suite.training import device


def test_the_peak_forgets_what_was_before() -> None:
    assert device.reset_peak_memory()
    before = device.peak_memory_bytes()
    assert before is not None
    large = mmap.mmap(-1, 200_000_000)  # malloc might keep what is freed
    for page in range(0, len(large), mmap.PAGESIZE):
        large[page] = 1
    during = device.peak_memory_bytes()
    assert during is not None
    assert during - before > 150e6
    large.close()
    assert device.reset_peak_memory()
    after = device.peak_memory_bytes()
    assert after is not None
    assert during - after > 150e6


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
