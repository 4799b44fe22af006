"""The records of a report's folder carry their own hashes: hashes.json, by which a changed byte is found.

What is rendered needs none: it is rendered again and compared. Imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from suite.core.durable import read_json, write_text
from suite.core.refusals import Refusal
from suite.records.layout import EVERY_RECORD, HASHES, RECORD_FILES, record_files

OVERALL = "all"
"""The hash of the other hashes: an edited one is found here, and not taken for an edited record only."""


def write(folder: Path) -> None:
    """Write the hashes of a folder's records as they are now."""
    write_text(folder / HASHES, _text({name: _hash(folder / name) for name in record_files(folder)}))


def overall(folder: Path) -> str:
    """The one hash by which a folder's records are known. The folder must carry hashes."""
    return str(read_json(folder / HASHES)[OVERALL])


def carried(folder: Path) -> bool:
    """Whether the records of a folder carry hashes; those of folders of old do not."""
    return (folder / HASHES).exists()


def changed(folder: Path) -> list[str]:
    """The names of what is not as it was when the hashes were written, `hashes.json` itself included, sorted.

    A missing record is a changed one, as is one that the hashes do not know. Of a folder whose records carry no hashes
    nothing can be said: none.
    """
    if not carried(folder):
        return []
    content = (folder / HASHES).read_bytes()
    try:
        said = json.loads(content)
        hashes = {name: str(said[name]) for name in EVERY_RECORD if name in RECORD_FILES or name in said}
    except (ValueError, KeyError, TypeError):  # what is no UTF-8 is a ValueError, too
        return [HASHES]
    found = [name for name in {*hashes, *record_files(folder)} if _hash(folder / name) != hashes.get(name)]
    return sorted([*found, *([] if content == _text(hashes).encode() else [HASHES])])


def require_unchanged(folder: Path) -> None:
    """Raise Refusal where a record is not what it was: what is rendered from it would look as if it had been."""
    if names := changed(folder):
        raise Refusal(
            f"{folder}: {', '.join(names)} changed since the records were collected, so nothing is rendered from them; "
            f"take the folder from where it is whole, or refresh it: python -m suite.report study=NAME"
        )


def _hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _text(hashes: Mapping[str, str | None]) -> str:
    overall = hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode()).hexdigest()
    return json.dumps({**hashes, OVERALL: overall}, indent=1) + "\n"
