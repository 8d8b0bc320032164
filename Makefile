# Oraculum. `make` alone prints what there is.
PYTHON   ?= $(shell sh dev/python.sh)
VENV     := .venv
ORACULUM := $(VENV)/bin/oraculum
PACKAGES := protos libs/kit libs/money services/auth services/event services/prediction services/wallet \
            services/market-data services/notification gateway clients/python dev
PIP_QUIET := --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup up down status logs demo bench clean test lint types contracts unit faults drill cluster-test lock protos schemas images kind charts manifests observability client permissions fuzz compose rolling

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run it
setup: $(VENV)/installed ## Make .venv with everything in it, pinned by hash

up: setup ## Start the whole suite and show it live (Ctrl-C stops it)
	@$(ORACULUM) up

down: setup ## Stop a suite that runs in this folder
	@$(ORACULUM) down

status: setup ## What is up, where, how much it takes; exit 0 only when all is healthy
	@$(ORACULUM) status

logs: setup ## Follow the logs, of one service with S=wallet
	@$(ORACULUM) logs $(S)

demo: setup ## Tell the story of a bet against the running suite
	@$(ORACULUM) demo

bench: setup ## Measure how fast it is, one JSON line per figure; one of bets ledger settlement quotes reads signin venues candles with B=bets
	@$(ORACULUM) bench $(B)

clean: ## Stop the suite and remove its data and the environment
	@if [ -x $(ORACULUM) ]; then $(ORACULUM) down && $(ORACULUM) clean; fi
	@rm -rf $(VENV)

##@ Check it
test: setup ## Everything: linters, types, contracts, unit and service tests, the demo
	@$(ORACULUM) test

lint: setup ## Style and the house's own rules
	@$(ORACULUM) check lint

types: setup ## mypy, strict
	@$(ORACULUM) check types

contracts: setup ## Protobuf lint, breaking changes, generated code without a diff
	@$(ORACULUM) check contracts

unit: setup ## Tests that need no server
	@$(ORACULUM) check unit

faults: setup ## Kill, freeze, cut off and repeat everything under load (a quarter of an hour)
	@$(ORACULUM) check faults

charts: setup ## Render, validate and test the chart
	@$(VENV)/bin/pytest -q --no-header -p no:cacheprovider helm

drill: setup ## Lose the database under load, restore it to a moment, prove the books; prints RPO and RTO
	@$(ORACULUM) drill

rolling: setup ## Restart every service under 500 requests a second behind HAProxy; prints what failed (five minutes). CONTAINERS=1: its images
	@$(ORACULUM) rolling $(if $(RATE),--rate $(RATE)) $(if $(CONTAINERS),--containers)

cluster-test: setup ## Install, upgrade, roll back and uninstall the chart in a real control plane (builds one with Go, once)
	@$(ORACULUM) cluster-test

##@ Ship it
images: setup ## Build every image; BASE=local makes a base without a registry
	@$(ORACULUM) images $(if $(BASE),--base $(BASE)) $(if $(VERSION),--version $(VERSION))

compose: setup ## The whole suite from its images under Docker, with secrets made on first use (VENUES=sim|live)
	@$(ORACULUM) secrets --files
	@$$(docker compose version > /dev/null 2>&1 && echo docker compose || echo docker-compose) up $(if $(DETACH),--detach)

kind: setup ## A kind cluster with everything in it: images, operators, the chart (needs kind, Docker, kubectl, helm)
	@k8s/kind/up.sh

##@ Change it
manifests: setup ## Render the chart into k8s/
	@$(ORACULUM) manifests

observability: setup ## Write rules and dashboards into the chart
	@$(ORACULUM) observability

protos: setup ## Generate the code of the contracts
	@$(ORACULUM) protos

client: setup ## Write the client's methods from the routes
	@$(VENV)/bin/python -m oraculum_gateway.surface > clients/python/surface.json.new && mv clients/python/surface.json.new clients/python/surface.json
	@$(VENV)/bin/python clients/python/generate.py

permissions: setup ## Write who may ask for what as a page that people read
	@$(VENV)/bin/python -m oraculum_dev.fixtures.permissions_page

fuzz: setup ## Ask the running suite all that its description allows and forbids, for MINUTES (20)
	@$(ORACULUM) fuzz --minutes $(or $(MINUTES),20)

schemas: setup ## Write what the migrations come to into each service's schema.sql
	@$(ORACULUM) schemas

lock: setup ## Resolve the dependencies again and pin them by hash
	@requirements/lock.sh

# pip installs uv, uv installs the rest: ten times faster and it checks the same hashes. Anew each time: what is there may be
# another Python's.
$(VENV)/installed: requirements/bootstrap.txt requirements/all.txt $(addsuffix /pyproject.toml,$(PACKAGES))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Oraculum needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make setup PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install $(PIP_QUIET) --require-hashes -r requirements/bootstrap.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/uv pip install --quiet --require-hashes -r requirements/all.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/uv pip install --quiet --no-deps --no-build-isolation $(addprefix -e ./,$(PACKAGES))
	@touch $@
