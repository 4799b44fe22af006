"""MLflow as a projection of the run directories. The only importer of mlflow.

experiment = study; parent run = candidate of an instance; children = its trials and final runs; one `summary` run for
each instance; one external model for each candidate's winner. A run is found by its tags, and a metric row keeps its
first timestamp, so projecting twice adds nothing.

    store      a tracking store, opened: its database, the study's experiment, the runs that are there
    tracker    writes runs: epochs, results, candidates, the summary
    winners    writes models
    shown      what MLflow's own pages show of experiments and runs: kinds, descriptions, sources, data sets
"""

from __future__ import annotations

import logging
import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
os.environ.setdefault("MLFLOW_TRUNCATE_LONG_VALUES", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # by default minutes; a call made twice creates twice
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

from suite.projections import Instance
from suite.projections.mlflow.store import make_database
from suite.projections.mlflow.tracker import Tracker

__all__ = ["Tracker", "make_database", "open_projection"]

logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # what goes wrong is said here, in one line
logging.getLogger("alembic").setLevel(logging.WARNING)


def open_projection(instance: Instance) -> Tracker:
    """The instance in its tracking store."""
    address = instance.stores.mlflow
    followed = (instance.study, instance.name, instance.tags, instance.artifacts, instance.workspace)
    return Tracker(address, *followed, instance.owner(address), instance.about)
