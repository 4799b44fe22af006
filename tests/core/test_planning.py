from __future__ import annotations

from suite.core.planning import run_keys


def test_runs_are_counted_candidate_by_candidate_the_search_first() -> None:
    keys = run_keys(["a", "b"], ["shared", "tuned"], {"tuned": 2}, seeds=1)
    assert [str(key) for key in keys] == [
        f"{name}/{rest}"
        for name in ("a", "b")
        for rest in ("shared/final/0", "tuned/search/0", "tuned/search/1", "tuned/final/0")
    ]


def test_a_candidate_that_searches_nothing_has_final_runs_alone() -> None:
    keys = run_keys(iter(["a", "b"]), iter(["tuned"]), {"tuned": 2}, 1, unsearched={"a"})
    assert [str(key) for key in keys] == ["a/tuned/final/0", "b/tuned/search/0", "b/tuned/search/1", "b/tuned/final/0"]
