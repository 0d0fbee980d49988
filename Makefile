# Everything needs nothing but Python with venv, make and the package registry.
PYTHON ?= python3
VENV   := .venv
BENCH  := .venv-bench
BIN    := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint docs styles run bench lock clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# what running needs
$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# what developing and testing needs on top
$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed ## two weeks end to end in a simulated tenant; SERVE=1 serves the pages then
	$(BIN)/python -m demo $(if $(SERVE),--serve)

lint: $(VENV)/.installed-dev ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.installed-dev lint ## lint and the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

docs: $(VENV)/.installed-dev ## the pages and the schema that are written from the code
	$(BIN)/python -m tests.docs.pages

STYLES := policy_agent/web/styles
# from npm; the package ships what this makes, so nobody needs it who does not change the styles
styles: ## the pages' style sheet, from GOV.UK Frontend
	mkdir -p build/styles && cp $(STYLES)/* build/styles
	cd build/styles && npm install --silent --no-audit --no-fund --no-package-lock
	cd build/styles && npx sass --load-path=node_modules --style=compressed --no-charset --no-source-map pages.scss pages.css
	cp build/styles/pages.css policy_agent/web/static/pages-6.3.0.css

run: $(VENV)/.installed ## the daemon, with settings from the environment and .env
	$(BIN)/policy-agent run

# the engines of the benchmark, in a place of their own: nothing else may come to need them
$(BENCH)/.installed: requirements-bench.lock pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

bench: $(BENCH)/.installed ## decisions a second, beside other engines and a function written by hand
	$(BENCH)/bin/python -m benchmarks.decisions

lock: $(VENV)/bin/python ## renew the lock files from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group bench -o requirements-bench.lock

clean: ## remove what make made
	rm -rf $(VENV) $(BENCH) dist build demo/out
