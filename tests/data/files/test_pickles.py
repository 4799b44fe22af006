from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from suite.data.files.pickles import load_arrays

PYTHON_2 = (  # {'data': array([1, 2, 3, 4], uint8), 'labels': [7]} as Python 2 with numpy 1 wrote it
    b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    b"(K\x01K\x04\x85cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    b"\x89U\x04\x01\x02\x03\x04tbU\x06labels](K\x07eu."
)


class Runs:
    """A pickle that would run a command when it is read."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, ...]:
        return self.call


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_arrays_of_every_protocol_are_read(protocol: int) -> None:
    value = {b"data": np.arange(12, dtype=np.uint8).reshape(3, 4), b"labels": [1, 2, 3], b"batch_label": b"one"}
    read = load_arrays(pickle.dumps(value, protocol=protocol))
    np.testing.assert_array_equal(read.pop(b"data"), value.pop(b"data"))
    assert read == value


def test_arrays_of_python_2_are_read_with_keys_as_bytes() -> None:
    read = load_arrays(PYTHON_2)
    assert read[b"data"].tolist() == [1, 2, 3, 4]
    assert read[b"labels"] == [7]


@pytest.mark.parametrize(
    ("function", "named"),
    [(os.system, "system"), (eval, "builtins.eval"), (getattr, "builtins.getattr"), (np.load, "numpy.load")],
)
def test_a_pickle_that_would_run_code_is_refused_by_name_and_runs_nothing(
    function: object, named: str, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    arguments = {"system": (f"touch {ran}",), "builtins.eval": (f"open({str(ran)!r}, 'w')",)}.get(
        named, (str(ran), "x")
    )
    with pytest.raises(pickle.UnpicklingError, match=f"{named}, which no array needs"):
        load_arrays(pickle.dumps({b"data": Runs(function, *arguments)}))
    assert not ran.exists()


@pytest.mark.parametrize("data", [b"", b"not a pickle", PYTHON_2[:40], PYTHON_2[:-30], b"\x80\x04\x95\xff"])
def test_a_damaged_pickle_is_one_kind_of_error(data: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError):
        load_arrays(data)
