# On a machine with python3 (3.11 to 3.13, with venv) and a package index: `make quickstart` and `make test` do the rest.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
PYTEST := $(BIN)/python -m pytest

.PHONY: setup setup-dev quickstart test test-all test-faults lint lock reproduce clean

# $(call install,LOCK) puts what a lock file names, and the suite itself, into .venv
ifeq ($(UV),)
define install
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else \
		f"python3 is {v[0]}.{v[1]}: the suite needs 3.11 to 3.13; name one with make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
endef
else
define install
	test -x $(BIN)/python || $(UV) venv --quiet --seed --python '>=3.11,<3.14' .venv
	$(UV) pip install --quiet --python $(BIN)/python -r $(1)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
endef
endif

setup: .venv/installed
setup-dev: .venv/installed-dev

.venv/installed: pyproject.toml requirements.lock
	$(call install,requirements.lock)
	touch $@

.venv/installed-dev: pyproject.toml requirements.lock requirements-dev.lock
	$(call install,requirements-dev.lock)
	touch .venv/installed $@

quickstart: setup
	$(BIN)/python -m suite.run study=quickstart

test: lint
	$(PYTEST) -n 2 --dist loadfile -m 'not slow and not faults and not realdata'

test-all: test
	$(PYTEST) -n 2 --dist worksteal -m 'slow and not faults and not realdata'

test-faults: setup-dev
	$(PYTEST) -n 2 --dist worksteal -m 'faults and not quick'

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet

lock:
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

reproduce: setup
	for study in reports/published/*/study.json; do folder=$$(dirname $$study); $(BIN)/python -m suite.report folder=$$folder check=true || exit 1; done
	$(BIN)/python -m suite.claims check=true

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
