"""How far each layer of a net lies from its logits: the head, and below it the levels and blocks of the backbone.

Read from the built graph and from the names that our families give, so that no family has to say it. The head is what
the pooled vector (see `backbone`) does not depend on: the layer of logits, those of another task, and auxiliary
classifiers. The rest is the backbone. Its blocks are called `stem`, `stage2_block1` and the like, or `conv3` in VGG; a
layer between blocks belongs to the block before it, and layers without such names are blocks of their own. Its levels
are the stages; where there is but one, as in ViT, or none, they are the blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from suite.models.backbone import backbone_steps
from suite.models.graph import steps

_NAMED = re.compile(r"(stem|stage\d+|conv\d+)(?:_(block\d+))?(?:_|$)")


@dataclass(frozen=True)
class Depth:
    """Where a layer lies. level, block: counted from the logits, 0 for the head, 1 for the last of the backbone."""

    level: int
    block: int

    @property
    def head(self) -> bool:
        return self.level == 0


HEAD = Depth(0, 0)


def depths(net: Any) -> dict[str, Depth]:
    """The depth of each layer that has weights, by its name, in the order in which they run.

    Raises ArchitectureError for another package's net that ends in no dense layer of its own.
    """
    found = steps(net)
    below = backbone_steps(net, found)
    weighted = [(number, step.layer) for number, step in enumerate(found) if getattr(step.layer, "weights", [])]
    backbone = [layer.name for number, layer in weighted if number in below]
    blocks = _blocks(backbone)
    stages = [block.partition("_block")[0] for block in blocks]
    levels = stages if sum(stage.startswith("stage") for stage in dict.fromkeys(stages)) != 1 else blocks
    by_level, by_block = _from_the_end(levels), _from_the_end(blocks)
    known = {name: Depth(*both) for name, *both in zip(backbone, by_level, by_block, strict=True)}
    return {layer.name: known.get(layer.name, HEAD) for _, layer in weighted}


def _blocks(names: Sequence[str]) -> list[str]:
    """The block of each layer; one without a block's name belongs to the block before it, where there are blocks."""
    matches = [_NAMED.match(name) for name in names]
    named = any(matches)
    found: list[str] = []
    for name, match in zip(names, matches, strict=True):
        if match:
            found.append("_".join(part for part in match.groups() if part))
        else:
            found.append(found[-1] if named and found else name.removesuffix("_bn"))
    return found


def _from_the_end(groups: Sequence[str]) -> list[int]:
    """For each group its number, counted from the one that begins last, from 1."""
    order = list(dict.fromkeys(groups))
    return [len(order) - order.index(group) for group in groups]
