"""Studies: what is planned, searched, run, recorded and survived."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """`suite.study.run`, as notebooks call it, is a command: it reports, too, and so lies above this package."""
    if name == "run":
        return import_module("suite.command").run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
