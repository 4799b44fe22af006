from __future__ import annotations

from suite.core.commands import words_for_others


def test_places_and_moments_are_left_out() -> None:
    typed = "python -m suite.run study=s data_dir='/my images' workspace=w storage.mlflow=http://h from=d retry=failed"
    assert words_for_others(f"{typed} 'title=Two words' seeds=3") == [
        *("python", "-m", "suite.run", "study=s", "title=Two words", "seeds=3")
    ]
    assert words_for_others("") == []
