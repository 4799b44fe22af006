from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis.comparing import deciding_images
from suite.analysis.comparing.deciding_images import EACH_WAY
from suite.analysis.folder import reading
from suite.analysis.folder.reading import Records
from suite.analysis.table.columns import table

PAIR = ("resnet20", "plain20")


@pytest.fixture
def read(rendered: Path) -> Records:
    return reading.read(rendered)


def hits(read: Records, name: str) -> np.ndarray:
    runs = read.finals(name, "tuned")
    return np.stack([read.arrays[f"{run}/predicted"] == read.arrays["labels"] for run in runs])


def test_they_are_where_the_seeds_differ_most(read: Records) -> None:
    first = deciding_images.of_track(read, table(read), {})[0]
    one, other = (hits(read, name) for name in PAIR)
    assert (first.pair, first.track, first.tested) == (PAIR, "tuned", 400)
    assert first.first == (one.all(axis=0) & ~other.any(axis=0)).sum() > 0
    assert first.second == (other.all(axis=0) & ~one.any(axis=0)).sum()
    ahead = one.mean(axis=0) - other.mean(axis=0)
    shown = [image.ahead for image in first.images]
    assert shown[:EACH_WAY] == pytest.approx(sorted(ahead, reverse=True)[:EACH_WAY])
    assert shown[EACH_WAY:] == pytest.approx(sorted(ahead)[: len(shown) - EACH_WAY])
    for image in first.images:
        assert ahead[image.place] == pytest.approx(image.ahead)
        assert image.true == read.study["data"]["class_names"][read.arrays["labels"][image.place]]
        assert image.right == (f"{one[:, image.place].sum()} of 3", f"{other[:, image.place].sum()} of 3")
        assert sum(image.said[0].values()) == 3
        assert image.said[0].get(image.true, 0) == one[:, image.place].sum()


def test_of_images_that_decide_alike_those_with_pixels_come_first(read: Records) -> None:
    first = deciding_images.of_track(read, table(read), {})[0]
    ahead = hits(read, PAIR[0]).mean(axis=0) - hits(read, PAIR[1]).mean(axis=0)
    last = first.images[EACH_WAY - 1]
    others = np.flatnonzero(np.isclose(ahead, last.ahead) & ~np.isin(range(400), [one.place for one in first.images]))
    assert len(others), "or there is nothing to choose from"
    again = deciding_images.of_track(read, table(read), {"resnet20": {int(others[0]), 10_000}})[0]
    was, now = ([image.place for image in one.images[:EACH_WAY]] for one in (first, again))
    assert others[0] in now
    assert now == [*was[: now.index(others[0])], others[0], *was[now.index(others[0]) : -1]]


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ([], [("resnet20", "plain20")]),
        ([{"better": "plain20", "than": "resnet20"}], [("resnet20", "plain20")]),  # the same two
        ([{"at_least": "lenet5", "as": "plain20"}], [("resnet20", "plain20"), ("lenet5", "plain20")]),
        (
            [{"rising": ["lenet5", "plain20", "resnet20"]}],
            [("resnet20", "plain20"), ("plain20", "lenet5")],
        ),
        (
            [{"gap_grows": [["lenet5", "resnet20"], ["plain20", "resnet20"]]}],
            [("resnet20", "plain20"), ("resnet20", "lenet5")],
        ),
        ([{"equal": ["lenet5", "lenet5"]}], [("resnet20", "plain20")]),
    ],
)  # fmt: skip
def test_pairs_are_the_first_two_and_whom_claims_compare(
    read: Records, claims: list[dict[str, Any]], wanted: list[tuple[str, str]]
) -> None:
    asked = replace(read, study={**read.study, "claims": [{"text": "t", **claim} for claim in claims]})
    assert deciding_images.pairs(asked, table(asked)) == wanted


def test_whoever_was_tested_on_other_images_is_not_compared(read: Records) -> None:
    others = {f"{run}/labels": read.arrays["labels"][::-1] for run in read.finals("plain20", "tuned")}
    asked = replace(read, arrays={**read.arrays, **others})
    assert not [one for one in deciding_images.of_track(asked, table(asked), {}) if "plain20" in one.pair]
