"""The name of a workspace in stores that others share, so that two people's runs of one study stay apart.

    runs/workspace.json     the name, and the place, machine and folder where it was given or last used

A workspace that was moved keeps its name. A copy takes one of its own: both go on, and neither touches what the other
has written. It finds the first still in its place; or the place is out of its sight, on another machine or in another
user's folders, and it lies in a folder that was made anew. The same folder, seen from several machines, is no copy.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.core.durable import write_json

FILE = Path("runs") / "workspace.json"
_ONE_AT_A_TIME = threading.Lock()
"""Each projection asks in a thread of its own, and all are to hear one name."""


def workspace_name(workspace: Path) -> str:
    """`<user>-<six hexadecimal digits>`, given when it is first asked for. The caller holds the workspace's lock."""
    with _ONE_AT_A_TIME:
        return _settled(workspace)


def _settled(workspace: Path) -> str:
    known = _read(workspace)
    here = {"place": str(workspace.resolve()), "machine": platform.node(), **_folder(workspace)}
    if known is None or _is_copy(known, here):
        known = {"name": f"{_user()}-{secrets.token_hex(3)}"}
    found = {"name": known["name"], **here}
    if found != known:
        write_json(workspace / FILE, {**found, **_folder(workspace)})
    return str(found["name"])


def _is_copy(known: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    """Whether a record was made for another workspace than the one that it lies in."""
    elsewhere = known["machine"] not in (None, here["machine"])
    same_folder = known["folder"] in (None, here["folder"])
    if known["place"] == here["place"]:
        return elsewhere and not same_folder
    if _read(Path(known["place"])) == known:
        return True
    return not same_folder and (elsewhere or known["name"].rpartition("-")[0] != _user())


def _folder(workspace: Path) -> dict[str, int | None]:
    """The number of the folder of runs on its disk; none where several machines may see other numbers of it."""
    try:
        found = (workspace / FILE).parent.stat()
    except OSError:  # it is made with the record
        return {"folder": None}
    return {"folder": found.st_ino if os.major(found.st_dev) else None}


def _read(workspace: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((workspace / FILE).read_text(encoding="utf-8"))
        known = {"name": str(found["name"]), "place": str(found["place"])}
        return {**known, "machine": found.get("machine"), "folder": found.get("folder")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _user() -> str:
    try:
        return re.sub(r"[^A-Za-z0-9_.-]", "_", getpass.getuser()) or "somebody"
    except (OSError, KeyError):  # a container's user has no name
        return "somebody"
