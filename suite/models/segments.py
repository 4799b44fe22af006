"""Where a net is cut into segments, of which only the ends are kept for the backward pass.

Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174, section 4: what lies
between two cuts is computed once more when its gradients are wanted. The paper walks through the graph with a budget
for each segment and cuts where it is spent; here the cheapest cuts under each budget are found, and then the budget
under which least is kept. A cut may go through several maps at once, so that a graph needs no place where only one
passes. No Keras here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from suite.models.graph import Step

BUDGETS = 48
"""So many budgets are tried: the whole net, a half of it, a third, and so on. A net of n equal layers wants the root
of n, and the deepest here have about a thousand."""


def cut(steps: Sequence[Step], outputs: Sequence[tuple[int, int]]) -> list[int]:
    """How many steps come before the end of each segment, rising; the last is all of them.

    outputs: (number of the step, number of its output) of what the net gives, which is kept whatever is cut. With a
    single entry nothing is gained by cutting.
    """
    inside, across = [_elements(step) for step in steps], _across(steps, outputs)
    total = sum(inside)
    plans = (_cheapest(inside, across, total / parts) for parts in range(1, BUDGETS + 1))
    return min((plan for plan in plans if plan), key=lambda ends: kept(inside, across, ends))


def kept(inside: Sequence[int], across: Sequence[int], ends: Sequence[int]) -> int:
    """Numbers of one image that are held at the worst moment: at every cut, and within the largest segment.

    inside: what each step gives; across: what a cut after each step goes through.
    """
    starts = [0, *ends[:-1]]
    largest = max(sum(inside[start:end]) for start, end in zip(starts, ends, strict=True))
    return largest + sum(across[end - 1] for end in ends[:-1])


def _elements(step: Step) -> int:
    """Numbers that a step gives for one image; what the net is given lies there anyway."""
    return sum(math.prod(side or 1 for side in shape[1:]) for shape in step.output_shapes) if step.inputs else 0


def _across(steps: Sequence[Step], outputs: Sequence[tuple[int, int]]) -> list[int]:
    """Numbers of one image that steps after each one read and steps up to it give."""
    last = {place: len(steps) for place in outputs}
    for number, step in enumerate(steps):
        for place in step.inputs:
            last[place] = max(last.get(place, 0), number)
    found = [0] * len(steps)
    for (source, output), reader in last.items():
        if steps[source].inputs:
            size = math.prod(side or 1 for side in steps[source].output_shapes[output][1:])
            for number in range(source, reader):
                found[number] += size
    return found


def _cheapest(inside: Sequence[int], across: Sequence[int], budget: float) -> list[int]:
    """The ends of segments of at most `budget` numbers whose cuts go through least; nothing where a step has more."""
    least, previous = [0.0, *[math.inf] * len(inside)], [0] * (len(inside) + 1)
    for end in range(1, len(inside) + 1):
        within, here = 0, across[end - 1] if end < len(inside) else 0
        for start in range(end - 1, -1, -1):
            within += inside[start]
            if within > budget:
                break
            if least[start] + here <= least[end]:  # of equal ones the longer segment
                least[end], previous[end] = least[start] + here, start
    ends: list[int] = []
    end = len(inside)
    while end and least[-1] < math.inf:
        ends.append(end)
        end = previous[end]
    return ends[::-1]
