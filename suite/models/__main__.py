"""`python -m suite.models`: the table of the lineage, one architecture's layers, and the golden numbers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from suite.commandline import DONE, FAILED, boolean, enter, import_keras, parse, whole_number
from suite.core.refusals import Refusal, unknown
from suite.models import registry
from suite.models.architecture import ArchitectureError
from suite.models.facts import golden
from suite.models.table import lineage_table, rows_as_text

HELP = """
usage: python -m suite.models [name=NAME] [key=value ...]

Without arguments: every architecture with its year, depth, parameters built and published, multiply-adds and key
innovation, at once, from pinned numbers.

  name=NAME         one architecture: its options, what was made of the paper, and its layers: operation, output shape,
                    parameters, multiply-adds, receptive field
  input_size=N      images of NxN pixels instead of the paper's (counts that are not pinned are made by building)
  channels=N        1 for grey images, 3 for colour
  num_classes=N     classes instead of the paper's
  picture=FILE      with name=: the layers as a picture (.svg, .png or .pdf): sides, channels, parameters, multiply-adds
  measure=true      build, count, and compare with the pinned numbers; exit 1 if they differ
  write=true        with measure=true: write the golden lines (of a new architecture too) instead of comparing
  speed=true        with write=true: write speeds alone: images a second in training of the smallest of each family
  format=json       objects instead of a table

Parameters are the learned ones, as papers count; multiply-adds are of one image, taps on padding included.
Architectures of other packages: entry-point group "keras_comparison_suite.architectures".
"""

Shape = tuple[int, int, int]


def main(arguments: list[str]) -> int:
    positive = partial(whole_number, least=1)
    keys: dict[str, Callable[[str], object]] = {
        "name": str, "input_size": positive, "channels": positive, "num_classes": positive,
        "measure": boolean, "write": boolean, "speed": boolean, "format": _format, "picture": _picture,
    }  # fmt: skip
    asked = parse(arguments, keys)
    if asked.get("write") and not asked.get("measure"):
        raise Refusal("write=true writes what was measured: add measure=true")
    if asked.get("speed") and not asked.get("write"):
        raise Refusal("speed=true pins what was measured: add measure=true write=true")
    if asked.get("write") and (_asks_shape(asked) or "format" in asked):
        raise Refusal(
            "write=true counts at each architecture's own sizes and prints none: only name= and speed= go with it"
        )
    if "picture" in asked and ("name" not in asked or asked.get("measure") or "format" in asked):
        raise Refusal("picture=FILE draws one architecture: add name=NAME, and leave out measure= and format=")
    try:
        return _answer(asked)
    except ArchitectureError as error:
        raise Refusal(str(error)) from error


def _answer(asked: dict[str, Any]) -> int:
    if asked.get("measure"):
        if asked.get("speed"):
            return _pin_speeds(asked.get("name"))
        return _write(asked.get("name")) if asked.get("write") else _compare(asked)
    as_json = asked.get("format") == "json"
    name = asked.get("name")
    if name is None:
        rows = [_facts_at(other, asked) for other in registry.names()]
        print(json.dumps(rows, indent=1) if as_json else lineage_table(rows))
        return DONE
    if "picture" in asked:
        return _draw(name, asked)
    print(_layers(name, asked, as_json))
    return DONE


def _facts_at(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Facts with the counts at the asked shape: pinned if they are, otherwise built; as they are if none is asked.

    Where the architecture cannot be built at that shape there are no counts, and a note says why.
    """
    known = registry.facts(name)
    if known["input_shape"] is None and not _asks_shape(asked):
        return known  # another package's: counted only when a shape is asked for
    place = _place(known, asked)
    try:
        return known | (_pinned(name, *place) or _count(name, *place))
    except ArchitectureError as error:
        print(f"note: {error}", file=sys.stderr)
        return known | {"params": None, "trainable_params": None, "macs": None}


def _asks_shape(asked: dict[str, Any]) -> bool:
    return bool({"input_size", "channels", "num_classes"} & set(asked))


def _place(known: dict[str, Any], asked: dict[str, Any]) -> tuple[Shape, int]:
    """The input shape and number of classes that are asked for, those of the paper where they are not."""
    height, width, channels = known["input_shape"] or (32, 32, 3)
    size = asked.get("input_size")
    shape = (size or height, size or width, asked.get("channels") or channels)
    return shape, asked.get("num_classes") or known["num_classes"] or 10


def _pinned(name: str, shape: Shape, classes: int) -> dict[str, Any] | None:
    """The golden counts at this place, as `counts` has them."""
    entry = golden.counts(name, shape, classes) if name in golden.lines() else None
    return entry and {key: value for key, value in entry.items() if key != "first_macs"}


def _count(name: str, shape: Shape, classes: int) -> dict[str, Any]:
    return _outline(name, shape, classes)[1]


def _outline(name: str, shape: Shape, classes: int) -> tuple[Any, dict[str, Any]]:
    """The net without weights, and its counts."""
    import_keras()
    from suite.models.complexity import counts

    model = registry.build_outline(name, shape, classes)
    return model, counts(model, shape, classes)


def _layers(name: str, asked: dict[str, Any], as_json: bool) -> str:
    known = registry.facts(name)
    shape, classes = _place(known, asked)
    registry.checked_shape(name, shape)  # before the seconds that Keras takes
    model, counted = _outline(name, shape, classes)
    from suite.models.layer_table import layer_table

    rows = layer_table(model)
    known |= counted
    known["options"] = known["options"] or registry.loaded_kinds(name)[0]  # another package's is loaded by now
    known |= {"defaults": registry.defaults(name), "description": registry.description(name)}
    if as_json:
        return json.dumps(known | {"layers": [asdict(row) for row in rows]}, indent=1, default=str)
    return rows_as_text(known, rows)


def _draw(name: str, asked: dict[str, Any]) -> int:
    """Write the layers as a picture, and say where. Raises Refusal where that cannot be written."""
    shape, classes = _place(registry.facts(name), asked)
    registry.checked_shape(name, shape)
    path = asked["picture"]
    if not path.parent.is_dir():
        raise Refusal(f"picture={path}: there is no folder {path.parent}")
    model, counted = _outline(name, shape, classes)
    from suite.models import diagram
    from suite.models.layer_table import layer_table

    title = (
        f"{name}: {'x'.join(map(str, shape))}, {classes:,} classes; {counted['trainable_params']:,} parameters, "
        f"{_thousands(counted['macs'])} multiply-adds"
    )
    diagram.save(diagram.trace(layer_table(model)), title, path)
    print(f"wrote {path}")
    return DONE


def _compare(asked: dict[str, Any]) -> int:
    """Build and count at the pinned shapes (or the asked one) and say where the golden numbers differ."""
    chosen = [asked["name"]] if "name" in asked else list(golden.lines())
    rows, differences = [], 0
    for name in chosen:
        known = registry.facts(name)
        pinned = golden.lines().get(name, {}).get("counts", [])
        places = [(tuple(entry["input_shape"]), entry["num_classes"]) for entry in pinned]
        for shape, classes in [_place(known, asked)] if _asks_shape(asked) or not places else places:
            counted = _count(name, shape, classes)
            entry = _pinned(name, shape, classes)
            same = None if entry is None else entry == counted
            differences += same is False
            rows.append({**{key: known[key] for key in ("name", "family", "year", "depth")}, **counted, "golden": same})
            if asked.get("format") != "json":
                verdict = {None: "not pinned", True: "as pinned", False: f"DIFFERS: pinned {entry}"}[same]
                sizes = "x".join(map(str, shape))
                print(f"{name} {sizes}/{classes}: {counted['trainable_params']:,} learned of {counted['params']:,}, "
                      f"{_thousands(counted['macs'])} multiply-adds: {verdict}", flush=True)  # fmt: skip
    if asked.get("format") == "json":
        print(json.dumps(rows, indent=1))
    return FAILED if differences else DONE


def _write(name: str | None) -> int:
    """Write the golden line of one declared architecture, or of all."""
    import_keras()
    from suite.models.measurement import golden_line

    declared = registry.declared()
    if name is not None and name not in declared:
        raise unknown("architecture", name, declared)
    lines = {chosen: golden_line(chosen) for chosen in ([name] if name else declared)}
    print(f"wrote {', '.join(lines)} to {golden.write(lines, replace=name is None)}")
    return DONE


def _pin_speeds(name: str | None) -> int:
    """Measure the smallest of each family, or of the family of `name`, and put its speed into its golden line."""
    import_keras()
    from suite.models.measurement import images_per_second

    smallest = golden.smallest_of_families()
    if name is not None:
        if name not in golden.lines():
            raise unknown("architecture of this package", name, golden.lines())
        family = registry.facts(name)["family"]
        smallest = {family: smallest[family]}
    for chosen in smallest.values():
        speed = float(f"{images_per_second(chosen):.3g}")
        golden.write({chosen: golden.lines()[chosen] | {golden.SPEED: speed}})
        print(f"{chosen}: {speed:g} images/s", flush=True)
    return DONE


def _thousands(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise ValueError("a file name that ends in .svg, .png or .pdf")
    return path


def _format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("text or json")
    return text


if __name__ == "__main__":
    raise SystemExit(enter(main, HELP))
