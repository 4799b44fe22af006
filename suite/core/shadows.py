"""Files in the folder where one types that Python would take for the libraries that the suite needs.

`python -m` looks there first, in worker processes too: a `random.py` of one's own breaks NumPy, a `keras.py` Keras.
Imports nothing that such a file could hide: this runs before anything else.
"""

from __future__ import annotations

import os
import sys

LIBRARIES = frozenset((
    "keras", "keras_cv", "keras_hub", "tensorflow", "jax", "torch", "numpy", "scipy", "pandas", "sklearn", "PIL",
    "matplotlib", "optuna", "mlflow", "hydra", "omegaconf", "antlr4", "yaml", "jinja2", "rich", "psutil", "ray",
    "sqlalchemy", "alembic", "absl", "h5py", "google", "requests", "flask", "psycopg2", "pillow_heif", "pynvml",
))  # fmt: skip

UNUSED = frozenset(("antigravity", "idlelib", "this", "tkinter", "turtle", "turtledemo"))


def hiding() -> str | None:
    """The sentence that names such a file, or None where there is none."""
    folder = os.getcwd()
    if not sys.path or sys.path[0] not in ("", folder):
        return None
    for name in sorted(os.listdir(folder)):
        stem, suffix = os.path.splitext(name)
        path = os.path.join(folder, name)
        if suffix not in ("", ".py") or (suffix == "" and not os.path.isfile(os.path.join(path, "__init__.py"))):
            continue
        known = stem in LIBRARIES or (stem in sys.stdlib_module_names and stem not in UNUSED)
        loaded = getattr(sys.modules.get(stem), "__file__", None) if stem in sys.modules else path
        if known and loaded is not None and os.path.abspath(loaded).startswith(path):
            return (
                f"{path} hides the library {stem!r} from Python, which first looks for it in the folder where one "
                "types: give it another name, or type in another folder"
            )
    return None
