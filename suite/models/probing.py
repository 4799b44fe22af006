"""What has to be known before a study starts; a process of its own imports Keras, and other packages, to find out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from suite.core.addresses import without_secrets
from suite.models import registry
from suite.models.architecture import RATES, ArchitectureError
from suite.models.backbone import features
from suite.models.facts import golden
from suite.models.settings import as_it_comes

Net = tuple[str, Sequence[int], int, dict[str, Any]]
"""What `build` takes: name, input shape, number of classes, options."""

NO_ACCELERATOR = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
"""Its memory is for training, here and in other studies."""


def foreign_kinds(name: str) -> tuple[dict[str, Any], bool]:
    """What the options of another package's architecture take, and whether its builder takes any other too.

    Raises ArchitectureError where the package does not load.
    """
    done = _ask("registry.loaded_kinds(*json.load(sys.stdin))", [name])
    if done.returncode or not done.stdout:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ArchitectureError(last.removeprefix("suite.models.architecture.ArchitectureError: "))
    kinds, any_other = json.loads(done.stdout)
    return kinds, any_other


def certainly_builds(name: str, options: Mapping[str, Any]) -> bool:
    """Whether an architecture builds with these options, which `checked` let pass, on any image that is large enough.

    Ours do with any width, rate, switch and choice; numbers that shape the net, another form and published weights may
    not fit the image, and of another package's nothing is known.
    """
    if name not in golden.lines():
        return False
    kinds = golden.lines()[name]["options"]
    if options.get("skip") is False and options.get("drop_path"):  # what lies beside a shortcut
        return False
    return all(
        option in ("width", *RATES)
        or kinds.get(option) == "bool"
        or (isinstance(kinds.get(option), list) and (option, value) != ("form", "large"))
        for option, value in options.items()
    )


def refusals(nets: Sequence[Net], backend: str, needs_maps: bool = False) -> list[str | None]:
    """Why each of these cannot be built, or None. Where trying itself breaks down, the runs will have to tell.

    needs_maps: a head that reads a place in the image is to come onto them.
    """
    question = f"[probing.refusal(*net, needs_maps={needs_maps}) for net in json.load(sys.stdin)]"
    done = _ask(question, nets, KERAS_BACKEND=backend)
    return [None] * len(nets) if done.returncode or not done.stdout else list(json.loads(done.stdout))


def refusal(
    name: str, input_shape: Sequence[int], num_classes: int, options: dict[str, Any], needs_maps: bool = False
) -> str | None:
    """Why this process's `build` would refuse, or None; weights that cannot be had and full memory aside."""
    height, width, channels = input_shape
    as_it_comes()
    try:
        net = registry.build_outline(name, (height, width, channels), num_classes, **options)
        if needs_maps:
            from suite.models.heads import several_places  # it imports Keras

            several_places(features(net))
    except ArchitectureError as error:
        return f"{name}: {error}" if needs_maps and name not in str(error) else str(error)
    except MemoryError:
        return None
    return None


def misfits(pairs: Sequence[tuple[Net, Net]], backend: str) -> list[str | None]:
    """For each net and the one whose weights it is to take why it cannot, or None. As `refusals` in all else."""
    done = _ask("[misfit.misfit(*pair) for pair in json.load(sys.stdin)]", pairs, KERAS_BACKEND=backend)
    return [None] * len(pairs) if done.returncode or not done.stdout else list(json.loads(done.stdout))


def _ask(question: str, values: Any, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process whose standard output is, as JSON, what an expression gives; its input is `values`."""
    code = (
        "import json, sys; out, sys.stdout = sys.stdout, sys.stderr; "  # another package may print
        f"from suite.models import misfit, probing, registry; out.write(json.dumps({question}))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(values),
        env={**without_secrets(os.environ), **NO_ACCELERATOR, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
