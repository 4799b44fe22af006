from __future__ import annotations

from suite.models import build


def test_layers_are_3072_256_128_10(built) -> None:
    assert [weight.shape for weight in built("mlp").weights] == [
        (3072, 256), (256,), (256, 128), (128,), (128, 10), (10,)
    ]  # fmt: skip


def test_width_scales_the_hidden_layers_only() -> None:
    kernels = build("mlp", (32, 32, 3), 10, width=0.5).weights[::2]
    assert [kernel.shape for kernel in kernels] == [(3072, 128), (128, 64), (64, 10)]
