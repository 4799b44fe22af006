"""The records of a report's folder carry their own hashes: hashes.json, by which a changed byte is found.

What is rendered needs none: it is rendered again and compared. Imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from suite.analysis.layout import HASHES, RECORD_FILES
from suite.core.durable import write_text
from suite.core.refusals import Refusal

OVERALL = "all"
"""The hash of the other hashes: an edited one is found here, and not taken for an edited record only."""


def write(folder: Path) -> None:
    """Write the hashes of a folder's records as they are now."""
    write_text(folder / HASHES, _text({name: _hash(folder / name) for name in RECORD_FILES}))


def carried(folder: Path) -> bool:
    """Whether the records of a folder carry hashes; those of folders of old do not."""
    return (folder / HASHES).exists()


def changed(folder: Path) -> list[str]:
    """The names of what is not as it was when the hashes were written, `hashes.json` itself included, sorted.

    A missing record is a changed one. Of a folder whose records carry no hashes nothing can be said: none.
    """
    if not carried(folder):
        return []
    content = (folder / HASHES).read_bytes()
    try:
        said = json.loads(content)
        hashes = {name: str(said[name]) for name in RECORD_FILES}
    except (ValueError, KeyError, TypeError):  # what is no UTF-8 is a ValueError, too
        return [HASHES]
    found = [name for name in RECORD_FILES if not (folder / name).exists() or _hash(folder / name) != hashes[name]]
    return sorted([*found, *([] if content == _text(hashes).encode() else [HASHES])])


def require_unchanged(folder: Path) -> None:
    """Raise Refusal where a record is not what it was: what is rendered from it would look as if it had been."""
    if names := changed(folder):
        raise Refusal(
            f"{folder}: {', '.join(names)} changed since the records were collected, so nothing is rendered from them; "
            f"take the folder from where it is whole, or refresh it: python -m suite.report study=NAME"
        )


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _text(hashes: Mapping[str, str]) -> str:
    overall = hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode()).hexdigest()
    return json.dumps({**hashes, OVERALL: overall}, indent=1) + "\n"
