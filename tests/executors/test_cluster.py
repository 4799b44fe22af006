"""What fits a cluster and what is refused, without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.data.files import places
from suite.executors.cluster import Ask, Node, announcement, asked_of, at_once, difference, places_environment, unseen

SMALL, LARGE = Node("a", "10.0.0.1", 4, 0), Node("b", "10.0.0.2", 16, 2)


@pytest.mark.parametrize(
    ("node", "ask", "expected"),
    [
        (SMALL, Ask(1, 0), 4),
        (SMALL, Ask(3, 0), 1),
        (SMALL, Ask(5, 0), 0),
        (SMALL, Ask(1, 1), 0),
        (LARGE, Ask(4, 1), 2),
        (LARGE, Ask(4, 0.25), 4),
        (LARGE, Ask(1, 0.1), 16),
        (LARGE, Ask(1, 0.6), 2),
        (LARGE, Ask(1, 0.3), 6),
        (LARGE, Ask(4, 2), 1),
        (LARGE, Ask(4, 3), 0),
    ],
)
def test_how_many_runs_a_node_holds(node: Node, ask: Ask, expected: int) -> None:
    assert node.fits(ask) == expected


def test_a_run_asks_for_a_gpu_where_there_is_one_and_for_as_many_as_configured() -> None:
    assert asked_of([SMALL], 2, None) == Ask(2, 0)
    assert asked_of([SMALL, LARGE], 2, None) == Ask(2, 1)
    assert asked_of([SMALL, LARGE], 2, 0.5) == Ask(2, 0.5)
    assert asked_of([SMALL, LARGE], 2, 0) == Ask(2, 0)


def test_a_cluster_without_room_is_refused_with_what_it_has_and_what_a_run_asks_for() -> None:
    with pytest.raises(Refusal) as refused:
        at_once([SMALL, LARGE], Ask(8, 4))
    assert str(refused.value) == (
        "no node of the Ray cluster can hold a run: each asks for 8 CPUs and 4 GPUs, and there is "
        "10.0.0.1 with 4 CPUs and 0 GPUs; 10.0.0.2 with 16 CPUs and 2 GPUs. "
        "Set threads=N or ray.gpus=N to what a node has, or join another cluster with ray.address=..."
    )
    with pytest.raises(Refusal, match="no node alive"):
        at_once([], Ask(1, 0))


def test_workers_beyond_what_fits_are_said_in_a_line() -> None:
    assert announcement([SMALL, LARGE], Ask(4, 0), 5, False, "10.0.0.1:6379") == [
        "Ray: joined the cluster at 10.0.0.1:6379: 2 nodes, 20 CPUs, 2 GPUs; each run asks for 4 CPUs"
    ]
    assert announcement([SMALL], Ask(4, 0), 2, True, "local") == [
        "Ray: started a cluster on this machine: 1 node, 4 CPUs, 0 GPUs; each run asks for 4 CPUs",
        "Ray: workers=2, but 1 run fits at once: the others wait for room",
    ]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({}, None),
        ({"versions": {"keras": "3.14"}}, "keras is 3.14 there and 3.15 here"),
        ({"versions": {}}, "keras is missing there and 3.15 here"),
        ({"commit": "2" * 40}, "the suite's commit is 222222222222 there and 111111111111 here"),
        ({"commit": None}, None),
    ],
)
def test_other_software_is_told_apart(there: dict[str, object], expected: str | None) -> None:
    here = {"versions": {"keras": "3.15"}, "commit": "1" * 40}
    assert difference(here, {**here, **there}) == expected


def test_a_node_that_does_not_see_the_workspace_is_named() -> None:
    assert "node 10.0.0.2 does not see the workspace /work" in unseen(Path("/work"), "10.0.0.2")


def test_nodes_look_for_data_where_the_coordinator_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variables that data sets are found with, whatever folder Ray was started in there."""
    monkeypatch.setenv(places.VARIABLE, "sets")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert places_environment() == {"SUITE_DATA_DIR": str(tmp_path / "sets")}
    monkeypatch.setenv("KERAS_HOME", "/mnt/keras")
    assert places_environment() == {"SUITE_DATA_DIR": str(tmp_path / "sets"), "KERAS_HOME": "/mnt/keras"}
    monkeypatch.setenv(places.VARIABLE, "")
    assert places_environment() == {"KERAS_HOME": "/mnt/keras"}
