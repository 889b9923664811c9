# Sets up the project in .venv and runs it. `make help` lists the targets.
# Needs Python 3.11 or newer with venv, and a Python package registry; neither a GPU nor the Hugging Face Hub.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
CLIPS ?= hub_examples/clips/*

# No target is a file: the stamps below record the installation.
.PHONY: help demo test versions latest lint types format docs clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: .venv/.installed ## set up, download the default text backbone, explain the clips of this repository
	@$(BIN)/eai-llm backbone fetch > /dev/null
	@$(BIN)/eai-llm explain $(CLIPS)

test: .venv/.installed-dev ## set up and run all tests
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile

versions: .venv/.installed-dev ## tests that depend on the libraries, on the lowest and the newest supported versions
	@.ci/versions lowest newest

latest: .venv/.installed-dev ## the same on the versions that the registry has now
	@.ci/versions latest

lint: .venv/.installed-dev ## rules, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory types

# mypy does not know package_dir, so it reads a copy with modeling/ and processing/ in their installed places.
types: .venv/.installed-dev ## only types
	@rm -rf build/types && mkdir -p build/types
	@cp -Rp eai_llm_hf eai_llm_command.py build/types/ && cp -Rp modeling processing build/types/eai_llm_hf/
	@cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache

format: .venv/.installed-dev ## sort imports and format the code
	@$(BIN)/ruff check --fix-only --select I .
	@$(BIN)/ruff format .

# --strict: a link or anchor that leads nowhere, or a page without a place in the navigation, ends the build. The variable
# silences an advertisement of the theme.
docs: .venv/.installed-docs ## the pages as a site in build/site, with links checked
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --config-file docs/site/mkdocs.yml
	@echo "build/site; to read it: $(BIN)/python -m http.server --directory build/site"

clean: ## remove .venv and everything that was built; the downloaded backbone stays in its cache
	rm -rf .venv .venv-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch is installed first, in the build that fits this machine: uv detects a GPU. If it cannot reach the index of those
# builds (one retry: 1 s without a network), pip installs the build of the registry.
.venv/.installed: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing torch (the longest step, up to a few minutes)" >&2
	@$(PIP) install -c constraints.txt uv
	@UV_HTTP_RETRIES=1 $(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt --torch-backend auto torch \
		2> /dev/null || $(PIP) install -c constraints.txt torch
	@echo "Installing the package and its dependencies" >&2
	@$(PIP) install -c constraints.txt -e .
	@touch $@

.venv/.installed-dev: .venv/.installed
	@echo "Installing the tools for tests and checks" >&2
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

.venv/.installed-docs: .venv/.installed
	@echo "Installing the tools for the site" >&2
	@$(PIP) install -c constraints.txt -e '.[docs]'
	@touch $@
