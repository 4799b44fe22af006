from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, t

from suite.analysis.statistics.intervals import (
    GROWTH,
    Spread,
    accuracy_interval,
    contrast,
    difference_interval,
    mean_squares,
    satterthwaite,
    wilson,
)

# Two seeds, four images. Grand mean 5/8; seeds 3/4 and 1/2; images 1, 1, 1/2, 0.
SMALL = np.array([[1, 1, 1, 0], [1, 1, 0, 0]])


def test_mean_squares_by_hand() -> None:
    squares = mean_squares(SMALL)
    assert squares.seed == pytest.approx(4 * 2 * (1 / 8) ** 2 / 1)  # 1/8
    assert squares.image == pytest.approx(2 * (9 + 9 + 1 + 25) / 64 / 3)  # 11/24
    # Rests of +-1/8 everywhere but the third image, where they are +-3/8: (6 + 2 * 9) / 64 over 3 degrees.
    assert squares.rest == pytest.approx((6 * 1 + 2 * 9) / 64 / 3)  # 1/8


def test_mean_squares_add_up_to_the_total() -> None:
    hits = np.random.default_rng(1).random((5, 30)) < 0.7
    squares = mean_squares(hits)
    total = ((hits - hits.mean()) ** 2).sum()
    assert squares.seed * 4 + squares.image * 29 + squares.rest * 4 * 29 == pytest.approx(total)


def test_seeds_that_agree_leave_the_images() -> None:
    # Both seeds have 1/2, so the seeds' component is below zero and counts as zero: Var = MS_image / (S N).
    # Image means are 1, 1, 1/2, 1/2, 0, 0, and the rests are +-1/2 for the third and the fourth.
    interval = accuracy_interval(np.tile([[1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0]], (1, 30)))
    image = 2 * 180 * (4 / 6) * (1 / 2) ** 2 / 179
    half = t.ppf(0.975, 179) * math.sqrt(image / 360)
    assert interval.degrees == pytest.approx(179)
    assert (interval.mean, interval.images) == (1 / 2, 180)
    assert (interval.low, interval.high) == pytest.approx((1 / 2 - half, 1 / 2 + half))


def test_all_components_by_hand() -> None:
    hits = np.zeros((2, 40))
    hits[0, :30] = 1  # 3/4
    hits[1, :14] = 1  # 7/20
    # The mean is 0.55. MS_seed = 40 * 2 * 0.2**2 = 3.2. Image means: 14 of 1, 16 of 1/2, 10 of 0.
    image = 2 * (14 * 0.45**2 + 16 * 0.05**2 + 10 * 0.55**2) / 39
    total = 44 * 0.45**2 + 36 * 0.55**2
    rest = (total - 3.2 - 39 * image) / 39
    variance = (3.2 + image - rest) / 80
    degrees = (3.2 + image - rest) ** 2 / (3.2**2 / 1 + image**2 / 39 + rest**2 / 39)
    interval = accuracy_interval(hits)
    assert interval.degrees == pytest.approx(degrees)
    half = t.ppf(0.975, degrees) * math.sqrt(variance)
    assert interval.low == pytest.approx(max(0.0, 0.55 - half))


def test_images_more_alike_than_chance_never_narrow_the_interval() -> None:
    # Each image is right once and wrong once: the image means do not differ at all.
    hits = np.array([[1, 0] * 20, [0, 1] * 20])
    interval = accuracy_interval(hits)
    rest = 80 * 0.25 / 39
    assert interval.high - interval.mean == pytest.approx(t.ppf(0.975, 39) * math.sqrt(rest / 80))


def test_one_seed_is_wilsons_interval_and_says_images_only() -> None:
    hits = np.zeros((1, 100))
    hits[0, :90] = 1
    interval = accuracy_interval(hits)
    assert interval.images_only
    assert (interval.low, interval.high) == pytest.approx((0.8256, 0.9448), abs=1e-4)  # the textbook's 90 of 100
    assert not accuracy_interval(np.eye(2, 5)).images_only


def test_seeds_that_agree_on_every_image_say_nothing_of_their_spread() -> None:
    hits = np.random.default_rng(8).random((1, 50)) < 0.8
    same = np.repeat(hits, 3, axis=0)
    other = np.random.default_rng(9).random((3, 50)) < 0.8
    assert accuracy_interval(same).images_only
    assert difference_interval(same, other).images_only
    lent = Spread(0.1, 6, 6)
    assert not accuracy_interval(same, spread=lent).images_only
    assert not difference_interval(same, other, spreads=(lent, None)).images_only


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_perfect_score_still_has_a_width(seeds: int) -> None:
    perfect = accuracy_interval(np.ones((seeds, 360)))
    z = norm.ppf(0.975)
    assert perfect.high == 1.0
    assert perfect.low == pytest.approx(1 - z**2 / (360 + z**2))
    none = accuracy_interval(np.zeros((seeds, 360)))
    assert (none.low, none.high) == pytest.approx((0.0, 1 - perfect.low))


def test_few_mistakes_reach_as_far_as_wilson() -> None:
    hits = np.ones((3, 1000))
    hits[:, :2] = 0  # the same two images for every seed: as good as one seed
    interval = accuracy_interval(hits)
    # The variance is that of 999 independent images: sample and population differ by N - 1.
    assert (interval.low, interval.high) == pytest.approx(wilson(0.998, 999))


def test_more_identical_seeds_do_not_narrow_it() -> None:
    hits = np.random.default_rng(2).random((1, 500)) < 0.8
    twice, often = (accuracy_interval(np.repeat(hits, n, axis=0)) for n in (2, 20))
    assert twice.high - twice.low == pytest.approx(often.high - often.low)


def test_wilson_holds_its_fraction_and_is_symmetric() -> None:
    low, high = wilson(0.3, 50)
    assert low < 0.3 < high
    assert wilson(0.7, 50) == pytest.approx((1 - high, 1 - low))


def test_satterthwaite_is_welchs_formula() -> None:
    # Two means of 5 and 10 values with variances 4 and 9.
    variance, degrees = satterthwaite([(1 / 5, 4.0, 4), (1 / 10, 9.0, 9)])
    assert variance == pytest.approx(0.8 + 0.9)
    assert degrees == pytest.approx(1.7**2 / (0.8**2 / 4 + 0.9**2 / 9))
    assert satterthwaite([(1.0, 0.0, 3)]) == (0.0, math.inf)


def test_a_difference_by_hand() -> None:
    first = np.array([[1, 1, 1, 1, 0, 1, 1, 0, 1, 1]])
    second = np.array([[1, 0, 1, 0, 0, 1, 1, 0, 1, 0]])
    interval = difference_interval(first, second)
    # Three images of ten are gained: a mean of 0.3 with a variance of (3 * 0.49 + 7 * 0.09) / 9 = 7/30.
    assert interval.mean == pytest.approx(0.3)
    assert interval.images_only
    assert interval.seeds == (1, 1)
    assert interval.low == pytest.approx(0.3 - t.ppf(0.975, 9) * math.sqrt(7 / 30 / 10))


def test_how_much_a_gap_grows_by_hand() -> None:
    rng = np.random.default_rng(4)
    tables = [rng.random((3, 200)) < skill for skill in (0.9, 0.7, 0.8, 0.75)]
    found = contrast(tables, GROWTH, [None] * 4)
    by_image = sum(sign * table.mean(axis=0) for sign, table in zip(GROWTH, tables, strict=True))
    squares = [mean_squares(table) for table in tables]
    seeds = sum(max(0.0, s.seed - s.rest) / 600 for s in squares)
    assert found.mean == pytest.approx((0.9 - 0.7) - (0.8 - 0.75), abs=0.1)
    assert found.mean == pytest.approx(float(np.mean(by_image)))
    assert found.variance == pytest.approx(np.var(by_image, ddof=1) / 200 + seeds)
    assert found.seeds == (3, 3, 3, 3)
    extreme = contrast([np.ones((2, 9)), np.zeros((2, 9)), np.zeros((2, 9)), np.ones((2, 9))], GROWTH, [None] * 4)
    assert extreme.interval(2.0).high == extreme.mean == 2.0  # from a point behind to a point ahead


def test_a_difference_knows_that_hard_images_are_hard_for_both() -> None:
    rng = np.random.default_rng(3)
    easy = rng.random(2000) < 0.8
    first, second = (np.where(rng.random((3, 2000)) < 0.01, ~easy, easy) for _ in range(2))
    paired = difference_interval(first, second)
    alone = accuracy_interval(first)
    assert paired.high - paired.low < 0.5 * (alone.high - alone.low)


def test_a_difference_turns_around() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.random((3, 200)) < 0.8, rng.random((5, 200)) < 0.7
    there, back = difference_interval(first, second), difference_interval(second, first)
    assert (there.mean, there.low, there.high) == pytest.approx((-back.mean, -back.high, -back.low))
    assert there.seeds == (3, 5)


def test_equal_predictions_leave_a_width() -> None:
    hits = np.random.default_rng(5).random((2, 300)) < 0.8
    same = np.stack([hits[0], hits[0]])
    interval = difference_interval(same, same)
    assert interval.mean == 0
    assert interval.high == -interval.low == pytest.approx(wilson(0, 300)[1])


def test_seeds_that_disagree_widen_a_difference() -> None:
    base = np.zeros((2, 400))
    base[:, :200] = 1
    spread = base.copy()
    spread[0, :240], spread[1, 160:] = 1, 0  # 60% and 40%, the same mean
    assert difference_interval(spread, base).high > 3 * difference_interval(base, base).high


def test_a_lent_spread_takes_the_place_of_the_seeds_own() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.random((3, 200)) < 0.8, rng.random((4, 200)) < 0.7
    lent = Spread(2.5, 7.0, 9.0), Spread(3.5, 8.0, 9.0)
    squares = mean_squares(first), mean_squares(second)
    image = (first.mean(axis=0) - second.mean(axis=0)).var(ddof=1) / 200
    seeds, rests = np.array([2.5 / 600, 3.5 / 800]), np.array([squares[0].rest / 600, squares[1].rest / 800])
    variance = image + seeds.sum() - rests.sum()
    # The sum of both lent squares has no more degrees than the pool that both come from.
    own = seeds.sum() ** 2 / (seeds**2 / [7, 8]).sum()
    assert own > 9
    spread = image**2 / 199 + seeds.sum() ** 2 / 9 + (rests**2 / [2 * 199, 3 * 199]).sum()
    interval = difference_interval(first, second, spreads=lent)
    assert interval.degrees == pytest.approx(variance**2 / spread)
    half = t.ppf(0.975, variance**2 / spread) * math.sqrt(variance)
    assert interval.high - interval.mean == pytest.approx(half)


@pytest.mark.parametrize("hits", [np.ones((3, 50)), np.zeros((3, 50)), np.eye(2, 50), np.ones((2, 1))])
def test_no_interval_of_hits_has_no_width(hits: np.ndarray) -> None:
    for interval in (accuracy_interval(hits), difference_interval(hits, hits), difference_interval(hits, 1 - hits)):
        assert interval.high - interval.low > 0.01


def test_a_lent_spread_reaches_perfect_seeds_as_their_t_interval() -> None:
    lent = Spread(0.02, 6, 6)
    half = t.ppf(0.975, 6) * math.sqrt(0.02 / 1500)
    for wrong in (0, 1):
        hits = np.ones((3, 500))
        hits[:, :wrong] = 0
        interval = accuracy_interval(hits, spread=lent)
        assert interval.mean - interval.low == pytest.approx(half, rel=0.25 if wrong else 1e-9)
        assert interval.high > 0.999


def test_a_sum_of_lent_squares_is_no_less_than_the_sides_own() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.random((3, 200)) < 0.8, rng.random((3, 200)) < 0.7
    wide, narrow = (Spread(2.0, 7, 9, own) for own in (5.0, 0.5))
    found = difference_interval(first, second, spreads=(wide, narrow))
    as_own = difference_interval(first, second, spreads=(Spread(2.75, 7, 9), Spread(2.75, 7, 9)))
    assert found.high - found.low == pytest.approx(as_own.high - as_own.low, rel=0.01)
    as_lent = difference_interval(first, second, spreads=(Spread(2.0, 7, 9), Spread(2.0, 7, 9)))
    assert found.high - found.low > 1.1 * (as_lent.high - as_lent.low)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="different test sets"):
        difference_interval(np.ones((2, 5)), np.ones((2, 6)))
    with pytest.raises(ValueError, match="seeds, images"):
        accuracy_interval(np.ones(5))
    with pytest.raises(ValueError, match="seeds, images"):
        accuracy_interval(np.ones((0, 5)))


def _draw(rng: np.random.Generator, seeds: int, images: int, shift: float, seed_spread: float) -> np.ndarray:
    """Hits of a logistic model: images differ a lot in difficulty, seeds a little in skill."""
    logits = shift + 2.0 * rng.normal(size=(1, images)) + seed_spread * rng.normal(size=(seeds, 1))
    return rng.random((seeds, images)) < 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize(("seeds", "seed_spread"), [(3, 0.0), (3, 0.15), (5, 0.3), (2, 0.1)])
def test_coverage(seeds: int, seed_spread: float) -> None:
    """Of 800 fresh studies about 95% of the intervals hold the true mean.

    The simulation's own standard error is 0.8 points, so four of them are allowed below; above, the interval may be
    generous, as Satterthwaite's is with few seeds, but an interval that always held the mean would say nothing.
    """
    rng = np.random.default_rng(6)
    truth = np.mean([_draw(rng, 40, 5000, 1.5, seed_spread).mean() for _ in range(40)])
    held = 0
    for _ in range(800):
        interval = accuracy_interval(_draw(rng, seeds, 300, 1.5, seed_spread))
        held += interval.low <= truth <= interval.high
    assert 0.95 - 4 * 0.0077 <= held / 800 <= 0.99


def test_coverage_of_differences() -> None:
    """The same for two candidates that share their images."""
    rng = np.random.default_rng(7)

    def pair(seeds: int, images: int) -> tuple[np.ndarray, np.ndarray]:
        difficulty = 2.0 * rng.normal(size=(1, images))
        tables = []
        for shift in (1.5, 1.2):
            logits = shift + difficulty + 0.5 * rng.normal(size=(1, images)) + 0.15 * rng.normal(size=(seeds, 1))
            tables.append(rng.random((seeds, images)) < 1 / (1 + np.exp(-logits)))
        return tables[0], tables[1]

    truth = np.mean([np.subtract(*(table.mean() for table in pair(40, 5000))) for _ in range(60)])
    held = 0
    for _ in range(800):
        interval = difference_interval(*pair(3, 300))
        held += interval.low <= truth <= interval.high
    assert 0.95 - 4 * 0.0077 <= held / 800 <= 0.99
