"""Reading pickles that came from elsewhere: arrays and plain containers, nothing that runs code.

A pickle is a program. Only what rebuilds a numpy array may be called; every other global is refused by name.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
from numpy._core import multiarray
from numpy._core.numeric import _frombuffer  # type: ignore[attr-defined]

_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): multiarray._reconstruct,  # as numpy 1 wrote it, the publisher's included
    ("numpy._core.multiarray", "_reconstruct"): multiarray._reconstruct,
    ("numpy.core.numeric", "_frombuffer"): _frombuffer,  # pickle protocol 5
    ("numpy._core.numeric", "_frombuffer"): _frombuffer,
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs") from None


def load_arrays(data: bytes) -> Any:
    """What a pickle holds, with the strings of Python 2 as bytes.

    Raises pickle.UnpicklingError, and nothing else, for a global that is not numpy's and for anything malformed.
    """
    try:
        return _ArraysOnly(io.BytesIO(data), encoding="bytes").load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a damaged pickle fails in many ways: EOFError, KeyError, ValueError, MemoryError, …
        raise pickle.UnpicklingError(f"{type(error).__name__}: {error}") from error
