"""Errors on corrupted images: from the runs' files to the table, the page and its figure, against sums by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.comparing.claims import judgements
from suite.analysis.figures import corruption
from suite.analysis.folder import reading
from suite.analysis.folder.values import relative
from suite.analysis.statistics.intervals import accuracy_interval, mean_squares, own_spread
from suite.analysis.statistics.lending import lend
from suite.analysis.statistics.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED
from suite.analysis.table.columns import table
from suite.core import directories
from suite.core.durable import read_json
from suite.core.evaluation import write_evaluation
from tests.analysis.conftest import Store

KINDS, STRENGTHS = ["fog", "snow"], [1, 3, 5]
RISE = {"resnet20": 0.1, "plain20": 0.2, "lenet5": 0.4}


def asked(baseline: str | None = None) -> dict[str, Any]:
    return {"corruptions": {"kinds": KINDS, "strengths": STRENGTHS, "baseline": baseline}}


def evaluate(
    store: Store, study: dict[str, Any], leave: tuple[str, int] | None = None, seeds: float = 0.0
) -> dict[str, np.ndarray]:
    """Hits (kinds, strengths, N) of each final run, written as a worker would; without one run where `leave` says.
    `seeds`: how far the seeds' shares of errors spread."""
    found = {}
    for candidate in study["candidates"]:
        for number in range(study["seeds"]):
            key = directories.RunKey(candidate, study["tracks"][0], "final", number)
            directory = store.instance(study) / key.path
            rng = np.random.default_rng([len(candidate), number])
            share = RISE[candidate] * np.array([[1.0], [1.5]]) * np.array([0.5, 1.0, 1.5])
            share = share + seeds * rng.normal()
            hits = rng.random((2, 3, 400)) >= share[..., None]
            if (candidate, number) == leave:
                continue
            names = {
                f"{kind}/{strength}": hits[i, j] for i, kind in enumerate(KINDS) for j, strength in enumerate(STRENGTHS)
            }
            np.savez(directory / directories.CORRUPTED, ended_at=1020.0, **names, **{"jpeg/1": hits[0, 0]})
            write_evaluation(directory, 1020.0, {name: 1 - one.mean() for name, one in names.items()})
            found[str(key)] = hits
    return found


@pytest.fixture
def whole(store: Store, described: Callable[..., Any]) -> Callable[..., tuple[Path, dict[str, np.ndarray]]]:
    """Make a whole study that was evaluated; returns its folder, and the hits of its runs."""

    def make(
        baseline: str | None = None, leave: tuple[str, int] | None = None, seeds: float = 0.0, **changes: Any
    ) -> tuple[Path, dict[str, np.ndarray]]:
        study = described(**asked(baseline), **changes)
        store.whole(study)
        hits = evaluate(store, study, leave, seeds)
        return rendering.refresh(store.workspace, study["study"]), hits

    return make


def of(hits: dict[str, np.ndarray], candidate: str) -> np.ndarray:
    return np.stack([found for key, found in hits.items() if key.startswith(f"{candidate}/")])


def test_the_table_has_the_mean_with_the_interval_of_other_scores(whole: Callable[..., Any]) -> None:
    folder, hits = whole()
    rows = table(reading.read(folder)).set_index("candidate")
    assert list(rows.columns)[-3:] == ["corruption_error", "corruption_error_low", "corruption_error_high"]
    for candidate in RISE:
        mine = of(hits, candidate)
        expected = accuracy_interval(mine.mean(axis=(1, 2)))
        row = rows.loc[candidate]
        assert row.corruption_error == pytest.approx(1 - mine.mean(), abs=1e-6)
        assert row.corruption_error_low == pytest.approx(1 - expected.high, abs=1e-6)
        assert row.corruption_error_high == pytest.approx(1 - expected.low, abs=1e-6)


def test_mce_divides_by_the_baselines_kind_by_kind(whole: Callable[..., Any]) -> None:
    folder, hits = whole("lenet5")
    rows = table(reading.read(folder)).set_index("candidate")
    base = (1 - of(hits, "lenet5").mean(axis=3)).mean(axis=0).sum(axis=1)
    for candidate in RISE:
        errors = 1 - of(hits, candidate).mean(axis=3)
        by_run = [np.mean([run[kind].sum() / base[kind] for kind in range(2)]) for run in errors]
        assert rows.loc[candidate].mce == pytest.approx(np.mean(by_run), rel=1e-5)
    assert rows.loc["lenet5"].mce == pytest.approx(1.0)
    assert rows.loc["resnet20"].mce < rows.loc["plain20"].mce < 1


def test_without_an_error_of_the_baseline_there_is_no_ratio() -> None:
    found = relative(np.full((2, 1, 3), 0.5), np.zeros((2, 1, 3)))
    assert np.isnan(found).all()


def test_the_page_has_errors_by_kind_a_figure_and_how_it_was_measured(whole: Callable[..., Any]) -> None:
    folder, hits = whole("lenet5")
    rendering.render(folder)
    page = (folder / "report.md").read_text(encoding="utf-8")
    mean = 100 * (1 - of(hits, "plain20")[:, 1].mean())
    line = next(line for line in page.splitlines() if line.startswith("| snow |"))
    assert f"{mean:.2f}%" in line
    assert "mCE against lenet5" in page
    assert "2 kinds of Hendrycks and Dietterich (2019) at strengths 1, 3, 5" in page
    assert "frost" not in page
    assert (folder / "figures" / "corruptions-tuned.svg").exists()
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "On corrupted test images" in html
    assert not rendering.check(folder)


def test_curves_start_at_the_clean_error(whole: Callable[..., Any]) -> None:
    folder, hits = whole()
    read = reading.read(folder)
    curve = corruption._curve(read, "resnet20", "tuned")
    assert curve is not None
    np.testing.assert_array_equal(curve.epochs, [0, 1, 3, 5])
    clean = 100 * (1 - read.of("resnet20", "tuned", "final").test_accuracy.mean())
    assert curve.mean[0] == pytest.approx(clean)
    np.testing.assert_allclose(curve.mean[1:], 100 * (1 - of(hits, "resnet20").mean(axis=(0, 1, 3))), rtol=1e-5)


def test_a_run_that_is_not_evaluated_yet_is_left_out(whole: Callable[..., Any]) -> None:
    folder, hits = whole("lenet5", leave=("plain20", 1))
    rows = table(reading.read(folder)).set_index("candidate")
    assert rows.loc["plain20"].corruption_error == pytest.approx(1 - of(hits, "plain20").mean(), abs=1e-6)
    assert len(of(hits, "plain20")) == 2
    rendering.render(folder)


def test_a_study_that_does_not_ask_has_nothing_of_it(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    folder = rendering.refresh(store.workspace, study["study"])
    rendering.render(folder)
    names = ("report.html", "report.md", "table.csv", "runs.csv", "records.npz")
    before = {name: (folder / name).read_bytes() for name in names}
    assert not any("orrupt" in text.decode(errors="replace") for text in before.values())
    evaluate(store, study)  # for another command, which asked
    rendering.refresh(store.workspace, study["study"])
    rendering.render(folder)
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_records_hold_what_was_asked_for_alone(whole: Callable[..., Any]) -> None:
    folder, hits = whole()
    read = reading.read(folder)
    key, mine = next(iter(hits.items()))
    np.testing.assert_allclose(read.arrays[f"{key}/corruption_error"], 1 - mine.mean(axis=2), rtol=1e-6)
    np.testing.assert_allclose(read.arrays[f"{key}/corrupted"], mine.mean(axis=(0, 1)), rtol=1e-6)
    assert read_json(folder / "study.json")["corruptions"] == asked()["corruptions"]


def test_candidates_lend_each_other_their_seeds_spread_here_too(whole: Callable[..., Any]) -> None:
    folder, hits = whole("lenet5", seeds=0.03)
    rows = table(reading.read(folder)).set_index("candidate")
    tables = [1 - of(hits, candidate).mean(axis=(1, 2)) for candidate in RISE]
    lent = lend([own_spread(mean_squares(found)) for found in tables])
    for candidate, found, spread in zip(RISE, tables, lent, strict=True):
        expected = accuracy_interval(found, spread=spread)
        assert rows.loc[candidate].corruption_error_low == pytest.approx(expected.low, abs=1e-6)
        assert rows.loc[candidate].corruption_error_high == pytest.approx(expected.high, abs=1e-6)
    folder, _ = whole("lenet5", seeds=0.03, intervals="own")
    own = table(reading.read(folder)).set_index("candidate")
    for candidate, found in zip(RISE, tables, strict=True):
        assert own.loc[candidate].corruption_error_low == pytest.approx(accuracy_interval(found).low, abs=1e-6)
    for name in ("corruption_error", "mce"):
        low, other = rows[f"{name}_low"], own[f"{name}_low"]
        assert not np.allclose(low.to_numpy(float), other.to_numpy(float), atol=1e-4)


def test_no_interval_reaches_beyond_what_an_error_can_be(whole: Callable[..., Any]) -> None:
    folder, _ = whole("lenet5", seeds=0.1, intervals="own")
    cells = corruption.by_kind(reading.read(folder), "tuned").set_index("Corruption").to_numpy().ravel()
    ends = [tuple(map(float, cell.partition("(")[2].rstrip(")").split(" to "))) for cell in cells]
    assert all(0 <= low <= high <= 100 for low, high in ends)
    assert any(low == 0 for low, _ in ends)


def claim(metric: str, better: str = "resnet20", than: str = "lenet5") -> dict[str, Any]:
    return {"text": "a claim", "better": better, "than": than, "metric": metric}


@pytest.mark.parametrize("metric", ["corruption_error", "corruption_error_snow", "mce"])
def test_claims_may_be_about_it(metric: str, whole: Callable[..., Any]) -> None:
    folder, hits = whole("lenet5", claims=[claim(metric), claim(metric, "lenet5", "resnet20")])
    found, opposite = judgements(reading.read(folder))
    assert (found.verdict, opposite.verdict) == (SUPPORTED, CONTRADICTED)
    errors = {name: 1 - of(hits, name).mean(axis=(0, 2, 3)) for name in RISE}
    expected = {
        "corruption_error": errors["lenet5"].mean() - errors["resnet20"].mean(),
        "corruption_error_snow": errors["lenet5"][1] - errors["resnet20"][1],
        "mce": 1 - np.mean(errors["resnet20"] / errors["lenet5"]),
    }
    assert found.advantage.mean == pytest.approx(expected[metric], abs=1e-6)
    assert opposite.advantage.mean == pytest.approx(-found.advantage.mean)
    assert bool(found.advantage.images) == (metric == "corruption_error")
    rendering.render(folder)
    assert f"{100 * expected[metric]:+.2f} points" in (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", ["corruption_error", "mce"])
def test_a_claim_waits_for_all_final_runs_to_be_evaluated(metric: str, whole: Callable[..., Any]) -> None:
    folder, _ = whole("lenet5", leave=("resnet20", 1), claims=[claim(metric)])
    (found,) = judgements(reading.read(folder))
    assert (found.verdict, found.advantage) == (UNDECIDED, None)
    assert found.reason == "of the final runs 2 of resnet20's were evaluated on corrupted images"


def test_without_corruptions_no_claim_is_about_them(store: Store, described: Callable[..., Any]) -> None:
    study = described(claims=[claim("corruption_error")])
    store.whole(study)
    (found,) = judgements(reading.read(rendering.refresh(store.workspace, study["study"])))
    assert found.reason == "corruption_error is nothing that the task measures"
