"""CutMix: rectangles, shares and pixels as the authors' code makes them, recomputed with numpy."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from suite.core.refusals import Refusal
from suite.training.augment import mixup
from suite.training.augment.cutmix import PART
from suite.training.augment.mixup import symmetric_beta
from suite.training.batch import Batch
from suite.training.recipe import Recipe
from tests.training.augment.by_hand import COUNT, HEIGHT, WIDTH, apply, images, seen, uniforms


def boxes(draws: np.ndarray, alpha: float) -> list[tuple[slice, slice]]:
    """`rand_bbox` of github.com/clovaai/CutMix-PyTorch."""
    columns = [ops.convert_to_tensor(column) for column in draws.T[:2]]
    found = []
    for share, draw in zip(ops.convert_to_numpy(symmetric_beta(*columns, alpha)), draws, strict=True):
        ratio = np.sqrt(np.float32(1) - share)
        sides = [int(np.float32(size) * ratio) for size in (HEIGHT, WIDTH)]
        centres = [int(draw[2] * np.float32(HEIGHT)), int(draw[3] * np.float32(WIDTH))]
        starts = [max(centre - side // 2, 0) for centre, side in zip(centres, sides, strict=True)]
        ends = [max(centre + side // 2, 0) for centre, side in zip(centres, sides, strict=True)]
        found.append((slice(starts[0], ends[0]), slice(starts[1], ends[1])))
    return found


@pytest.mark.parametrize("probability", [1.0, 0.5])
@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_equals_the_authors_code(alpha: float, probability: float) -> None:
    pixels, draws = images(), uniforms(PART.draws)
    numbers = {"cutmix": alpha, "cutmix_probability": probability}
    batch = apply(PART, draws, **numbers)(Batch(ops.convert_to_tensor(pixels), {}))
    share, got = ops.convert_to_numpy(batch.mixture.share), seen(pixels, apply(PART, draws, **numbers))
    own = pixels.astype("float32") + 1
    for number, place in enumerate(boxes(draws, alpha)):
        expected, kept = own[number].copy(), np.ones((HEIGHT, WIDTH), np.float32)
        if draws[number, 4] < probability:
            expected[place] = own[(number + 1) % COUNT][place]
            kept[place] = 0
        np.testing.assert_array_equal(got[number], expected)
        assert share[number] == pytest.approx(kept.mean())
    assert share.std() > 0.1


def test_with_mixup_each_image_has_one_or_the_other() -> None:
    pixels, draws, weights = images(), uniforms(PART.draws), uniforms(mixup.PART.draws, 2)
    first = apply(mixup.PART, weights, mixup=1.0)
    second = apply(PART, draws, cutmix=1.0, cutmix_probability=0.5)
    both, mixed, cut = seen(pixels, first, second), seen(pixels, first), seen(pixels, second)
    chosen = draws[:, 4] < 0.5
    np.testing.assert_array_equal(both[chosen], cut[chosen])
    np.testing.assert_array_equal(both[~chosen], mixed[~chosen])


def test_a_mixup_that_would_never_act_is_refused() -> None:
    for probability in ({}, {"cutmix_probability": 1.0}):
        with pytest.raises(Refusal, match=r"recipe\.mixup=0\.2 never acts .* set recipe\.cutmix_probability=0\.5"):
            Recipe(mixup=0.2, cutmix=1.0, **probability)
    assert Recipe(mixup=0.2, cutmix=1.0, cutmix_probability=0.5)
    assert Recipe(mixup=0.0, cutmix=1.0)
