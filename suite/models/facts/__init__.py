"""What is known of architectures without building them: golden counts, published figures, common misquotations.

The front of `golden`, `published` and `errata`: everything that is said about an architecture, as one dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.models.facts import golden
from suite.models.facts.errata import errata
from suite.models.facts.published import published, variant
from suite.models.weights import sources

_DECLARED = ("family", "year", "depth", "key_innovation", "min_size")
_COUNTED = ("params", "trainable_params", "macs", "input_shape", "num_classes")

AS = "as"
"""Key of the name under which the literature knows what is built."""


def of(name: str, package: str | None = None) -> dict[str, Any]:
    """What is known of an architecture.

    name, family, year, depth, key_innovation, min_size; options, with what each takes; input_shape and num_classes at
    which params, trainable_params and macs (multiply-adds of one image) were counted, the paper's; published and
    errata: see there. For an architecture that `package` brings in, counts, year and depth are None, and family names
    the package.
    """
    literature = {"published": published(name), "errata": errata([name])}
    if package is not None:
        unknown = dict.fromkeys((*_DECLARED, *_COUNTED, "options"))
        return {"name": name, **unknown, "family": package, **literature}
    line = golden.lines()[name]
    counted = {key: value for key, value in line["counts"][0].items() if key != "first_macs"}
    kinds = {**line["options"], **sources.options(name)}
    return {"name": name, **{key: line[key] for key in _DECLARED}, "options": kinds, **counted, **literature}


def with_options(facts: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of what these options make of an architecture, with "as": the name under which papers know that.

    Options that make a net which is published under another name (a residual net without its shortcuts) bring that
    net's literature in the place of the architecture's own, and its facts where it is an architecture too. Whatever
    else the options change, such as the width, "as" says whose literature it is.
    """
    found = variant(facts["name"], options)
    if found is None:
        return {**facts, AS: facts["name"]}
    twin = found["name"]
    if twin in golden.lines():
        return {**of(twin), "name": facts["name"], "options": facts["options"], AS: twin}
    same = {key: value for key, value in facts["published"].items() if key == "paper"}
    told = {key: value for key, value in found.items() if key not in ("name", "options")}
    return {**facts, "published": same | told, "errata": errata([twin]), AS: twin}
