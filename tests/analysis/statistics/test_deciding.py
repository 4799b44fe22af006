from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import nct, t

from suite.analysis.statistics.deciding import (
    Components,
    components,
    could_have_seen,
    images_needed,
    of_values,
    seeds_needed,
    smallest_difference,
)
from suite.analysis.statistics.intervals import Spread, difference, difference_interval
from tests.analysis.simulated import draw


@pytest.mark.parametrize("degrees", [4, 7, 20, 500])
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_the_power_is_that_of_the_noncentral_t(degrees: int, power: float) -> None:
    seen = smallest_difference(4.0, degrees, power=power)
    exact = nct.sf(t.ppf(0.975, degrees), degrees, seen / 2.0)
    assert exact == pytest.approx(power, abs=0.02)


def test_with_a_known_spread_it_is_the_textbooks() -> None:
    assert smallest_difference(1.0, math.inf) == pytest.approx(1.959964 + 0.841621)


def test_an_interval_tells_what_it_could_have_seen() -> None:
    first, second = draw(np.random.default_rng(1), np.array([1.0, 0.9]), 4, 300, 0.1)
    estimate = difference(first, second)
    seen = could_have_seen(difference_interval(first, second))
    assert seen == pytest.approx(smallest_difference(estimate.variance, estimate.degrees))
    # An end that is cut off at 1 leaves the other.
    ones, zeros = np.ones((3, 60)), np.zeros((3, 60))
    zeros[:, :2] = 1
    cut = difference_interval(ones, zeros)
    assert cut.high == 1.0
    assert could_have_seen(cut) > cut.mean - cut.low


def test_seeds_alone_as_in_the_textbooks() -> None:
    # Two groups with a deviation of 1 and a difference of 1: 17 each (Cohen 1988, table 2.4.1).
    assert seeds_needed(1.0, of_values([Spread(1.0, 5, 5)] * 2), 1) == 17
    assert seeds_needed(-1.0, Components(0.0, 2.0, 0.0), 1) == 17


def test_images_that_leave_too_much_open_are_said() -> None:
    found = Components(image=0.05, seed=1e-5, rest=0.1)
    enough = seeds_needed(0.02, found, 2_000)
    assert enough is not None
    assert smallest_difference(*found.variance(enough, 2_000)) <= 0.02
    assert smallest_difference(*found.variance(enough - 1, 2_000)) > 0.02
    assert seeds_needed(0.02, found, 500) is None  # a deviation of one point from the images alone
    images = images_needed(0.02, found, 3)
    assert images is not None
    assert smallest_difference(*found.variance(3, images)) <= 0.02 < smallest_difference(*found.variance(3, images - 1))
    assert images_needed(0.001, Components(0.05, 1e-4, 0.1), 3) is None  # seeds alone leave more than that open
    assert seeds_needed(0.0, found, 2_000) is None


def test_the_components_are_those_that_the_hits_were_drawn_with() -> None:
    """200 studies of 6 seeds: their mean is what 100 seeds on the same kind of images show."""
    rng = np.random.default_rng(2)
    skills = np.array([1.0, 0.8])
    found = [components(*draw(rng, skills, 6, 400, 0.15)) for _ in range(200)]
    means = np.array([[table.mean(axis=1) for table in draw(rng, skills, 100, 400, 0.15)] for _ in range(20)])
    per_seed = means.var(axis=2, ddof=1).sum(axis=1).mean()
    assert np.mean([one.seed + one.rest / 400 for one in found]) == pytest.approx(per_seed, rel=0.1)
    differences = [np.subtract(*(table.mean() for table in draw(rng, skills, 60, 400, 0.0))) for _ in range(400)]
    assert np.mean([one.image for one in found]) / 400 == pytest.approx(np.var(differences), rel=0.25)


def test_the_planned_seeds_see_what_they_were_planned_for() -> None:
    """The power of simulated studies of as many seeds as were asked for is the 80% that was asked for."""
    rng, images, spread = np.random.default_rng(3), 400, 0.1
    skills = np.array([1.0, 0.75])
    parts = [components(*draw(rng, skills, 8, images, spread)) for _ in range(60)]
    found = Components(*(float(np.mean([getattr(one, name) for one in parts])) for name in ("image", "seed", "rest")))
    truth = float(
        np.mean([np.subtract(*(table.mean() for table in draw(rng, skills, 40, 2000, spread))) for _ in range(20)])
    )
    seeds = seeds_needed(truth, found, images)
    assert seeds is not None
    assert 3 <= seeds <= 40
    seen = sum(difference_interval(*draw(rng, skills, seeds, images, spread)).low > 0 for _ in range(300))
    assert seen / 300 == pytest.approx(0.8, abs=0.09)
