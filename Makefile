# Each target creates what it needs. PYTHON picks the interpreter, 3.11 or later.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve install test check format

serve: install            ## install, bring the index up to date, serve
	-$(BIN)/qa-service build
	$(BIN)/qa-service serve

install: $(VENV)/installed  ## just the environment

test: $(VENV)/installed-test  ## the whole test suite
	$(BIN)/python -m pytest

check: $(VENV)/installed-test  ## format, lint, types, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m "not slow and not browser"

format: $(VENV)/installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Constraints hold for every install, so that two machines get the same packages.
$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: name one, as in make install PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install -c constraints.txt -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install -c constraints.txt -e ".[test,mcp,gunicorn,milvus]"
	touch $@
