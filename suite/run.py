"""`python -m suite.run study=NAME`: train what is missing of a study, and render its report."""

from __future__ import annotations

import sys

from suite.command import execute
from suite.commandline import enter

HELP = """
Train a study's candidates under equal rules, tune each, repeat the winners over seeds, and render the report.

    python -m suite.run study=NAME [budget=smoke|laptop|full] [time=45m] [equal=images|seconds] [limit=2h]
                        [dataset=NAME] [backend=NAME]
                        [precision=auto|float32|mixed_bfloat16|mixed_float16] [workers=N] [workspace=DIR] [data_dir=DIR]
                        [executor=local|ray] [offline=true] [dry_run=true|measure|power] [instance=NAME]
                        [retry=failed] [storage.mlflow=ADDRESS] [storage.optuna=ADDRESS] [key=value ...]

Any value of the study, its recipe or its data can be set: seeds=5, search.trials=8, recipe.learning_rate=0.05,
data.train_examples=10000, candidates.resnet20.options.width=0.5. The same command, typed again, trains only what is
missing; with retry=failed what failed, too. Pictures of your own: dataset=folder data.path=DIR (one folder for each
class).

seeds=auto: three seeds of each, then further ones, one at a time, where they decide a claim or who is first (at most
ten; seeds.most=6). It stops by a rule that holds however often one looks.

Published records: from=DIR takes over the finished runs of a report's folder, so that only what it lacks trains.
time=45m: everything ends after about so long. Each candidate's speed is measured once, and every final run sees as many
images as that allows (equal=seconds: trains as long); the lengths are written down, and an instance keeps them.

On many machines: executor=ray, with ray.address=HOST:PORT to join a cluster; python -m suite help scale says more.

Stores that others share: storage.mlflow=http://HOST:PORT (or postgresql://USER@HOST/DATABASE), else
$MLFLOW_TRACKING_URI, else mlflow.db in the workspace; storage.optuna=postgresql://USER@HOST/DATABASE, else
$SUITE_OPTUNA_STORAGE, else optuna.db there. Whoever lists processes sees what is typed: passwords belong into these
variables, or into $MLFLOW_TRACKING_USERNAME and $MLFLOW_TRACKING_PASSWORD (or $MLFLOW_TRACKING_TOKEN), $PGPASSWORD or
~/.pgpass. A store that is away keeps nothing from training; it is written when it is back.

Keys: study budget recipe title question paper task dataset axes candidates search seeds study_seed tracks claims
intervals table evaluation data images_seen time equal train_on_validation stamp limit instance backend precision
workers threads deterministic executor ray storage workspace data_dir offline dry_run from order retry

Exit: 0 done; 1 a run or its evaluation failed, or the study had to stop; 2 refused before anything started; 130
interrupted, resumable.
"""


def main(arguments: list[str]) -> int:
    return execute(arguments)[0]


if __name__ == "__main__":
    sys.exit(enter(main, HELP))
