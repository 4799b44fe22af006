from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from suite import tasks
from suite.analysis import rendering
from suite.analysis.comparing.claims import Judgement, Needed
from suite.analysis.comparing.differences import COLUMNS
from suite.analysis.folder import reading
from suite.analysis.statistics.intervals import Interval
from suite.analysis.table import cells, presentation
from suite.analysis.table.columns import table
from suite.analysis.table.literature import Erratum
from suite.analysis.table.presentation import headline, known, measured, present
from suite.core.directories import RunKey
from suite.core.metrics import by_name
from tests.analysis.conftest import Store


def shown(store: Store, study: dict[str, Any]) -> pd.DataFrame:
    return present(table(reading.read(rendering.refresh(store.workspace, study["study"])))).set_index("Architecture")


def test_no_bare_number(rendered: Path) -> None:
    first = present(table(reading.read(rendered))).iloc[0]
    assert first["Rank"] == "1"
    assert first["Parameters"] == "269,722"
    assert first["Multiply-adds"] == "40.6 M"
    assert first["n (seeds × images)"] == "3 × 400"
    assert first["Test error, top-1 (95%)"].count("%") == 1
    assert " to " in first["Test error, top-1 (95%)"]
    assert first["Published error here"].startswith("8.75% (")
    assert first["CPU time"].endswith(" s")


def test_everything_is_in_one_of_the_two_tables(rendered: Path) -> None:
    whole = present(table(reading.read(rendered)))
    assert set(measured(whole)) | set(known(whole)) == set(whole)
    assert list(known(whole))[:3] == ["Architecture", "Year", "Depth"]
    assert "Key innovation" not in measured(whole)


def test_an_option_that_may_switch_the_innovation_off_stands_beside_it() -> None:
    row = {"key_innovation": "Shortcuts", "options": '{"skip": false, "width": 0.5}'}
    assert cells.innovation(row) == "Shortcuts (here with skip=False)"
    assert cells.innovation({**row, "options": '{"width": 0.5}'}) == "Shortcuts"


def test_what_is_missing_is_said(store: Store, described: Callable[..., Any]) -> None:
    study = described(state="running")
    store.whole(study)
    for number in (1, 2):
        (store.instance(study) / f"lenet5/tuned/final/{number}/result.json").unlink()
    store.run(study, RunKey("plain20", "tuned", "final", 0), outcome="diverged")
    notes = shown(store, study)["Note"]
    assert notes["lenet5"] == (
        "1 of 3 seeds so far: not ranked (2 not finished); interval from images only; 2 unfinished"
    )
    assert notes["plain20"] == "2 of 3 seeds so far: not ranked (1 diverged); 1 failed"
    assert notes["resnet20"] == ""
    store.describe({**study, "state": "finished"})
    assert shown(store, study)["Note"]["plain20"] == "2 of 3 seeds: not ranked (1 diverged); 1 failed"


def test_ranks_of_fewer_seeds_are_said_to_be_of_so_far(store: Store, described: Callable[..., Any]) -> None:
    study = described(state="interrupted")
    store.whole(study)
    shutil.rmtree(store.instance(study) / "plain20/tuned/final/2")
    notes = shown(store, study)["Note"]
    assert (notes["plain20"], notes["resnet20"]) == ("2 of 3 seeds so far", "")


def test_only_a_gpus_time_is_headed_gpu_time(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    assert "GPU time" not in shown(store, study)
    for candidate in study["candidates"]:
        for key in [RunKey(candidate, "tuned", "final", n) for n in range(3)]:
            store.run(study, key, device="NVIDIA H200")
        for key in [RunKey(candidate, "tuned", "search", n) for n in range(4)]:
            store.run(study, key, device="NVIDIA H200")
    assert "GPU time" in shown(store, study)
    assert "CPU time" not in shown(store, study)


def test_a_candidates_options_are_named(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["plain20"].update(architecture="resnet20", options={"skip": False, "width": 0.5})
    store.describe(study)
    assert "plain20 (resnet20 skip=False, width=0.5)" in shown(store, study).index


def rows(**values: Any) -> pd.DataFrame:
    first = {
        "rank": 1,
        "candidate": "a",
        "test_error": 0.1,
        "test_error_low": 0.08,
        "test_error_high": 0.12,
        "seeds": 3,
        "seeds_planned": 3,
        "trainable_params": 75_002,
        "device_seconds": 5.11,
        "device": "CPU",
    }
    return pd.DataFrame([first | values])


def test_the_headline_says_what_the_first_costs() -> None:
    wanted = "10.00% (8.00 to 12.00), with 75,002 parameters and 5.11 s of CPU time a training."
    assert headline(rows(), pd.DataFrame(columns=COLUMNS)).endswith(wanted)
    assert "(8.00 to 12.00)." in headline(rows(trainable_params=None, device_seconds=None), pd.DataFrame())


def test_headlines() -> None:
    behind = pd.DataFrame([("b", 0.1, 0.05, 0.15, True, False, None)], columns=COLUMNS)
    assert "ahead of every other ranked candidate; at most 5%" in headline(rows(), behind)
    assert "leads b, the next, by +10.00 points (+5.00 to +15.00)." in headline(rows(), behind)
    assert "one seed says no more" in headline(rows(), behind.assign(images_only=True))
    open_one = behind.assign(decided=False)
    assert headline(rows(), open_one).endswith("chosen as first, the results do not decide between it and b.")
    nothing = rows(rank=None)
    assert headline(nothing.assign(state="running", seeds=0), behind.iloc[:0]) == "No final run has finished yet."
    over = headline(nothing.assign(state="finished"), behind.iloc[:0])
    assert over == "No candidate is ranked: that needs all planned seeds, completed."
    under_way = headline(nothing.assign(state="running"), behind.iloc[:0])
    assert under_way.endswith("all planned seeds, completed, or as many of every candidate so far.")
    early = headline(rows(seeds=2), behind)
    assert "So far it is ahead of every other ranked candidate" in early
    assert "at most 5%" not in early, "who looks after every round decides more often"
    two = pd.concat([rows(), rows(rank=None)])
    assert "lowest test error of the ranked candidates" in headline(two, behind.iloc[:0])
    assert headline(rows(), behind.iloc[:0]).startswith("a has the lowest test error, 10.00% (8.00 to 12.00), with")


def test_claims_say_what_was_tested() -> None:
    metric = by_name(tasks.get("classification").metrics)["test_accuracy"]
    advantage = Interval(0.02, 0.01, 0.03, 9.0, (3, 3), 400)
    claim = Judgement("text", "", "tuned", "better", ("a", "b"), metric, 0.005, "supported", advantage, "")
    (row,) = presentation.claims([claim]).to_dict("records")
    assert row["Tested as"] == "a better than b in test_accuracy by more than 0.50 points"
    assert row["Advantage (95%)"] == "+2.00 points (+1.00 to +3.00)"
    assert row["Verdict"] == "supported"
    assert row["Would decide"] == "–"


@pytest.mark.parametrize(
    ("form", "names", "changes", "said"),
    [
        ("at_least", "ab", {}, "a at least as good as b in test_accuracy within 0.50 points"),
        ("at_least", "ab", {"margin": 0.0}, "a at least as good as b in test_accuracy"),
        (
            "at_least",
            "ab",
            {"margin": 0.0, "with_less": "macs"},
            "a at least as good as b in test_accuracy, with less macs",
        ),
        ("equal", "ab", {}, "a and b equal in test_accuracy within 0.50 points"),
        ("rising", "abc", {"margin": 0.0}, "a, b, c: each better than the one before in test_accuracy"),
        (
            "gap_grows",
            "abcd",
            {},
            "the lead of b over a, d over c: each larger than the one before in test_accuracy by more than 0.50 points",
        ),
    ],
)
def test_each_form_of_claim_says_what_was_tested(form: str, names: str, changes: dict[str, Any], said: str) -> None:
    metric = by_name(tasks.get("classification").metrics)["test_accuracy"]
    claim = Judgement("text", "", "tuned", form, tuple(names), metric, 0.005, "not decided", None, "")
    (row,) = presentation.claims([replace(claim, **changes)]).to_dict("records")
    assert row["Tested as"] == said


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (Needed(12, 40_000), "12 seeds each"),
        (Needed(None, 40_000), "40,000 test images"),
        (Needed(None, None), "more seeds and images"),
    ],
)
def test_what_would_decide_an_open_claim(needed: Needed, said: str) -> None:
    metric = by_name(tasks.get("classification").metrics)["test_accuracy"]
    advantage = Interval(0.0, -0.01, 0.01, 9.0, (3, 3), 400)
    claim = Judgement(
        "text", "", "tuned", "better", ("a", "b"), metric, 0.0, "not decided", advantage, "", None, 0.014, needed
    )
    (row,) = presentation.claims([claim]).to_dict("records")
    assert row["Would decide"] == said
    assert row["Could have seen (80%)"] == "1.40 points"


def test_a_misquotation_stands_beside_what_it_really_is() -> None:
    (row,) = presentation.misquoted([Erratum(("a", "b"), "Said.", "True.", "Paper")]).to_dict("records")
    assert list(row.values()) == ["a, b", "Said.", "True.", "Paper"]
    assert presentation.misquoted([]).empty


def test_differences_are_points_with_their_sign() -> None:
    frame = pd.DataFrame([("b", 0.031, -0.002, 0.064, False, False, None)], columns=COLUMNS)
    (row,) = presentation.differences(frame).to_dict("records")
    assert row == {"Candidate": "b", "Behind the first, points (95%)": "+3.10 (−0.20 to +6.40)", "Decided": "no"}
    (single,) = presentation.differences(frame.assign(mid_p=0.0123)).to_dict("records")
    assert single == row | {"McNemar, mid-p (Holm)": "0.012"}
