# The commands of the house. `make` alone lists them.
# ARGS is handed on: make test ARGS="-k roster", make run ARGS="--port 8080".

ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format assets translations constraints bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## system packages, .venv, npm packages, assets, translations; quick when nothing changed
	@scripts/setup.sh

run: setup ## migrate the database under instance/, load the demo project where there is none, serve
	@scripts/run.sh $(ARGS)

test: ## the whole suite on SQLite and on PostgreSQL, with journeys in Chromium
	@scripts/setup.sh --tests
	@scripts/test.sh $(ARGS)

lint: setup ## ruff, mypy, import contracts, tsc on frontend/, djlint on templates/
	@scripts/lint.sh

format: setup ## put Python files into the house's shape
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix-only --quiet .

assets: ## build survey/static/dist from frontend/
	@PATH="$$PWD/.venv/bin:$$PATH" node frontend/build.mjs

translations: setup ## collect the sentences to translate and bring the English catalogue up to date
	@scripts/translations.sh

constraints: ## after a change of dependencies: write down the versions installed beside them
	@.venv/bin/python scripts/constraints.py

bench: ## the benchmarks; writes docs/benchmarks.md
	@scripts/setup.sh --tests
	@scripts/with-postgres.sh --durable --as POSTGRES_URL .venv/bin/python -m bench.run $(ARGS)

clean: ## remove what can be made again; instance/ with its data stays
	@rm -rf .venv node_modules survey/static/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov build *.egg-info
