from __future__ import annotations

import numpy as np
import pytest

from suite.analysis.changes.rows import ALIKE, CAME, OTHER_IMAGES, SAME_IMAGES, UNMEASURED, WENT, RowChange, row_changes
from suite.analysis.comparing.spreads import Lending
from suite.analysis.folder import reading
from suite.analysis.statistics.intervals import difference_interval
from suite.analysis.statistics.unpaired import unpaired_interval
from suite.core.metrics import by_name
from tests.analysis.changes.conftest import Arrays, Copy, misread


def compared(copy: Copy) -> dict[str, RowChange]:
    found = row_changes(reading.read(copy.source), reading.read(copy.folder))
    assert {row.track for row in found} == {"tuned"}
    return {row.candidate: row for row in found}


def test_on_the_same_images_the_change_is_paired(copy: Copy) -> None:
    copy.rewrite(arrays=misread("resnet8", 30))
    rows = compared(copy)
    assert {name: row.how for name, row in rows.items()} == {**dict.fromkeys(rows, ALIKE), "resnet8": SAME_IMAGES}
    row = rows["resnet8"]
    assert row.before is not None
    assert row.after is not None
    assert (row.before["rank"], row.after["rank"]) == (1, 5)
    assert row.change is not None
    assert row.change.mean == pytest.approx(row.after["test_error"] - row.before["test_error"])
    assert 0 < row.change.low < row.change.mean < row.change.high
    both = [reading.read(folder) for folder in (copy.source, copy.folder)]
    metric = by_name(both[0].task.metrics)["test_accuracy"]
    tables = [records.scores("resnet8", "tuned", metric) for records in both]
    spreads = [Lending(records).of("resnet8", "tuned", metric) for records in both]
    assert tables[0] is not None
    assert tables[1] is not None
    assert row.change == difference_interval(tables[0], tables[1], spreads=spreads)
    assert row.flips is not None
    assert (row.flips.flipped, row.flips.images) == (30, 359)
    assert row.flips.wronged + row.flips.righted <= 30


def test_on_other_images_the_change_is_not_paired_and_nothing_flips(copy: Copy) -> None:
    def other(arrays: Arrays) -> None:
        arrays["labels"] = np.roll(arrays["labels"], 1)
        for name in arrays:
            if name.rpartition("/")[2] in ("predicted", "confidence", "top5_hit"):
                arrays[name] = np.roll(arrays[name], 1)

    copy.rewrite(arrays=other)
    row = compared(copy)["resnet8"]
    assert row.how == OTHER_IMAGES
    assert row.flips is None
    assert row.change is not None
    assert row.change.mean == pytest.approx(0)
    read = reading.read(copy.source)
    metric = by_name(read.task.metrics)["test_accuracy"]
    scores = read.scores("resnet8", "tuned", metric)
    assert scores is not None
    spread = Lending(read).of("resnet8", "tuned", metric)
    assert row.change.high == pytest.approx(unpaired_interval(scores, scores, spreads=(spread, spread)).high)


def test_the_hash_of_the_test_images_counts_where_labels_agree(copy: Copy) -> None:
    copy.rewrite(study=lambda study: study["candidates"]["mlp"]["data"].update(test_hash="another"))
    rows = compared(copy)
    assert rows["mlp"].how == OTHER_IMAGES
    assert rows["lenet5"].how == ALIKE


def test_candidates_come_and_go_and_may_have_no_result(copy: Copy) -> None:
    def study(described: dict) -> None:  # type: ignore[type-arg]
        described["candidates"]["late"] = described["candidates"].pop("plain8")

    copy.rewrite(study=study, runs=lambda row: row["candidate"] != "mlp" or row["phase"] == "search")
    rows = compared(copy)
    assert (rows["late"].how, rows["plain8"].how, rows["mlp"].how) == (CAME, WENT, UNMEASURED)
    assert all(rows[name].change is None for name in ("late", "plain8", "mlp"))
    assert list(rows)[-1] == "plain8", "what went stands last"
