"""Statistics, claims, tables, figures and the page: from run directories to a report, without Keras or MLflow."""
