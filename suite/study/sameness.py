"""Whether a recorded run is the one that a study asks for: what differs, in the words of its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.core.hardware import gpus, kind
from suite.core.result import Result
from suite.training.spec import changes


def differs(
    identity: Mapping[str, Any], now: Mapping[str, Any], result: Result | None, taken: bool = False
) -> list[str]:
    """What a run's identity says otherwise than the study asks now, one phrase each.

    `taken`: from published records; the machine that made them may have had another number of cores.
    """
    asked = {**now, "threads": None} if taken else now
    return changes(identity, asked, _determinism(identity, result))


def _determinism(identity: Mapping[str, Any], result: Result | None) -> bool:
    """What `deterministic=auto` comes to for a run: what it came to, else what it does on this machine.

    A run that was asked for in so many words tells by its device only what `auto` would have meant there.
    """
    if result is None:
        return not gpus()
    if identity.get("deterministic", "auto") != "auto" or result.deterministic is None:
        return not gpus() and kind(str(result.device or "")) == "CPU"
    return result.deterministic
