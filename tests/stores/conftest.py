from tests.projections.conftest import mlflow_server, postgres

__all__ = ["mlflow_server", "postgres"]
