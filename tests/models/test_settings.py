"""What of Keras' own settings does not count, and what is refused: each asked of a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.models.settings import choose_backend, refuse_settings

ROOT = Path(__file__).parents[2]

ASK = """
import json, sys
{importing}
import keras
print(json.dumps([
    keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon(), keras.config.max_epochs(),
    keras.config.max_steps_per_epoch(), keras.config.backend(), keras.Variable([1.0]).dtype,
    keras.layers.Conv2D(2, 3)(keras.Input((8, 8, 3))).shape,
]))
"""


def keras_home(folder: Path, **settings: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "keras.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "importing",
    [
        "from suite.commandline import import_keras; import_keras()",
        "from suite.training.trainer import Trainer; Trainer()",
    ],
)
def test_settings_of_other_work_do_not_count(importing: str, tmp_path: Path) -> None:
    home = keras_home(tmp_path / "k", floatx="float16", image_data_format="channels_first", epsilon=0.1, backend="jax")
    environment = {**os.environ, "KERAS_HOME": str(home), "PYTHONPATH": str(ROOT), "KERAS_MAX_EPOCHS": "1"}
    environment |= {"KERAS_MAX_STEPS_PER_EPOCH": "2", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    if "import_keras" in importing:
        del environment["KERAS_BACKEND"]
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(importing=importing)],
        env=environment, capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [
        "float32", "channels_last", 1e-7, None, None, "tensorflow", "float32", [None, 6, 6, 2]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"floatx": "bfloat16"}, "sets floatx to 'bfloat16', which Keras does not know: mend or delete that file"),
        ({"image_data_format": "nhwc"}, "sets image_data_format to 'nhwc'"),
        ({"epsilon": "small"}, "sets epsilon to 'small', which is no number"),
    ],
)
def test_a_file_at_which_keras_stops_is_named(
    settings: dict[str, object], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(keras_home(tmp_path / "k", **settings)))
    with pytest.raises(Refusal, match=f"keras.json {why}"):
        refuse_settings()


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_a_file_that_keras_passes_over_is_passed_over(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (keras_home(tmp_path / "k") / "keras.json").write_text(text)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "k"))
    refuse_settings()


@pytest.mark.parametrize(
    ("backend", "why"),
    [("theano", r"\$KERAS_BACKEND=theano: expected tensorflow, jax, torch"), ("torch", "torch is not installed: ")],
)
def test_a_backend_that_is_not_there_is_refused(backend: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setattr("suite.models.settings.find_spec", lambda name: None)
    with pytest.raises(Refusal, match=why):
        choose_backend()


def test_tensorflow_is_taken_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "")
    choose_backend()
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
