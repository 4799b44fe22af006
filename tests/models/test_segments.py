"""Where a net is cut: against every way to cut it, and on graphs whose best cuts can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pytest

from suite.models import build_outline
from suite.models.graph import Step, steps
from suite.models.segments import cut


def net_of(*layers: tuple[int, tuple[int, ...]]) -> list[Step]:
    """An input of 10 numbers, then layers: how many numbers each gives, and which steps it reads."""
    sizes = [10, *(size for size, _ in layers)]
    read = [(), *(sources for _, sources in layers)]
    return [
        Step(None, tuple((source, 0) for source in sources), tuple((None, sizes[s]) for s in sources), ((None, size),))
        for size, sources in zip(sizes, read, strict=True)
    ]


def chain(*sizes: int) -> list[Step]:
    return net_of(*((size, (number,)) for number, size in enumerate(sizes)))


def held(net: Sequence[Step], ends: Sequence[int]) -> int:
    """Numbers at the worst moment, by looking at every segment and every cut in turn; the last step is the output."""
    size = [step.output_shapes[0][1] or 0 if step.inputs else 0 for step in net]
    starts = (0, *ends[:-1])
    largest = max(sum(size[start:end]) for start, end in zip(starts, ends, strict=True))
    crossing = 0
    for end in ends[:-1]:
        crossing += sum(
            size[source]
            for source in range(end)
            if any((source, 0) in net[reader].inputs for reader in range(end, len(net)))
        )
    return largest + crossing


def every_way(net: Sequence[Step]) -> Iterator[tuple[int, ...]]:
    for count in range(len(net)):
        for chosen in combinations(range(1, len(net)), count):
            yield (*chosen, len(net))


def test_a_chain_of_equal_layers_is_cut_into_its_root() -> None:
    ends = cut(chain(*[1] * 16), [(16, 0)])
    assert held(chain(*[1] * 16), ends) == 7, "three cuts, and four in the largest segment"
    assert len(ends) == 4


def test_cuts_are_where_little_passes() -> None:
    ends = cut(chain(8, 8, 1, 8, 8, 1, 8, 8), [(8, 0)])
    assert ends == [4, 7, 9], "behind the layers of one number"


def test_a_block_with_a_shortcut_is_cut_at_its_ends() -> None:
    """Three blocks of three layers, whose input is added to what they give."""
    blocks = net_of(*[(4, (0,))], *((4, ((3 * b + 1) if k == 0 else 3 * b + k + 1, *([3 * b + 1] if k == 2 else [])))
                                     for b in range(3) for k in range(3)))  # fmt: skip
    ends = cut(blocks, [(10, 0)])
    assert set(ends[:-1]) <= {2, 5, 8}, "after the stem or a block, where one map passes"
    assert held(blocks, ends) == min(held(blocks, way) for way in every_way(blocks))


@pytest.mark.parametrize("seed", range(20))
def test_no_other_way_to_cut_holds_much_less(seed: int) -> None:
    """Graphs whose layers read any of the three before them; the paper's own walk promises less."""
    random = np.random.default_rng(seed)
    layers = []
    for number in range(9):
        earlier = range(max(0, number - 2), number + 1)
        others = [source for source in earlier if source != number and random.random() < 0.3]
        layers.append((int(random.integers(1, 9)), (number, *others)))
    net = net_of(*layers)
    ends = cut(net, [(9, 0)])
    assert held(net, ends) <= 1.25 * min(held(net, way) for way in every_way(net))
    assert held(net, ends) <= held(net, (len(net),))


def test_what_cannot_be_cut_is_whole() -> None:
    assert cut(chain(5), [(1, 0)]) == [2]


@pytest.mark.parametrize("name", ["resnet20", "article_cnn", "vit_ti16", "googlenet"])
def test_real_nets_hold_less(name: str) -> None:
    net = build_outline(name, (32, 32, 3), 10)
    found = steps(net)
    sizes = [int(np.prod(step.output_shapes[0][1:])) for step in found if step.inputs]
    ends = cut(found, [(len(found) - 1, 0)])
    assert len(ends) > 1
    largest = max(sum(sizes[max(start - 1, 0) : end - 1]) for start, end in zip((0, *ends[:-1]), ends, strict=True))
    assert largest < 0.5 * sum(sizes)
