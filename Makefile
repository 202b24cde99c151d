# `make` explains itself; every target below works again offline once its installation is done.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Only what is imported gets compiled to bytecode: a third off the first run.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install --no-compile -c constraints.txt

.PHONY: help run replay test lint format bench clean

help: ## Say what each target does
	@echo "hedger: from a portfolio file to a hedged book. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

run: .venv/.run .venv/.kernels ## Hedge the example book in the market of 5 February 2018 (first time: install, about a minute)
	@$(BIN)/hedger run example

replay: .venv/.run .venv/.kernels ## Hedge the example book through February 2018, one policy beside the other
	@$(BIN)/hedger replay volmageddon-2018 --portfolio example

test: lint .venv/.kernels ## Style, types, dependency law and all tests: what CI runs
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: .venv/.dev ## Style, types and dependency law
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

format: .venv/.dev ## Format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: .venv/.dev .venv/.kernels ## Print every figure that README and the documents quote
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

clean: ## Remove the environment and all caches
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "hedger needs Python 3.11 or later; found: $$("$(PYTHON)" --version 2>&1 || echo none). Try: make run PYTHON=/path/to/python3.11" >&2; exit 2; }
	@"$(PYTHON)" -m venv .venv \
	  || { rm -rf .venv; echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 2; }

# numba keys its cache on the file of the outermost kernel alone: when any source changes, compile them all anew.
.venv/.kernels: $(wildcard pricing/*.py pricing/*/*.py execution/*.py execution/*/*.py execution/*/*/*.py hedger/*/*.py hedger/*/*/*.py) | .venv/bin/python
	@find pricing execution hedger -name '*.nb[ic]' -delete
	@touch $@

.venv/.run: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing hedger into .venv ..." >&2
	@$(PIP) -e .
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing hedger and its development tools into .venv ..." >&2
	@$(PIP) -e '.[dev]'
	@touch $@ .venv/.run
