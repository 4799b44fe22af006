"""Ctrl-C and SIGTERM while runs are handed out: taken note of, and raised where nothing is half done.

Python raises KeyboardInterrupt wherever the program happens to be. In a library's compiled code it may be printed and
forgotten there: scipy's, which was about to prepare Sobol's sequence, then goes on with half of its numbers.
"""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Within it the signals are noted. One that was ignored before (`... &` in a script) stays ignored."""

    def __init__(self) -> None:
        self._asked = False
        self._previous: dict[int, Any] = {}

    def check(self) -> None:
        """Raise KeyboardInterrupt if somebody asked for the end."""
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, *_: Any) -> None:
        if self._asked:
            raise KeyboardInterrupt  # asked for again, by somebody who does not wait
        self._asked = True

    def __enter__(self) -> Interruption:
        if (
            threading.current_thread() is threading.main_thread()
        ):  # only there can it be done; a notebook's other need not
            heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
            self._previous = {number: signal.signal(number, self._note) for number in heard}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
