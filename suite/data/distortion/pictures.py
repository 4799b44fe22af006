"""Between arrays (H, W, 1 or 3) uint8 and Pillow's pictures. Pillow is imported late."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def picture(image: npt.NDArray[np.uint8]) -> Any:
    """Pillow's picture, grey where there is one channel."""
    from PIL import Image

    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def array(shown: Any) -> npt.NDArray[np.uint8]:
    """(H, W, C) of a picture."""
    values = np.asarray(shown, np.uint8)
    return values[..., None] if values.ndim == 2 else values
