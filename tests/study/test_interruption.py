"""Ctrl-C and SIGTERM: noted at once, raised where nothing is half done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from suite.study.interruption import Interruption
from suite.study.ledger import Ledger
from suite.study.search import candidate
from tests.study.test_coordinator import carry_out


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is not ignored, even where the tests themselves run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_raised_where_it_is_asked_for(number: int) -> None:
    before = signal.getsignal(number)
    with Interruption() as interruption:
        interruption.check()
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
    assert signal.getsignal(number) is before


def test_a_second_signal_is_not_waited_with() -> None:
    with Interruption():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_what_a_program_was_started_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            interruption.check()
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_where_a_library_would_swallow_it_is_not_lost(
    ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As scipy does, in compiled code, while it prepares the first quasi-random point."""
    drawn = []

    def swallowing(*arguments: object) -> dict[str, object]:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            pytest.fail("raised in the middle of a library")
        drawn.append(arguments)
        return quasi_random(*arguments)

    quasi_random = candidate.quasi_random
    monkeypatch.setattr(candidate, "quasi_random", swallowing)
    book = ledger()
    with pytest.raises(KeyboardInterrupt):
        carry_out(book, lambda key: "completed")
    assert len(drawn) == 1
    assert 0 < len(book.results) < 8
