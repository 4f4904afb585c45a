# Creditsite. `make run` starts the whole site, `make test` runs all tests.

PYTHON ?= python3
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
READY := $(VENV)/requirements.txt

.PHONY: help run sandbox test check bench requirements clean

help:
	@echo "make run           start the site with database, worker and Stripe sandbox"
	@echo "make sandbox       start the Stripe sandbox alone (SANDBOX='--state FILE' keeps its state)"
	@echo "make test          run all tests"
	@echo "make check         run all linters, type checks and consistency checks"
	@echo "make bench         measure how fast the site is (30 minutes; BENCH=--quick: 6)"
	@echo "make requirements  pin the newest allowed versions (needs uv)"
	@echo "make clean         delete the environment and caches; the data in .data stays"

run: $(READY)
	@exec $(VENV_PYTHON) -m creditsite.development.run

sandbox: $(READY)
	@exec $(VENV_PYTHON) -m creditsite.development.sandbox $(SANDBOX)

test: $(READY)
	@$(VENV_PYTHON) -m pytest -n logical --maxprocesses 4 --dist worksteal

check: $(READY)
	@$(VENV_PYTHON) -m creditsite.development.check

bench: $(READY) $(VENV)/benchmarks.txt
	@exec $(VENV_PYTHON) -m benchmarks $(BENCH)

# What only the benchmarks need comes on top when they are run.
$(VENV)/benchmarks.txt: benchmarks/requirements.txt $(READY)
	@echo "Installing benchmarks/requirements.txt into $(VENV) …"
	@$(VENV_PYTHON) -m pip install --disable-pip-version-check --quiet \
		--require-hashes -r benchmarks/requirements.txt
	@cp benchmarks/requirements.txt $@

# The copy of requirements.txt says what is installed.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	@$(VENV_PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo "Making $(VENV) …"; $(PYTHON) -m venv --clear $(VENV); }
	@cmp -s requirements.txt $(READY) || { \
		echo "Installing requirements.txt into $(VENV); the first time takes a minute …"; \
		$(VENV_PYTHON) -m pip install --disable-pip-version-check --quiet \
			--require-hashes -r requirements.txt; }
	@cp requirements.txt $(READY)

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --custom-compile-command "make requirements"

requirements:
	@command -v uv >/dev/null || { echo "uv is needed: pip install uv" >&2; exit 1; }
	$(COMPILE) requirements-production.in --output-file requirements-production.txt
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) benchmarks/requirements.in --output-file benchmarks/requirements.txt

clean:
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
