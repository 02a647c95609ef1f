# `make demo` and `make test` set themselves up; `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

REPORT := build/magnet-recycling.html
EXAMPLE := examples/magnet-recycling/plant.yaml
EXAMPLE_PLANTS := $(sort $(wildcard examples/*/plant.yaml))
EXAMPLE_SCRIPTS := $(sort $(wildcard examples/*.py examples/*/*.py))
BENCHMARKS := $(sort $(wildcard benchmarks/*.py))

# A stamp is touched only when its step has succeeded, so an interrupted set-up resumes.
CREATED := $(VENV)/.created
RUNNABLE := $(VENV)/.runnable
TESTABLE := $(VENV)/.testable
INSTALLED := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without ensurepip the environment has no pip of its own, and the machine's pip fills it.
PIP_INSTALL = if test -x $(BIN)/pip; then pip="$(BIN)/python -m pip"; \
	else pip="$(PYTHON) -m pip --python $(BIN)/python"; fi; $$pip install --quiet --no-input

.DEFAULT_GOAL := help
.PHONY: help .venv demo test test-all lint format types layers examples bench lock clean

help: ## list the targets
	@grep -hE '^[a-z.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

.venv: $(TESTABLE) $(INSTALLED) ## the whole environment: what runs, tests and checks Ytterby

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Ytterby needs Python 3.11 or newer; '$(PYTHON)' is older or absent." \
		     "Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv --clear $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV); \
	else \
		echo "'$(PYTHON)' can make no virtual environment: neither ensurepip nor pip is there." \
		     "On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi
	@touch $@

$(RUNNABLE): requirements.txt | $(CREATED)
	@echo "Installing what Ytterby needs to run (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@touch $@

$(TESTABLE): requirements-dev.txt | $(RUNNABLE)
	@echo "Installing what the tests and checks need (once) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(INSTALLED): pyproject.toml | $(RUNNABLE)
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(RUNNABLE) $(INSTALLED) ## run the magnet-recycling example and write its report
	@mkdir -p $(dir $(REPORT))
	@$(BIN)/ytterby run $(EXAMPLE) --place EE --law CN --scrap scrap --report $(REPORT)

test: .venv ## every test but the long ones
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long"

test-all: .venv ## every test
	$(BIN)/python -m pytest -n $(WORKERS)

lint: .venv ## style and layout of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv ## mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv ## static types
	$(BIN)/pyright

layers: .venv ## imports go downward only
	$(BIN)/lint-imports

examples: $(RUNNABLE) $(INSTALLED) ## run every example
	@set -e; for plant in $(EXAMPLE_PLANTS); do \
		echo "== $$plant"; $(BIN)/ytterby run "$$plant"; done
	@set -e; for script in $(EXAMPLE_SCRIPTS); do \
		echo "== $$script"; $(BIN)/python "$$script"; done

bench: $(RUNNABLE) $(INSTALLED) ## print how fast, against peers in the same run
	@set -e; for script in $(BENCHMARKS); do \
		echo "== $$script"; $(BIN)/python "$$script"; done

# The tool that pins lives in an environment of its own, so that it needs no pin here.
PIN = build/pin/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

lock: ## pin the newest versions of requirements*.in, with their hashes
	@test -x build/pin/bin/uv || { $(PYTHON) -m venv build/pin && build/pin/bin/pip install --quiet uv; }
	$(PIN) --upgrade --output-file requirements.txt requirements.in
	$(PIN) --upgrade --constraints requirements.txt --output-file requirements-dev.txt requirements-dev.in

clean: ## remove what the targets above made
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis .import_linter_cache src/*.egg-info
	find src tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
