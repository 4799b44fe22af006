"""The name of a workspace in stores that others share, so that two people's runs of one study stay apart.

    runs/workspace.json     the name, and the place where it was given or last used

A workspace that was moved keeps its name. A copy, which finds that the first is still in its place, takes one of its
own: both go on, and neither touches what the other has written.
"""

from __future__ import annotations

import getpass
import json
import re
import secrets
import threading
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
    known, here = _read(workspace), str(workspace.resolve())
    if known is not None and known["place"] == here:
        return str(known["name"])
    if known is None or _read(Path(known["place"])) == known:  # that one is still there: this is a copy of it
        known = {"name": f"{_user()}-{secrets.token_hex(3)}"}
    write_json(workspace / FILE, {"name": known["name"], "place": here})
    return str(known["name"])


def _read(workspace: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((workspace / FILE).read_text(encoding="utf-8"))
        return {"name": str(found["name"]), "place": str(found["place"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _user() -> str:
    try:
        return re.sub(r"[^A-Za-z0-9_.-]", "_", getpass.getuser()) or "somebody"
    except (OSError, KeyError):  # a container's user has no name
        return "somebody"
