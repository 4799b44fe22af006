# On a machine with python3 (3.11 to 3.13, with venv) and a package index: `make quickstart` and `make test` do the rest.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
PYTEST := $(BIN)/python -m pytest

.PHONY: setup quickstart test test-all test-faults lint lock reproduce clean

setup: .venv/installed

.venv/installed: pyproject.toml requirements.lock
ifeq ($(UV),)
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"python3 is {v[0]}.{v[1]}: the suite needs 3.11 to 3.13; name one with make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
else
	$(UV) venv --quiet --allow-existing --python '>=3.11,<3.14' .venv
	$(UV) pip install --quiet --python $(BIN)/python -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
endif
	touch $@

quickstart: setup
	$(BIN)/python -m suite.run study=quickstart

test: setup lint
	$(PYTEST) -m 'not slow and not faults and not realdata'

test-all: setup lint
	$(PYTEST) -m 'not faults and not realdata'

test-faults: setup
	$(PYTEST) -m faults

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --group dev --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --upgrade --quiet -o requirements.lock

reproduce: setup
	for folder in reports/published/*/; do $(BIN)/python -m suite.report folder=$$folder check=true || exit 1; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
