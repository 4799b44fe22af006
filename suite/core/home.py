"""A home folder where the system has none, as in containers whose user nobody knows."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def ensure_home(workspace: Path) -> None:
    """Give this process and its children a home below the workspace, if they have none.

    Keras, MLflow and Matplotlib keep caches and settings there; without one they fail, or make a folder named `~`.
    """
    try:
        Path.home()
    except RuntimeError:
        home = workspace.absolute() / "cache" / "home"
        os.environ["HOME"] = str(home)
        with contextlib.suppress(OSError):  # said, with its reason, by whoever writes into the workspace
            home.mkdir(parents=True, exist_ok=True)
