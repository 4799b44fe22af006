"""Hydra's configuration module: defaults, recipes, search spaces and budgets as YAML."""
