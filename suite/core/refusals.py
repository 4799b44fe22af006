"""What is said when something is wrong with what was asked: one clear sentence, with the nearest valid names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from suite.core.addresses import hidden

LISTED, NEAREST = 12, 8
"""Of up to so many valid names all are listed, of more so many."""
ELSEWHERE = {
    "lr": "learning_rate", "wd": "weight_decay", "bs": "batch_size", "fp32": "float32", "fp16": "mixed_float16",
    "float16": "mixed_float16", "bf16": "mixed_bfloat16", "bfloat16": "mixed_bfloat16",
    "yes": "true", "on": "true", "no": "false", "off": "false",
}  # fmt: skip
"""What other tools call the same."""


class Refusal(Exception):
    """Something is wrong with what was asked (configuration, data, lock): one clear sentence, exit code 2.

    It may quote what was typed, an address's password excepted.
    """

    def __init__(self, text: str) -> None:
        super().__init__(hidden(text))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it, by IPython's protocol: the sentence, and not the calls that led to it."""
        return [f"refused: {self}"]


def nearest_first(word: str, names: Iterable[str]) -> list[str]:
    """All names, the most similar to `word` first."""
    return sorted(names, key=lambda name: (-difflib.SequenceMatcher(None, word.lower(), name.lower()).ratio(), name))


def unknown(kind: str, word: str, names: Iterable[str], command: str = "") -> Refusal:
    """The refusal of a misspelt name: it lists the valid ones, nearest first; of many the nearest, and the `command`
    that lists all."""
    meant = ELSEWHERE.get(word.lower(), word)
    ordered = nearest_first(meant, names)
    guess = f" Did you mean {ordered[0]!r}?" if ordered and similar(meant, ordered[0]) else ""
    shown = ordered if len(ordered) <= LISTED else ordered[:NEAREST]
    rest = len(ordered) - len(shown)
    more = (f"; {command} lists all {len(ordered)}" if command else f" and {rest} more") if rest else ""
    return Refusal(f"unknown {kind} {word!r}.{guess} Valid, nearest first: {', '.join(shown) or '(none)'}{more}")


def similar(word: str, name: str) -> bool:
    """Whether one may be the other, misspelt."""
    return difflib.SequenceMatcher(None, word.lower(), name.lower()).ratio() >= 0.6


def first_line(error: BaseException) -> str:
    """What an exception says in its first line, or its type if it says nothing: at most 300 characters, no password."""
    return hidden((str(error).strip().splitlines() or [type(error).__name__])[0])[:300]


def unreadable(path: Path, error: Exception) -> Refusal:
    """The refusal of a run's file that is missing, cut, or holds something else."""
    if isinstance(error, FileNotFoundError):
        what = "is missing"
    elif isinstance(error, OSError):
        what = f"cannot be read ({error.strerror or first_line(error)})"
    else:
        what = "is damaged or holds something else"
    return Refusal(
        f"{path} {what}: bring the file back, or delete the folder {path.parent} and train this run again with the "
        "study's own command"
    )


def os_error_text(error: OSError) -> str:
    """What the system says went wrong, and with which file, as far as it says so."""
    return ": ".join(str(part) for part in (error.strerror or first_line(error), error.filename) if part)
