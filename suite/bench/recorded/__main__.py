"""Records learning curves with the suite's own trainer, for searches to be replayed on (`suite.bench.search`).

    python -m suite.bench.recorded network=NAME [configurations=64] [data_dir=DIR]

Started again, what is missing follows: rows are written as they end, and none is trained twice.
Exit: 0 done; 2 refused; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from suite.bench.recorded.networks import NETWORKS
from suite.bench.recorded.recording import record
from suite.commandline import DONE, enter, parse, whole_number
from suite.core.refusals import Refusal, unknown
from suite.executors.local import worker_environment

CONFIGURATIONS = 64
KEYS: dict[str, Callable[[str], object]] = {
    "network": str,
    "configurations": lambda text: whole_number(text, 1),
    "data_dir": Path,
}


def main(arguments: list[str]) -> int:
    values = parse(arguments, KEYS)
    name, number, data_dir = values.get("network"), values.get("configurations", CONFIGURATIONS), values.get("data_dir")
    if name is None:
        raise Refusal(f"which network? network=NAME, one of: {', '.join(NETWORKS)}")
    if name not in NETWORKS:
        raise unknown("network", str(name), NETWORKS)
    assert isinstance(number, int)
    assert data_dir is None or isinstance(data_dir, Path)
    os.environ.update(worker_environment("tensorflow", threads=1))
    record(NETWORKS[str(name)], number, data_dir)
    return DONE


if __name__ == "__main__":
    sys.exit(enter(main, __doc__))
