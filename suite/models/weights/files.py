"""The files of published weights: what keras.applications calls them, where it keeps them, where it fetches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.models.architecture import WeightsMissing
from suite.models.facts import of as facts_of
from suite.models.settings import models_folder
from suite.models.weights.sources import PRETRAINED, SOURCES

OWN = "https://storage.googleapis.com/keras-applications/"
SHARED = "https://storage.googleapis.com/tensorflow/keras-applications/"
USUAL = "_weights_tf_dim_ordering_tf_kernels"

BYTES = 4
"""Of a parameter in these files."""


@dataclass(frozen=True)
class PublishedFile:
    """A file of ImageNet weights. name: in Keras' folder of models. address: where Keras fetches it. bytes: about."""

    name: str
    address: str
    bytes: int

    @property
    def path(self) -> Path:
        """Where it belongs."""
        return models_folder() / self.name

    @property
    def size(self) -> str:
        return f"about {self.bytes / 1e6:,.0f} MB"


def published_file(architecture: str, options: Mapping[str, Any]) -> PublishedFile | None:
    """The file that an architecture with these options starts from; None where it starts from no published weights."""
    if architecture not in SOURCES or not options.get(PRETRAINED):
        return None
    name, address = _called(architecture)
    return PublishedFile(name, address, BYTES * int(facts_of(architecture, None)["params"]))


def require_published(architecture: str, options: Mapping[str, Any]) -> None:
    """Raises WeightsMissing where the file is not there; for those who may not fetch it."""
    file = published_file(architecture, options)
    if file is not None and not file.path.is_file():
        raise WeightsMissing(f"weights: imagenet: {file.path} is not there, and offline=true fetches nothing")


def _called(architecture: str) -> tuple[str, str]:
    """The file's name and address, as keras.applications' modules put them together."""
    family, _, rest = architecture.partition("_")
    if family in ("efficientnet", "convnext"):
        name = f"efficientnet{rest}.h5" if family == "efficientnet" else f"{architecture}.h5"
        return name, f"{OWN}{name}" if family == "efficientnet" else f"{SHARED}convnext/{name}"
    if family == "nasnet":
        return f"{architecture}.h5", f"{SHARED}nasnet/NASNet-{rest}.h5"
    name, folder = {
        "efficientnetv2_s": ("efficientnetv2-s.h5", "efficientnet_v2"),
        "mobilenet_v1": ("mobilenet_1_0_224_tf.h5", "mobilenet"),
        "mobilenet_v2": (f"mobilenet_v2{USUAL}_1.0_224.h5", "mobilenet_v2"),
        "mobilenet_v3_small": ("weights_mobilenet_v3_small_224_1.0_float.h5", "mobilenet_v3"),
        "mobilenet_v3_large": ("weights_mobilenet_v3_large_224_1.0_float.h5", "mobilenet_v3"),
    }.get(architecture, (f"{architecture}{USUAL}.h5", architecture))
    folder = next((family for family in ("resnet", "densenet") if folder.startswith(family)), folder)
    return name, f"{SHARED}{folder}/{name}"
