"""Keras as it comes: what `keras.json` and the shell say does not count, for a study must mean the same everywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from suite.core.host import install_command
from suite.core.refusals import Refusal

MODULES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
"""What a backend is imported as."""

_CHOICES = {
    "floatx": ("float16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def settings_file() -> Path:
    """Keras' own; KERAS_HOME moves it."""
    return _keras_home() / "keras.json"


def models_folder() -> Path:
    """Where keras.applications looks for published weights; a temporary folder where its own cannot be written."""
    home = _keras_home()
    there = home if home.exists() else home.parent
    return (home if os.access(there, os.W_OK) else Path("/tmp") / ".keras") / "models"


def _keras_home() -> Path:
    home = os.environ.get("KERAS_HOME")
    return Path(home) if home else Path(os.path.expanduser("~")) / ".keras"


def refuse_settings() -> None:
    """Raises Refusal for settings at which importing Keras would break off, in its file or in the shell."""
    path = settings_file()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # as Keras, which then takes its defaults
        found = {}
    for name, known in _CHOICES.items():
        if isinstance(found, Mapping) and found.get(name, known[0]) not in known:
            raise Refusal(f"{path} sets {name} to {found[name]!r}, which Keras does not know: mend or delete that file")
    if isinstance(found, Mapping) and not isinstance(found.get("epsilon", 1e-7), float):
        raise Refusal(f"{path} sets epsilon to {found['epsilon']!r}, which is no number: mend or delete that file")
    for name in ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"):
        if not os.environ.get(name, "0").lstrip("-").isdecimal():
            raise Refusal(f"${name}={os.environ[name]} is no whole number, and Keras would stop at it: unset it")


def choose_backend() -> None:
    """Let Keras take TensorFlow, unless $KERAS_BACKEND says otherwise. Raises Refusal for one that is not there."""
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in MODULES:
        raise Refusal(f"$KERAS_BACKEND={backend}: expected {', '.join(MODULES)}; or unset it, for tensorflow")
    if find_spec(MODULES[backend]) is None:
        raise Refusal(
            f"$KERAS_BACKEND={backend}, but {backend} is not installed: {install_command(backend)}, or unset the "
            "variable, for tensorflow"
        )
    os.environ["KERAS_BACKEND"] = backend


def as_it_comes() -> None:
    """Undo what `keras.json` and the shell changed of Keras; imports it."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_epsilon(1e-7)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
