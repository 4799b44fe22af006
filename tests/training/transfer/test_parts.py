"""The parts that say what learns: their shares by hand, their numbers at rest, what does not go together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from suite.core.refusals import Refusal
from suite.models.depth import HEAD, Depth
from suite.training.recipe import Recipe, parts

TOP, BELOW = Depth(1, 1), Depth(2, 4)


def share(part: str, depth: Depth, epoch: float = 0.0, **numbers: Any) -> float:
    return float(np.array(parts("transfer")[part].share(depth, np.float32(epoch), numbers)))


def test_the_backbone_gets_its_share_and_the_head_all() -> None:
    assert share("backbone_rate", HEAD, backbone_rate=0.1) == 1.0
    assert share("backbone_rate", TOP, backbone_rate=0.1) == share("backbone_rate", BELOW, backbone_rate=0.1) == 0.1


def test_each_block_gets_a_share_of_the_one_above() -> None:
    shares = [share("layer_decay", depth, layer_decay=np.float32(0.5)) for depth in (HEAD, TOP, BELOW)]
    assert shares == [1.0, 0.5, 0.0625]


@pytest.mark.parametrize(("every", "first"), [(1, [0, 1, 2]), (3, [0, 3, 6])])
def test_levels_begin_to_learn_one_after_the_other(every: int, first: list[int]) -> None:
    for depth, begins in zip((HEAD, TOP, BELOW), first, strict=True):
        found = [share("unfreezing", depth, epoch, unfreeze=np.float32(every)) for epoch in range(8)]
        assert found == [float(epoch >= begins) for epoch in range(8)]


@pytest.mark.parametrize("part", parts("transfer").values(), ids=parts("transfer"))
def test_at_rest_a_part_is_no_part_of_an_identity_and_it_says_what_it_does(part: Any) -> None:
    plain = Recipe(epochs=2)
    (number,) = part.numbers
    assert number.name == part.switch
    assert Recipe.changed(plain.as_mapping(), {part.switch: number.neutral}).identity() == plain.identity()
    used = Recipe.changed(plain.as_mapping(), {part.switch: type(number.default)(not number.neutral)})
    assert used.identity() != plain.identity()
    assert used.structure() != plain.structure()
    assert part.says(used.as_mapping())
    assert part.share or part.prepare


@pytest.mark.parametrize(
    "other", [{"backbone_rate": 0.1}, {"layer_decay": 0.5}, {"unfreeze": 1}, {"freeze_statistics": True}]
)
def test_a_frozen_backbone_has_no_rate(other: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match=f"{next(iter(other))}.*freeze=true"):
        Recipe(freeze=True, **other)
