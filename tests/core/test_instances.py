from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from suite.core import directories
from suite.core.instances import choose, find, instances
from suite.core.refusals import Refusal
from tests.analysis.conftest import Store


def test_the_instance_that_ran_last_is_the_default(store: Store, described: Callable[..., Any]) -> None:
    store.describe(described(instance="a", budget="smoke"), started_at=2000.0)
    store.describe(described(instance="b", budget="laptop"), started_at=1000.0)
    assert instances(store.workspace, "fabricated") == ["b", "a"]
    assert find(store.workspace, "fabricated").name == "a"
    assert find(store.workspace, "fabricated", "b").name == "b"
    assert choose(store.workspace, "fabricated", {"budget": "laptop"}) == "b"
    assert choose(store.workspace, "fabricated", {}) is None


def test_sessions_may_name_their_time_in_words(store: Store, described: Callable[..., Any]) -> None:
    for name, started in (("late", "2026-01-02T00:00:00+00:00"), ("early", "2026-01-01T00:00:00+00:00")):
        instance = store.describe(described(instance=name))
        (instance / directories.SESSIONS).write_text(f'{{"started_at": "{started}"}}\n{{"torn', encoding="utf-8")
    without = store.describe(described(instance="oldest"))
    (without / directories.SESSIONS).unlink()
    os.utime(without / directories.STUDY, (1.0, 1.0))
    assert instances(store.workspace, "fabricated") == ["oldest", "early", "late"]


def test_what_is_not_there_is_refused(store: Store, described: Callable[..., Any]) -> None:
    with pytest.raises(Refusal, match=r"has not run in .*: start it with python -m suite\.run study=fabricated"):
        find(store.workspace, "fabricated")
    store.describe(described(instance="cifar10-laptop"))
    with pytest.raises(
        Refusal, match=r"unknown instance of fabricated 'cifar10-latpop'\. Did you mean 'cifar10-laptop'"
    ):
        find(store.workspace, "fabricated", "cifar10-latpop")
    with pytest.raises(Refusal, match=r"no instance with budget=full; it has: cifar10-laptop"):
        choose(store.workspace, "fabricated", {"budget": "full"})
