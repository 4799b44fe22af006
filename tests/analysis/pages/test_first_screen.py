from __future__ import annotations

from suite.analysis.pages.first_screen import fold_id


def test_no_two_rows_unfold_to_the_same() -> None:
    names = ["resnet_20", "resnet-20", "resnet.20", "resnet+20", "resnet20"]
    found = {fold_id(name, track) for name in names for track in ("tuned", "shared")}
    assert len(found) == 2 * len(names)
    assert all(set(name) <= {*"abcdefghijklmnopqrstuvwxyz0123456789-"} for name in found)
