"""The limit of the hardware: a large matrix product, in the precision in which the suite multiplies.

A step is one product of two square matrices, `SIDE` to a side.
"""

from __future__ import annotations

import numpy as np
from keras import ops

from suite.bench.contestants.job import SIDE, Job, Steps, serve


def prepare(job: Job) -> Steps:
    dtype = "float32" if job.precision == "float32" else job.precision.removeprefix("mixed_")
    generator = np.random.default_rng(0)
    values = generator.standard_normal((2, SIDE, SIDE)).astype("float32") / SIDE**0.5
    left, right = (ops.cast(value, dtype) for value in values)

    def steps(count: int) -> None:
        for _ in range(count):
            product = ops.matmul(left, right)
        float(ops.convert_to_numpy(ops.cast(product[0, 0], "float32")))

    return steps


if __name__ == "__main__":
    serve(prepare)
