"""How well a search finds its best trial, and in how many epochs, by replayed learning curves.

    python -m suite.bench.search [repeats=20] [trials=4] [length=0.5]
    python -m suite.bench.search curves=synthetic [repeats=200]

The first form replays trainings of small networks that the suite's own trainer recorded
(`suite.bench.recorded`): the suite's search with the trials of budget `laptop`, or with those that are typed, beside an
unpruned search with the same points and random search at the same cost.

The second form takes curves with known final ranks through the real search, trial after trial, under three rules: the
suite's, none, and successive halving among few (the better half of itself and the earlier trials at epochs/4, /2 ...).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from suite.bench.recorded import comparing
from suite.bench.recorded.curves import RecordedCurves
from suite.bench.recorded.networks import NETWORKS
from suite.bench.recorded.replay import Setting
from suite.bench.search import synthetic
from suite.commandline import DONE, enter, parse, whole_number
from suite.config.files import budget_values
from suite.core.refusals import Refusal, unknown
from suite.study.search.pruner import DESCRIPTION

REPEATS = {"recorded": 20, "synthetic": 200}


def recorded(repeats: int, setting: Setting) -> str:
    """The comparison on recorded curves, of every network that has some."""
    found = [RecordedCurves(network) for network in NETWORKS.values()]
    return comparing.table([comparing.compare(one, setting, repeats) for one in found], setting, repeats).text


KINDS = ("recorded", "synthetic")
KEYS: dict[str, Callable[[str], object]] = {
    "curves": str, "repeats": lambda text: whole_number(text, 2), "trials": lambda text: whole_number(text, 1),
    "length": float,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    values = parse(arguments, KEYS)
    kind = str(values.get("curves", KINDS[0]))
    if kind not in KINDS:
        raise unknown("kind of curves", kind, KINDS)
    if kind == "synthetic" and {"trials", "length"} & values.keys():
        raise Refusal("trials and length are of curves=recorded: synthetic ones have a table of both")
    repeats = int(str(values.get("repeats", REPEATS[kind])))
    asked = {"length": 1.0, **budget_values("laptop")["search"], **values}
    setting = Setting(int(asked["trials"]), float(asked["length"]))
    print(DESCRIPTION, synthetic.table(repeats) if kind == "synthetic" else recorded(repeats, setting), sep="\n\n")
    return DONE


if __name__ == "__main__":
    sys.exit(enter(main, str(__doc__)))
