"""Output on terminals and into files that know few characters: others stand in for what they lack."""

from __future__ import annotations

import codecs
import sys
import unicodedata

HANDLER = "suite.others"
_OTHERS = {
    "±": "+-", "×": "x", "·": ".", "–": "-", "—": "-", "−": "-", "…": "...", "µ": "u", "≥": ">=", "≤": "<=", "→": "->",
    "“": '"', "”": '"', "‘": "'", "’": "'", "≈": "~", "∞": "inf", "✓": "v", "✗": "x", "•": "*", "█": "#",
}  # fmt: skip


def other_characters(error: UnicodeError) -> tuple[str, int]:
    """An error handler for encoding: a character of the same meaning, a letter without its accent, or its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = "".join(_other(character) for character in error.object[error.start : error.end])
    return found, error.end


def _other(character: str) -> str:
    plain = _OTHERS.get(character) or unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or character.encode("ascii", "backslashreplace").decode()


def never_fail() -> None:
    """Let standard output and errors take any text, whatever their encoding."""
    codecs.register_error(HANDLER, other_characters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)
