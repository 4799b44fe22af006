"""Where data sets are looked for, and the three ways out when one is found nowhere."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from suite.core.refusals import Refusal

VARIABLE = "SUITE_DATA_DIR"


def keras_datasets() -> Path:
    """The folder in which Keras keeps its data sets; KERAS_HOME moves it, and without a home it is a temporary one."""
    home = os.environ.get("KERAS_HOME")
    try:
        return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"
    except RuntimeError:  # a container's user has no home
        return Path(tempfile.gettempdir()) / ".keras" / "datasets"


def search_places(data_dir: Path | None) -> list[Path]:
    """The folders to look in, the first first: `data_dir`, $SUITE_DATA_DIR, Keras' own.

    Raises Refusal when a folder that someone named does not exist: looking elsewhere would hide the typing error.
    """
    named = [("data_dir", data_dir), (f"${VARIABLE}", os.environ.get(VARIABLE))]
    places = []
    for setting, value in named:
        if not value:
            continue
        place = Path(value).expanduser()
        if not place.is_dir():
            raise Refusal(f"{setting}={value} is not a folder; name the folder that holds the data sets, or make it")
        places.append(place)
    return [*places, keras_datasets()]


def not_found(name: str, wanted: str, places: Iterable[Path], why_no_download: str) -> Refusal:
    """The refusal when a set is nowhere: where to put the files, the setting, the embedded set."""
    looked = ", ".join(str(place) for place in places)
    return Refusal(
        f"{name} was found nowhere (looked in {looked}) and not downloaded: {why_no_download}. "
        f"Three ways out: put {wanted} into {keras_datasets()}; or name the folder that holds it with data_dir=DIR "
        f"or ${VARIABLE}; or use the embedded set, dataset=digits"
    )


def file_identity(paths: Iterable[Path], root: Path) -> list[Any]:
    """What changes when files change, without reading them: [root, [relative path, size, time in ns], …]."""
    rows: list[Any] = [str(root.resolve())]
    for path in paths:
        status = path.stat()
        rows.append([path.relative_to(root).as_posix(), status.st_size, status.st_mtime_ns])
    return rows


def file_digest(path: Path, algorithm: str) -> str:
    """The hexadecimal checksum of a file, read a megabyte at a time."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
