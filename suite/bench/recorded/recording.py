"""Records learning curves with the suite's own trainer.

Of each network the recipe as it stands and points of a Sobol sequence over its search space are trained, at each of the
lengths that a search trial or a final run may have. A line of the CSV is one training. Started again, what is missing
follows: rows are written as they end, and none is trained twice.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scipy.stats import qmc

from suite.bench.recorded.networks import EPOCHS, REPEATS, SHARES, Network
from suite.core.durable import write_text
from suite.study.search.space import at, distributions

SEED = 0


class Training(NamedTuple):
    """One training of the table. `repeat` counts those of one configuration and length."""

    configuration: int
    share: float
    repeat: int

    @property
    def seed(self) -> int:
        """No two trainings share theirs: what a search sees of one point says nothing of its luck at another."""
        lengths = sorted(REPEATS)
        return (self.configuration * len(lengths) + lengths.index(self.share)) * max(REPEATS.values()) + self.repeat


def points(network: Network, number: int) -> list[dict[str, Any]]:
    """The recipe's own values, and behind them points that fill the search space evenly."""
    candidate = network.candidate
    start = candidate.recipe.as_mapping()
    space = distributions(candidate.search.dimensions, start)
    sobol = qmc.Sobol(len(space), scramble=True, rng=SEED).random(1 << (number - 1).bit_length())[: number - 1]
    drawn = [
        {name: at(distribution, float(u)) for (name, distribution), u in zip(space.items(), unit, strict=True)}
        for unit in sobol
    ]
    return [{name: start[name] for name in space}, *drawn]


def trainings(number: int) -> Iterator[Training]:
    """All that are recorded, configuration by configuration."""
    for configuration in range(number):
        for share in SHARES:
            for repeat in range(REPEATS[share]):
                yield Training(configuration, share, repeat)


def record(network: Network, number: int, data_dir: Path | None) -> None:
    """Train what the network's table lacks, and add it."""
    from suite.training.trainer import Trainer

    rows = read_rows(network.curves)
    known = {training_of(row) for row in rows}
    found, trainer = points(network, number), Trainer()
    with tempfile.TemporaryDirectory(prefix="suite-curves-") as folder:
        for place, training in enumerate(each for each in trainings(number) if each not in known):
            parameters = found[training.configuration]
            result, values = _train(trainer, network, training, parameters, Path(folder) / str(place), data_dir)
            rows.append(
                {
                    **{name: str(value) for name, value in {**training._asdict(), **parameters}.items()},
                    "outcome": str(result["outcome"]),
                    **{f"epoch {epoch}": f"{value:.4f}" for epoch, value in enumerate(values, start=1)},
                }
            )
            _write(network.curves, [*training._fields, *parameters], rows)
            print(*rows[-1].values(), flush=True)


def _train(
    trainer: Any,
    network: Network,
    training: Training,
    parameters: Mapping[str, Any],
    folder: Path,
    data_dir: Path | None,
) -> tuple[Mapping[str, Any], list[float]]:
    """The fields of a training's result, and its validation accuracy after each epoch."""
    from suite.training.spec import RunSpec

    candidate, values = network.candidate, list[float]()
    assert network.data.train_examples is not None

    def on_epoch(row: Mapping[str, Any]) -> bool:
        values.append(float(row["val_accuracy"]))
        return False

    spec = RunSpec(
        architecture=network.architecture,
        options=dict(network.options),
        recipe=candidate.settled(network.data.train_examples, training.share),
        data=network.data,
        seeds={"split": 0, **dict.fromkeys(("initial", "order", "augment"), training.seed)},
        cache_dir=str(folder.parent / "cache"),
        parameters=parameters,
        data_dir=str(data_dir) if data_dir else None,
    )
    return trainer.train(spec, folder, on_epoch), values


def read_rows(path: Path) -> list[dict[str, str]]:
    """The lines of a table of curves; none where there is no table yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def training_of(row: Mapping[str, str]) -> Training:
    """Which training a line is of."""
    return Training(int(row["configuration"]), float(row["share"]), int(row["repeat"]))


def _write(path: Path, first: list[str], rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    names = [*first, "outcome", *(f"epoch {epoch}" for epoch in range(1, EPOCHS + 1))]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
