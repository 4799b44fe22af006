from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, false_discovery_control

from suite.analysis.statistics.mcnemar import discordant, holm, mid_p


def test_the_papers_example() -> None:
    """Fagerland, Lydersen and Laake 2013, table 1: 1 and 7 discordant children; exact 0.0703, mid-p 0.0391."""
    assert mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert mid_p(7, 1) == mid_p(1, 7)


def test_it_is_scipys_exact_test_less_the_probability_of_what_was_seen() -> None:
    """200 random cases, each term counted out by scipy's binomial test."""
    rng = np.random.default_rng(1)
    for _ in range(200):
        a, b = (int(n) for n in rng.integers(0, 40, size=2))
        if a == b:
            continue
        exact = binomtest(min(a, b), a + b).pvalue
        seen = binomtest(min(a, b), a + b, alternative="less").pvalue
        below = binomtest(min(a, b) - 1, a + b, alternative="less").pvalue if min(a, b) else 0.0
        assert mid_p(a, b) == pytest.approx(exact - (seen - below))


def test_no_image_tells_them_apart() -> None:
    assert mid_p(0, 0) == 1.0
    assert mid_p(1, 1) == pytest.approx(1 - 0.5 / 2)


def test_only_images_count_on_which_one_is_right() -> None:
    first, second = np.array([1, 1, 1, 0, 0, 1]), np.array([1, 0, 0, 1, 0, 1])
    assert discordant(first, second) == (2, 1)
    with pytest.raises(ValueError, match="on the same images"):
        discordant(first, second[:3])
    with pytest.raises(ValueError, match="a hit is 0 or 1"):
        discordant(first, second / 2)


def test_holm_by_hand() -> None:
    # 0.01 * 4, then 0.02 * 3, then the larger of that and 0.03 * 2, then 0.5.
    assert holm([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert holm([0.4, 0.6]) == pytest.approx([0.8, 0.8])
    assert holm([]) == []


def test_holm_is_never_below_the_false_discovery_rate_nor_above_bonferroni() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        values = rng.uniform(size=int(rng.integers(1, 9))) ** 2
        found = np.array(holm(list(values)))
        assert (found >= false_discovery_control(values) - 1e-12).all()
        assert (found <= np.minimum(1, len(values) * values) + 1e-12).all()


@pytest.mark.slow
def test_of_two_equals_it_calls_at_most_one_pair_of_twenty_different() -> None:
    rng, studies = np.random.default_rng(3), 4000
    wrong = 0
    for _ in range(studies):
        easy = rng.normal(size=300)
        first, second = (easy + rng.normal(size=300) > -0.8 for _ in range(2))
        wrong += mid_p(*discordant(first, second)) < 0.05
    print(f"mid-p of equals: {wrong / studies:.4f}")
    assert wrong / studies <= 0.05 + 2 * 0.0035
