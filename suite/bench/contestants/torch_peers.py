"""Four networks in PyTorch, with as many parameters as the suite's small forms, as written by PyTorch's own users.

Channels-last, flips and shifted crops on the batch as a whole, SGD with Nesterov momentum; bfloat16 by autocast. Needs
torch (`pip install torch`); which networks there are: `PEERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from suite.bench.contestants.job import CLASSES, IMAGES, Job, Steps, serve

PADDING = 4


def convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, active: Any = nn.ReLU
) -> Any:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([active(inplace=True)] if active else []))


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut without parameters (He et al. 2015, option A)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(inputs, outputs, stride=stride), convolution(outputs, outputs, active=None)
        )
        self.stride, self.added = stride, outputs - inputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x[:, :, :: self.stride, :: self.stride]
        shortcut = functional.pad(shortcut, (0, 0, 0, 0, self.added // 2, self.added - self.added // 2))
        return functional.relu(self.body(x) + shortcut)


def resnet20() -> nn.Module:
    widths, blocks, inputs = (16, 32, 64), list[nn.Module](), 16
    for width in widths:
        for number in range(3):
            blocks.append(BasicBlock(inputs, width, 2 if width > 16 and number == 0 else 1))
            inputs = width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES)]
    return nn.Sequential(convolution(3, 16), *blocks, *head)


def vgg16_bn() -> nn.Module:
    layers, inputs = list[nn.Module](), 3
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers.append(convolution(inputs, width))
            inputs = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs, CLASSES))


class InvertedResidual(nn.Module):
    """Wide, depthwise, narrow (Sandler et al. 2018)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        widening = [convolution(inputs, hidden, 1, active=nn.ReLU6)] if expansion != 1 else []
        depthwise = convolution(hidden, hidden, 3, stride, hidden, nn.ReLU6)
        self.body = nn.Sequential(*widening, depthwise, convolution(hidden, outputs, 1, active=None))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x) if self.adds else self.body(x)


def mobilenet_v2() -> nn.Module:
    layers, inputs = [convolution(3, 32, active=nn.ReLU6)], 32
    stages = ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, width, count, stride in stages:
        for number in range(count):
            layers.append(InvertedResidual(inputs, width, stride if number == 0 else 1, expansion))
            inputs = width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, CLASSES)]
    return nn.Sequential(*layers, convolution(inputs, 1280, 1, active=nn.ReLU6), *head)


class EncoderBlock(nn.Module):
    """Pre-norm attention and MLP (Dosovitskiy et al. 2020), attention by PyTorch's fused function."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projections, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        projected = self.projections(self.norm1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = projected.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value).transpose(1, 2)
        x = x + self.output(attended.reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, size: int, width: int = 192, depth: int = 12, heads: int = 3, patch: int = 4) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.Sequential(*(EncoderBlock(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.first.expand(len(tokens), -1, -1), tokens], 1) + self.positions
        return self.head(self.norm(self.blocks(tokens))[:, 0])


PEERS: dict[str, Callable[[int], nn.Module]] = {
    "resnet20": lambda size: resnet20(),
    "vgg16_bn": lambda size: vgg16_bn(),
    "mobilenet_v2": lambda size: mobilenet_v2(),
    "vit_ti16": VisionTransformer,
}


def augmented(images: torch.Tensor) -> torch.Tensor:
    """Normalised images (n, 3, H, W), flipped one half of the time, and shifted by up to `PADDING` pixels."""
    count, _, height, width = images.shape
    images = (images.float() - 125.0) / 63.0
    images = torch.where((torch.rand(count) < 0.5)[:, None, None, None], images.flip(3), images)
    padded = functional.pad(images, (PADDING,) * 4)
    rows = torch.randint(0, 2 * PADDING + 1, (count, 1, 1)) + torch.arange(height)[None, :, None]
    columns = torch.randint(0, 2 * PADDING + 1, (count, 1, 1)) + torch.arange(width)[None, None, :]
    return padded[torch.arange(count)[:, None, None], :, rows, columns].permute(0, 3, 1, 2)


def prepare(job: Job) -> Steps:
    torch.manual_seed(0)
    net = PEERS[job.architecture](job.size).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    images = torch.randint(0, 256, (IMAGES, 3, job.size, job.size), dtype=torch.uint8)
    images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (IMAGES,))
    narrow = job.precision != "float32"

    def steps(count: int) -> None:
        for _ in range(count):
            index = torch.randint(0, IMAGES, (job.batch_size,))
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=narrow):
                loss = functional.cross_entropy(net(augmented(images[index])), labels[index])
            loss.backward()
            optimizer.step()

    return steps


if __name__ == "__main__":
    serve(prepare)
