# `make` alone lists what there is. Everything is set up at first need; a second run finds it there.

PYTHON ?= python3
UV := .venv/bin/uv
PY := .venv/bin/python
# Compiled once: where Python may not write it would compile every module at every start.
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(PY)
GOLDTHREAD := .venv/bin/goldthread
# What Python and pytest compiled is kept here too, whatever the environment says: to compile it again was a
# third of what each process of a run took to collect the tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-clean test chaos lint format up down operate screenshots bench bench-identity contracts lock system clean
MAKEFLAGS += --no-print-directory

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.runtime build/.assets ## All of it in one process, with an invented caseload: start here
	@$(GOLDTHREAD) demo

demo-clean: ## Forget what the demo kept
	rm -rf data/demo

# Three processes, each with its own Kafka, PostgreSQL and browser. After them, by itself, what promises
# something within a second; and the short chaos run of each deployment, which starves whatever runs beside it.
test: .venv/.dev build/.assets system lint ## Every check and every test, on a real Kafka and PostgreSQL
	@$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	@$(PY) -m pytest -m prompt tests/scenarios
	@$(PY) -m pytest -m chaos tests/faults

chaos: .venv/.dev build/.assets system ## Kills and faults, by chance from a SEED, and what must hold after: KILLS=40 SEED=1 EMBEDDED=1
	@$(PY) -m tests.faults.chaos --kills $(or $(KILLS),40) --seed $(or $(SEED),1) $(if $(EMBEDDED),--embedded)

lint: .venv/.dev ## Style, types, and which package may import which
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy contracts chassis services deploy
	@.venv/bin/lint-imports

format: .venv/.dev ## Put the code into shape
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

up: .venv/.dev build/.assets system ## The distributed deployment as local processes, behind one address; one of them: PART=orders
	@$(PY) -m deploy.local.up up $(PART)

down: ## Stop what `make up` started; its data stays; one of it: PART=orders
	@test ! -x $(PY) || $(PY) -m deploy.local.up down $(PART)

operate: ## An operator's command, with the settings of what is up: RUN="marks orders"
	@$(PY) -m deploy.local.up operate $(or $(RUN),--help)

screenshots: .venv/.dev build/.assets system ## Every page as desktop, phone and print, into build/screenshots
	@$(GOLDTHREAD) screenshots

# Each measurement is tried by a few first: what does not run is told in minutes, and not after an hour. It is
# here and not in `make test`, of which it took an eighth. Each part that is measured is kept in
# build/bench/parts: to measure it again of the same commit, delete it there.
bench: .venv/.dev build/.assets system ## Measure it on this machine, beside the bare libraries; cut, it goes on: YEAR=1 STEADY=600 for all of it
	@$(PY) -m pytest -q -m bench
	@$(GOLDTHREAD) bench --year $(or $(YEAR),0.002) --steady $(or $(STEADY),20)

bench-identity: .venv/.dev build/.assets system ## Measure who is linked, by kind of record; and how fast: RECORDS=1000000
	@$(GOLDTHREAD) bench-identity --records $(or $(RECORDS),1000000)

contracts: .venv/.runtime ## Write schemas, examples and the AsyncAPI document from the models
	@$(GOLDTHREAD) contracts

lock: .venv/bin/uv ## Resolve the dependencies again
	$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.lock
	$(UV) pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements-dev.lock

clean: down ## Remove what was built and installed here; kept data stays
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# What pip does not have. Only root on Debian or Ubuntu has it installed; anybody else is told.
system:
	@missing=$$( \
	  { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb || echo postgresql >&3; \
	    command -v chromium-headless-shell || command -v chromium || echo chromium-headless-shell >&3; \
	    PATH=$$PATH:/usr/sbin command -v nginx || echo nginx >&3; } 3>&1 >/dev/null 2>/dev/null | xargs); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing $$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	else echo "Not installed: $$missing (tests that need them will say so)"; fi

# It installs in seconds what takes pip a minute.
.venv/bin/uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Goldthread needs Python 3.11 or later")'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/uv
	@echo "Installing the packages of requirements.lock into .venv"
	@$(INSTALL) -r requirements.lock
	@$(INSTALL) --no-deps -e .
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml | .venv/bin/uv
	@echo "Installing the packages of requirements-dev.lock into .venv"
	@$(INSTALL) -r requirements-dev.lock
	@$(INSTALL) --no-deps -e .
	@touch $@ .venv/.runtime

build/.assets: $(wildcard deploy/assets.py) | .venv/.runtime
	@$(PY) -m deploy.assets
	@mkdir -p build && touch $@
