"""Paths of the machine a study ran on, taken out of a report before it is committed."""

from __future__ import annotations

import re
from pathlib import Path

from suite.core import directories
from suite.core.durable import write_text
from suite.records.layout import RUNS

ABSOLUTE = re.compile(r"""(?<![\w./:~-])(?:~|/[\w.@+-]+)(?:/[\w.@+-]+)+/?""")
"""An absolute path of two or more parts (`/home/someone/data`), but neither `1/2` nor `https://host/page`."""


def remove_paths(folder: Path) -> None:
    """Shorten every absolute path in a folder's texts to its last part."""
    for name in (directories.STUDY, directories.SESSIONS, RUNS):
        path = folder / name
        write_text(path, shorten(path.read_text(encoding="utf-8")))


def shorten(text: str) -> str:
    """A text with absolute paths shortened to `…/name`."""
    return ABSOLUTE.sub(lambda match: "…/" + match[0].rstrip("/").rsplit("/", 1)[-1], text)
