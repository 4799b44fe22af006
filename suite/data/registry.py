"""The sets that a study can name: what each file of `sources/` declares, found by looking through that folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from suite.data.contents import Source
from suite.data.dataset import DataSpec
from suite.data.fit import Fit

SOURCES = "suite.data.sources"


@dataclass(frozen=True)
class NamedSet:
    """A set by the name that a study gives; a file of `sources/` declares its own as `SETS = (NamedSet(...), ...)`.

    find: (spec, data_dir, offline) to where the set is; it fetches what may be fetched, and raises Refusal.
    fit: how pictures come to be its images, which predictions repeat.
    side: of its square images, in pixels; None where they are decoded at the size that is asked for.
    takes_path: whether data.path says where it lies. listed: its place in the list of names, the least first.
    knows: the targets beside the class that it can have. labels_from: what data.label_from can say of it.
    """

    name: str
    find: Callable[[DataSpec, Path | None, bool], Source]
    fit: Fit
    listed: int
    side: int | None = None
    takes_path: bool = False
    knows: tuple[str, ...] = ()
    labels_from: tuple[str, ...] = ()


@cache
def named_sets() -> dict[str, NamedSet]:
    """Every set that a file of `sources/` declares, by name, in the order in which they are listed."""
    found: dict[str, NamedSet] = {}
    for module in pkgutil.iter_modules(importlib.import_module(SOURCES).__path__):
        for declared in importlib.import_module(f"{SOURCES}.{module.name}").SETS:
            if declared.name in found:
                raise AssertionError(f"two files of {SOURCES} declare a set {declared.name!r}: rename one")
            found[declared.name] = declared
    return dict(sorted(found.items(), key=lambda item: (item[1].listed, item[0])))
