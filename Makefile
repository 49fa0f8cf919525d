# Everything a newcomer needs. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup run chat playground test check lint types contracts evaluate bench docs sbom audit lock clean

PYTHON ?= python3
BIN := .venv/bin
KNOWLEDGE := knowledge/compiled/knowledge.sqlite
# What the compiled knowledge base is made from.
INGREDIENTS := $(shell find knowledge intents -type f -not -path 'knowledge/compiled/*' -not -name '*.pyc')

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name said; do printf '  make %-10s %s\n' "$$name" "$$said"; done

setup: $(KNOWLEDGE) ## Make the virtual environment and build the knowledge base

run: setup ## Serve the web: evidence pages and a chat to try
	@$(BIN)/whatworks serve

chat: setup ## Chat with the bot in the terminal
	@$(BIN)/whatworks chat

playground: setup tests/browser/node_modules/.package-lock.json ## Talk with the bot in Microsoft's Agents Playground (needs Node)
	@$(BIN)/python -m tests.playground

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	@npm ci --prefix tests/browser --no-audit --no-fund --ignore-scripts --silent

test: setup check ## Run every check and test
	@$(BIN)/python -m pytest $(PYTEST)

check: lint types contracts ## Lint, types and import contracts only

lint: .venv/.stamp
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .

types: .venv/.stamp
	@$(BIN)/mypy

contracts: .venv/.stamp
	@$(BIN)/lint-imports --no-logo

evaluate: setup ## Measure the bot on ../shared/eval, if it is there
	@if [ -d ../shared/eval ]; then $(BIN)/whatworks evaluate ../shared/eval; else echo "skipped: ../shared/eval is not here"; fi

bench: setup ## Measure matching, speed and memory (benchmarks/README.md)
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.growth
	@$(BIN)/python -m benchmarks.banking77 ../shared/bench/banking77
	@$(BIN)/python -m benchmarks.web

docs: .venv/.stamp ## Build the documents as a site, in var/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict # not --quiet, which would let warnings pass
	@echo "The documents: var/site/index.html (to search them: python3 -m http.server -d var/site --bind 127.0.0.1)"

sbom: .venv/.stamp ## Write the bill of materials to var/sbom.json
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-format JSON --output-file var/sbom.json requirements.lock

audit: .venv/.stamp ## Ask for known vulnerabilities of what is installed (needs the internet)
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement requirements.lock $(AUDIT)

lock: ## Compile the lock files again (maintainers; needs uv)
	uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --group dev --constraints requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o requirements-dev.lock

clean: ## Remove what was built and the virtual environment
	rm -rf .venv knowledge/compiled dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# No ensurepip (some distributions leave it out): the machine's own pip installs into the new environment.
.venv/.stamp: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with: make PYTHON=python3.11")'
	@echo "Setting up .venv (once; about half a minute)"
	@$(PYTHON) -m venv --clear --without-pip .venv
	@$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet install --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(KNOWLEDGE): .venv/.stamp $(INGREDIENTS)
	@$(BIN)/whatworks knowledge build
