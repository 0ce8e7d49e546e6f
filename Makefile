# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:

# Some shells forbid it; without compiled modules every start takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8000
HOST ?= 127.0.0.1
SPG_DATA_DIR ?= var
SPG_DATABASE_URL ?= sqlite:///$(SPG_DATA_DIR)/registry.db
SPG_PUBLIC_URL ?= http://localhost:$(PORT)

BIN := .venv/bin
PY := $(BIN)/python
STAGE := .ci/stage
# A checkout that was moved has an environment that points elsewhere: make it again.
STALE := $(shell [ "$$(cat .venv/.place 2>/dev/null)" = "$$PWD" ] || echo stale)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

# -- run ------------------------------------------------------------------------------------------

.PHONY: run
run: export SPG_DEMO ?= 1
run: export SPG_DATA_DIR := $(SPG_DATA_DIR)
run: export SPG_DATABASE_URL := $(SPG_DATABASE_URL)
run: export SPG_PUBLIC_URL := $(SPG_PUBLIC_URL)
run: .venv/.run ## set up, load the demonstration the first time, serve (PORT, HOST, SPG_… apply)
	@$(BIN)/spg-registry setup
	@exec $(BIN)/spg-registry serve --host $(HOST) --port $(PORT)

.venv/.run: requirements.lock .ci/setup $(STALE)
	@.ci/setup requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@.ci/setup requirements-dev.lock
	@touch $@

.PHONY: setup dev stale
setup: .venv/.run ## only install what `make run` needs
dev: .venv/.dev ## only install what `make test` needs

# -- test -----------------------------------------------------------------------------------------

# The test run has its own settings: nothing of the caller's reaches it.
CLEAN_ENV := env -u SPG_DEMO -u SPG_DATA_DIR -u SPG_DATABASE_URL -u SPG_PUBLIC_URL
PYTEST := $(CLEAN_ENV) $(PY) -m pytest
# As many at once as there are processors; a file's tests stay in line.
AT_ONCE := -n auto --dist loadfile

.PHONY: test locks lint format types contracts tests-sqlite tests-postgresql tests-browser
test: export BEGAN := $(shell date +%s)
test: locks lint format types contracts tests-sqlite tests-postgresql tests-browser ## every check there is
	@echo; echo "== everything passed in $$(($$(date +%s) - BEGAN)) s"

locks: .venv/.dev ## pyproject.toml and the locks agree, and .venv holds what they say
	@$(STAGE) "locks" $(PYTEST) --noconftest tests/test_locks.py
lint: .venv/.dev
	@$(STAGE) "ruff check" $(PY) -m ruff check
format: .venv/.dev
	@$(STAGE) "ruff format" $(PY) -m ruff format --check
types: .venv/.dev
	@$(STAGE) "mypy" $(PY) -m mypy
contracts: .venv/.dev
	@$(STAGE) "import contracts" $(BIN)/lint-imports --no-logo
tests-sqlite: .venv/.dev ## every test but the browser's, on SQLite
	@SPG_TEST_DB=sqlite $(STAGE) "tests on SQLite" $(PYTEST) $(AT_ONCE) --ignore tests/browser
tests-postgresql: .venv/.dev ## the tests that use a database again, on a real PostgreSQL (strange input only under `make soak`)
	@SPG_TEST_DB=postgresql $(STAGE) "tests on PostgreSQL" $(PYTEST) $(AT_ONCE) --ignore tests/browser
tests-browser: AT_ONCE := -n auto --dist worksteal
tests-browser: .venv/.dev ## the browser tests, in a real Chromium
	@chromium=$$(.ci/chromium) && SPG_CHROMIUM=$$chromium $(STAGE) "tests in Chromium" $(PYTEST) $(AT_ONCE) tests/browser

.PHONY: pictures
pictures: .venv/.dev ## take the documents' pictures and the list of pages anew, from browser tests
	@chromium=$$(.ci/chromium) && SPG_CHROMIUM=$$chromium SPG_PICTURES=docs/pictures \
	    $(STAGE) "pictures" $(PYTEST) tests/browser

.PHONY: soak bench
soak: .venv/.dev ## the long runs: the same trials in far greater number, on both databases
	@SPG_TEST_DB=sqlite $(STAGE) "soak on SQLite" $(PYTEST) --soak --ignore tests/browser
	@SPG_TEST_DB=postgresql $(STAGE) "soak on PostgreSQL" $(PYTEST) --soak --ignore tests/browser

bench: .venv/.dev ## the measurements, each beside its goal
	@for file in benchmarks/[a-z]*.py; do \
	    $(STAGE) "$$file" $(CLEAN_ENV) $(PY) -m "benchmarks.$$(basename $$file .py)" || exit 1; \
	done

# -- development ----------------------------------------------------------------------------------

.PHONY: fix lock migration initial-migration clean
fix: .venv/.dev ## mend what ruff can mend
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
lock: ## make the locks anew from pyproject.toml (needs uv; UPGRADE=1 takes newer versions)
	@command -v uv >/dev/null || { echo "error: install uv first: pip install uv" >&2; exit 1; }
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

migration: .venv/.dev ## a new migration from what changed in the models: make migration m="say what"
	@test -n "$(m)" || { echo 'error: say what changes: make migration m="add …"' >&2; exit 1; }
	@.ci/migration "$(m)"

# Until the first release there is one migration, made anew whenever the models change.
initial-migration: .venv/.dev ## before the first release only: make the one migration anew
	@.ci/migration --initial

clean: ## remove the environment and every cache; data under var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
