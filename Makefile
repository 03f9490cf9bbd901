# make run   starts the bot: on Slack when the tokens are set, otherwise in the browser, on a made-up company
# make test  does what CI does
# Everything is installed into .venv from the locked versions; nothing outside this folder is written.

export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
BIN := .venv/bin

.PHONY: run test lint format lock clean

run: .venv/run.stamp
	@$(BIN)/finops-bot run

test: .venv/dev.stamp lint
	$(BIN)/pytest --numprocesses=auto --cov --cov-report=term:skip-covered

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Renews the locked versions from pyproject.toml (needs uv; no index address is written into the files).
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras \
		--upgrade --quiet pyproject.toml --group build --output-file requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras \
		--constraint requirements/run.txt --quiet pyproject.toml --group dev --output-file requirements/dev.txt

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

.venv/bin/python:
	@for python in "$$PYTHON" python3 python3.13 python3.12 python3.11; do \
		if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$python" -m venv .venv; fi; \
	done; echo "Python 3.11 or newer is needed (set PYTHON=/path/to/python3.11)" >&2; exit 1

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Setting up .venv (once, about a minute)"
	@$(BIN)/pip install -qq --require-hashes --requirement requirements/run.txt
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@$(BIN)/pip install -qq --require-hashes --requirement requirements/dev.txt
	@touch $@
