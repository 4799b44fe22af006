from __future__ import annotations

import numpy as np
import pytest

from suite.core.balance import majority


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([990, 10], (0, 0.01)),
        ([10, 0, 990], (2, 0.01)),
        ([75, 25], None),
        ([76, 24], (0, 0.24)),
        ([1135, 980, 1032, 1010, 982, 892, 958, 1028, 974, 1009], None),
        ([0, 0], None),
    ],
)
def test_guessing_is_worth_a_word_beyond_one_and_a_half_fair_shares(
    counts: list[int], found: tuple[int, float] | None
) -> None:
    assert majority(np.array(counts)) == (None if found is None else (found[0], pytest.approx(found[1])))
