"""What is made from the run directories for people: MLflow's runs and Optuna's mirror."""
