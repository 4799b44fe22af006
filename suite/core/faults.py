"""Chosen moments at which a test kills this process: the proofs of surviving need exact, repeatable kills.

`SUITE_FAULT=event:count[:target]` kills with SIGKILL when `event` is reached for the `count`-th time in a process.
`target` is `self` (default), `parent` or `both`. Without the variables, `reach` costs two dictionary look-ups.
`SUITE_FAULT_ONCE=FILE` makes a fault fire once over all processes: the file is made when it does.
`SUITE_FAULT_TRACE=FILE` appends a line for each event that is reached: where a kill from outside landed.
"""

from __future__ import annotations

import os
import signal
import time

_reached: dict[str, int] = {}


def reach(event: str) -> None:
    """Say that `event` is reached; dies here if a test asked for it."""
    trace, fault = os.environ.get("SUITE_FAULT_TRACE"), os.environ.get("SUITE_FAULT")
    if trace:
        with open(trace, "a", encoding="utf-8") as file:
            file.write(f"{time.time()} {os.getpid()} {event}\n")
    if not fault:
        return
    wanted, count, target = [*fault.split(":"), "self"][:3]
    if event != wanted:
        return
    _reached[event] = _reached.get(event, 0) + 1
    if _reached[event] != int(count) or not _first_time():
        return
    if target in ("parent", "both"):
        os.kill(os.getppid(), signal.SIGKILL)
    if target in ("self", "both"):
        os.kill(os.getpid(), signal.SIGKILL)


def _first_time() -> bool:
    path = os.environ.get("SUITE_FAULT_ONCE")
    if path is None:
        return True
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
