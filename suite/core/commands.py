"""What of a typed command is for others to read and to type again."""

from __future__ import annotations

import re
import shlex

OWN = re.compile(r"(?:workspace|data_dir|from|storage\.\w+|retry)=")
"""Where data, workspace and stores lie is nobody else's business, and changes nothing; nor does what failed before."""


def words_for_others(command: str) -> list[str]:
    """The words of a command, without those that are of one machine or one moment alone."""
    return [word for word in shlex.split(command) if not OWN.match(word)]
