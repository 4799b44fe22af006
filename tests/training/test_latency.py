"""A real final run's network, timed with its last weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite import models
from suite.core import faults
from suite.core.directories import LATENCY, WEIGHTS
from suite.core.latency import BATCH, NAMES, Length, read_latency
from suite.core.refusals import Refusal
from suite.core.result import finished, write_result
from suite.data import load
from suite.training import latency
from suite.training.preprocessing import Preprocessing
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
from tests.training.conftest import MakeSpec
from tests.training.runs import Killed, train

# Keras' own saving reads TensorFlow's variables through an `__array__` that numpy 2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

ENDED_AT = 7.0
SHORT = Length(calls=30, seconds=0.0, rounds=2, round_seconds=0.0, warm_up=2)


@pytest.fixture(scope="module")
def run(make_spec: MakeSpec, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSpec, Path]:
    """A final run that is over: its specification and directory."""
    spec, directory = make_spec({"epochs": 1}), tmp_path_factory.mktemp("run")
    measured = train(spec, directory)
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    asked = {
        "study": "s", "instance": "i", "candidate": "c", "architecture": spec.architecture, "track": "shared",
        "phase": "final", "number": 0, "seed": 0, "attempts": 1, "dataset": "digits", "data_hash": data.hash,
        "backend": spec.backend, "precision": spec.precision,
    }  # fmt: skip
    write_result(directory, finished(asked, measured, ENDED_AT))
    return spec, directory


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "LENGTH", SHORT)


def measured(directory: Path) -> dict[str, Any]:
    found = read_latency(directory, ENDED_AT)
    assert found is not None
    return found


@pytest.mark.usefixtures("short")
def test_it_is_timed_and_nothing_of_the_run_is_touched(run: tuple[RunSpec, Path]) -> None:
    spec, directory = run
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    began = time.perf_counter()
    Trainer().time(spec, directory, busy_workers=2)
    took = time.perf_counter() - began
    figures, conditions = measured(directory)["figures"], measured(directory)["conditions"]
    low, middle, high, speed = (figures[name] for name in (NAMES[1], NAMES[0], NAMES[2], NAMES[3]))
    assert 0 < low <= middle <= high < took / 3, "three tenths of the calls took as long or longer"
    assert BATCH / speed < took
    assert conditions["busy_workers"] == 2
    assert (conditions["calls"], conditions["rounds"], conditions["batch"]) == (30, 2, BATCH)
    assert (conditions["precision"], conditions["deterministic"]) == ("float32", True)
    assert "cores" in conditions["device"]
    assert {name: (directory / name).read_bytes() for name in before} == before


def test_what_is_timed_is_the_saved_network(run: tuple[RunSpec, Path]) -> None:
    spec, directory = run
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    preprocessing = Preprocessing.load(directory)
    net = models.of_run(directory, spec.architecture, data.input_shape, data.num_classes, spec.options).net()
    call = latency.compiled(net, preprocessing)
    pixels = np.asarray(data.images[data.test[:5]])
    expected = net.predict(preprocessing.apply(pixels), verbose=0)
    np.testing.assert_allclose(call(pixels), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(call(pixels[:1]), expected[:1], rtol=1e-4, atol=1e-5)


def test_every_call_is_one_image_and_each_waits_for_the_one_before() -> None:
    pixels, seen = np.arange(BATCH, dtype=np.uint8).reshape(-1, 1, 1, 1), list[tuple[int, int]]()

    def call(given: np.ndarray) -> np.ndarray:
        seen.append((len(given), int(given.ravel()[0])))
        time.sleep(0.002)
        return given

    length = Length(calls=40, seconds=0.0, rounds=3, round_seconds=0.005, warm_up=2)
    times = latency.latencies(call, pixels, length)
    assert len(times) == 40
    assert min(times) >= 0.002
    assert seen == [(1, 0), (1, 1), *((1, place) for place in range(40))]
    assert 30 < len(latency.latencies(call, pixels, Length(calls=30, seconds=0.2, warm_up=0))) <= 100
    seen.clear()
    speeds = latency.throughputs(call, pixels, length)
    assert len(speeds) == 3
    assert all(0 < speed <= BATCH / 0.002 for speed in speeds)
    assert {size for size, _ in seen} == {BATCH}
    assert len(seen) >= 2 + 3 * 2, "a round goes on until its time has passed"


@pytest.mark.parametrize("error", [MemoryError(), ValueError("shapes do not match")])
def test_without_memory_for_a_batch_there_is_no_speed(error: Exception) -> None:
    def call(given: np.ndarray) -> np.ndarray:
        raise error

    pixels = np.zeros((BATCH, 1, 1, 1), np.uint8)
    if isinstance(error, MemoryError):
        assert latency.throughputs(call, pixels, SHORT) == []
    else:
        with pytest.raises(ValueError, match="shapes"):
            latency.throughputs(call, pixels, SHORT)


@pytest.mark.usefixtures("short")
def test_a_kill_leaves_nothing_and_without_weights_it_is_refused(
    run: tuple[RunSpec, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, directory = run
    for path in directory.iterdir():
        if path.is_file() and path.name != LATENCY:
            (tmp_path / path.name).write_bytes(path.read_bytes())

    def reach(event: str) -> None:
        if event == "latency.measured":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(faults, "reach", reach)
        with pytest.raises(Killed):
            Trainer().time(spec, tmp_path, 0)
    assert read_latency(tmp_path, ENDED_AT) is None
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(Refusal, match="there are no weights"):
        Trainer().time(spec, tmp_path, 0)


@pytest.mark.slow
def test_jax_times_the_same_network(run: tuple[RunSpec, Path], tmp_path: Path) -> None:
    """The weights that TensorFlow trained, in a process on JAX: the same outputs, and figures of its own."""
    spec, directory = run
    for path in directory.iterdir():
        if path.is_file() and path.name != LATENCY:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    script = """
import json, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from suite import models
from suite.data import load
from suite.training import latency
from suite.training.preprocessing import Preprocessing
from suite.training.spec import RunSpec
from suite.training.trainer import Trainer
directory, spec = Path(sys.argv[1]), replace(RunSpec.from_mapping(json.loads(sys.argv[2])), backend="jax")
Trainer().time(spec, directory, 0)
data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
net = models.of_run(directory, spec.architecture, data.input_shape, data.num_classes, spec.options).net()
call = latency.compiled(net, Preprocessing.load(directory))
np.save(directory / "outputs.npy", call(np.asarray(data.images[data.test[:5]])))
assert "tensorflow" not in sys.modules
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, "-c", script, str(tmp_path), json.dumps(spec.as_mapping())]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    figures = measured(tmp_path)["figures"]
    assert all(value > 0 for value in figures.values())
    data = load(spec.data, data_dir=None, cache_dir=Path(spec.cache_dir))
    net = models.of_run(directory, spec.architecture, data.input_shape, data.num_classes, spec.options).net()
    preprocessing = Preprocessing.load(directory)
    expected = net.predict(preprocessing.apply(np.asarray(data.images[data.test[:5]])), verbose=0)
    np.testing.assert_allclose(np.load(tmp_path / "outputs.npy"), expected, rtol=1e-3, atol=1e-4)
