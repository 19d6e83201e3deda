# make run    set up, open JupyterLab with the workbench on real MNIST
# make test   set up, lint, types, every test
# make bench  the benchmarks, a ratio a line

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARTIFACTS ?= $(CURDIR)/.artifacts

# Without compiled bytecode TensorFlow takes fourteen seconds to import instead of three.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The sidebar and the code editor are built below, before they are installed.
export SKIP_JUPYTER_BUILDER := 1
export WORKBENCH_ARTIFACTS := $(ARTIFACTS)

LABEXTENSION := workbench/labextension/static/style.js
BUNDLES := workbench/panels/static/editor.js workbench/panels/static/plotly.js
NODE_MODULES := extension/node_modules/.package-lock.json
SOURCES := $(wildcard extension/src/*.ts extension/style/* extension/style/*/*) extension/tsconfig.json extension/bundle-widgets.mjs
# What an editable install copies to where Jupyter looks for it.
SHARED := $(wildcard jupyter-config/*/* workbench/server/voila_template/* workbench/server/voila_template/*/* notebooks/*.ipynb)

.PHONY: run test lint bench clean

run: $(VENV)/.installed
	$(BIN)/workbench lab $(if $(WORKBENCH_PORT),--port=$(WORKBENCH_PORT)) $(if $(WORKBENCH_NO_BROWSER),--no-browser)

test: $(VENV)/.tested lint
	tests/browser/install-chromium $(BIN)/python
	$(BIN)/python -m pytest

lint: $(VENV)/.tested $(NODE_MODULES)
	npm --prefix extension run --silent lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.tested
	$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(ARTIFACTS) build dist extension/lib extension/node_modules workbench/labextension $(BUNDLES)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(NODE_MODULES): extension/package.json extension/package-lock.json
	@command -v npm >/dev/null || { echo "npm (Node 20 or newer) is needed to build the sidebar" >&2; exit 1; }
	@# Not npm ci: the lock file lists the compiler's binaries for Linux alone, which ci refuses.
	npm --prefix extension install --no-save --no-audit --no-fund --loglevel=error
	touch $@

$(LABEXTENSION): $(SOURCES) $(NODE_MODULES)
	rm -rf workbench/labextension
	npm --prefix extension run --silent build:prod

# Made by the same command; again only where it is missing.
$(BUNDLES): | $(LABEXTENSION)
	node extension/bundle-widgets.mjs

$(VENV)/.installed: $(BIN)/python pyproject.toml $(LABEXTENSION) $(BUNDLES) $(SHARED)
	$(BIN)/pip install --quiet --retries 10 -e .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/pip install --quiet --retries 10 -e '.[test,lint]'
	touch $@
