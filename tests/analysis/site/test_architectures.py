from __future__ import annotations

from suite.analysis.site.architectures import all_of
from suite.models.facts import golden, of


def test_every_architecture_with_its_golden_counts_and_published_errors() -> None:
    known = {one.name: one for one in all_of([], {})}
    assert list(known) == list(golden.lines())
    for name, one in known.items():
        assert one.params == f"{of(name)['trainable_params']:,}"
        assert len(one.counts) == 1 + len(golden.lines()[name]["counts"])
        assert len(one.errors) == 1 + len(of(name)["published"].get("errors") or [])
        assert all(row[3] and row[6] for row in one.errors), "no error without its condition and source"
        assert one.layers is None
    assert ["mnist", "0.95%", "–", "1 network, no distortions", "1", "test", "yann.lecun.com/exdb/mnist"] in known[
        "lenet5"
    ].errors
    assert len(known["lenet5"].misquoted) > 1
    assert ("Options", "width (number); activation (tanh or relu); pooling (average or max)") in known["lenet5"].facts


def test_layers_stand_with_their_architecture() -> None:
    rows = [["Layer", "Operation"], ["conv", "Conv2D 3x3"]]
    known = {one.name: one for one in all_of([], {"lenet5": rows})}
    assert known["lenet5"].layers == rows
    assert known["vgg16"].layers is None
