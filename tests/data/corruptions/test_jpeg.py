"""JPEG: what Pillow decodes of what it encoded."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from suite.data.corruptions.jpeg import CORRUPTION
from tests.data.corruptions.pictures import generator, pictures


@pytest.mark.parametrize("quality", [80, 7])
@pytest.mark.parametrize("channels", [1, 3])
def test_against_pillow(quality: int, channels: int) -> None:
    image = pictures(1, (40, 32), channels)[0]
    file = io.BytesIO()
    Image.fromarray(image.squeeze()).save(file, format="JPEG", quality=quality)
    decoded = np.asarray(Image.open(io.BytesIO(file.getvalue()))).reshape(image.shape)
    np.testing.assert_array_equal(CORRUPTION.apply(image, quality, generator()), decoded)


def test_a_lower_quality_loses_more() -> None:
    image = pictures(1)[0]
    lost = [
        np.square(CORRUPTION.apply(image, quality, generator()) - image.astype(float)).mean() for quality in (80, 7)
    ]
    assert lost[0] < 0.3 * lost[1]
