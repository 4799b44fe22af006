from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.analysis.figures.drawings import calibration
from suite.analysis.folder import reading
from suite.analysis.table.columns import table


def test_each_candidate_has_a_line_of_its_bins(rendered: Path) -> None:
    read = reading.read(rendered)
    lines = calibration.shown(read, table(read))
    assert [line.label for line in lines] == ["resnet20", "plain20", "lenet5"]
    assert [line.series for line in lines] == [list(read.study["candidates"]).index(line.label) for line in lines]
    for line in lines:
        # The fabricated confidences lie between one half and one, whatever is right.
        assert [one.confidence for one in line.bins] == sorted(one.confidence for one in line.bins)
        assert line.bins[0].confidence > 0.5
        answers, right = sum(one.answers for one in line.bins), sum(one.answers * one.accuracy for one in line.bins)
        assert answers == 3 * 400
        errors = table(read).set_index("candidate").test_error
        assert np.isclose(1 - right / answers, errors[line.label])
    drawn = calibration.draw(lines)
    assert all(f">{line.label}<" in drawn for line in lines)
    assert drawn == calibration.draw(lines)


def test_bins_of_few_answers_are_left_out(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading.read(rendered)
    most = max(one.answers for line in calibration.shown(read, table(read)) for one in line.bins)
    assert most > calibration.LEAST
    monkeypatch.setattr(calibration, "LEAST", most + 1)
    assert calibration.shown(read, table(read)) == []
    assert list(calibration.pictures(read, table(read))) == []
