# The one door to everything a developer or an administrator does here. `make` alone lists the targets.
#
# Nothing but Python >= 3.11 is needed beforehand. Each step of the set-up leaves a stamp and is skipped while its inputs
# are unchanged, so a second `make run` goes straight to the server.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
GIAOBAN_HOME ?= $(CURDIR)/var
export PORT GIAOBAN_HOME
# Compiled modules are kept even where the shell forbids it: without them each start of the server takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTHON := $(BIN)/python
BUILT := src/giaoban/web/static/built
FONTS := src/giaoban/documents/fonts
STAMPS := .venv/.stamps
CATALOGUES := $(wildcard src/giaoban/*/locale/vi/LC_MESSAGES/django.po)

.PHONY: help setup dev run two reset test check format messages bench prove clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(STAMPS)/installed $(STAMPS)/linked $(BUILT)/.ready $(FONTS)/.ready $(STAMPS)/messages ## everything before the server
	@:

dev: ## set-up with the tools for tests and checks
	@mkdir -p .venv && touch .venv/.dev
	@[ -e $(STAMPS)/dev ] || rm -f $(STAMPS)/installed
	@$(MAKE) --no-print-directory setup
	@touch $(STAMPS)/dev

run: setup ## set-up, sample data if there is none, server on http://127.0.0.1:$PORT
	@exec $(BIN)/giaoban serve --sample --port $(PORT)

two: setup ## two servers, enrolled at one another, on 8001 and 8002: send from one to the other and pull the plug
	@exec $(PYTHON) tools/two.py

reset: ## throw the local data away (./var only)
	@if [ "$(GIAOBAN_HOME)" = "$(CURDIR)/var" ]; then rm -rf var && echo "var/ is gone; 'make run' starts over"; \
	else echo "GIAOBAN_HOME is $(GIAOBAN_HOME), not ./var: remove it yourself if you mean it" >&2; exit 1; fi

test: dev ## all tests, on SQLite and on PostgreSQL where one answers
	@$(PYTHON) tools/run_tests.py

check: dev ## format, lint, types, layers, templates, migrations, policy, translations, hosts
	@$(PYTHON) tools/run_checks.py

format: dev ## put Python and templates into the house format
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format -q .
	@$(PYTHON) tools/check_templates.py --fix

messages: dev ## bring the message catalogues up to date with the sources
	@$(PYTHON) tools/messages.py

bench: dev ## all figures, as JSON
	@$(PYTHON) -m bench

prove: dev ## the whole proof, hours long; figures go to docs/proof/
	@$(PYTHON) tools/prove.py

clean: ## remove everything that was built; data in var/ stays
	rm -rf .venv node_modules build dist $(BUILT) $(FONTS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# ---- the steps of the set-up -------------------------------------------------------------------------------------------

$(PYTHON):
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && found="$$python" && break; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 to 3.14 is needed, and none was found. Install one and run this again." >&2; exit 1; fi; \
	"$$found" -m venv .venv || { rm -rf .venv; \
	  echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(STAMPS)/uv: requirements/uv.txt | $(PYTHON)
	@echo "set-up: installer"
	@$(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@mkdir -p $(STAMPS) && touch $@

# An environment with the developer's tools keeps them when only `make setup` or `make run` is called.
$(STAMPS)/installed: requirements/run.txt requirements/dev.txt $(STAMPS)/uv
	@if [ -e .venv/.dev ]; then set=dev; else set=run; fi; \
	echo "set-up: Python packages ($$set)"; \
	$(BIN)/uv pip sync -q --python $(PYTHON) --require-hashes requirements/$$set.txt
	@touch $@

$(STAMPS)/linked: tools/link_project.py $(STAMPS)/uv
	@$(PYTHON) tools/link_project.py
	@touch $@

$(BUILT)/.ready: package.json package-lock.json .npmrc tools/build_static.py src/giaoban/web/icons.txt $(STAMPS)/installed
	@echo "set-up: front-end files"
	@$(PYTHON) tools/build_static.py $$([ -e .venv/.dev ] && echo --dev)
	@mkdir -p $(BUILT) && touch $@

$(FONTS)/.ready: tools/build_fonts.py $(BUILT)/.ready
	@echo "set-up: document fonts"
	@$(PYTHON) tools/build_fonts.py
	@mkdir -p $(FONTS) && touch $@

$(STAMPS)/messages: tools/messages.py $(CATALOGUES) $(STAMPS)/installed
	@$(PYTHON) tools/messages.py --compile
	@touch $@
