# The two commands of the README and the rest of what one does here. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Where the hub of `make run` listens and keeps its data.
LISTEN ?= 127.0.0.1:8000
DATA ?= data

WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/tools/node_modules/*' 2>/dev/null)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: run
run: build ## Build and start a hub on http://127.0.0.1:8000
	target/release/runbook hub --listen $(LISTEN) --data $(DATA)

.PHONY: build
build: tools web/dist ## Build target/release/runbook with the web UI inside
	cargo build --release --locked -p cli

.PHONY: tools
tools:
	@scripts/check-tools

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

.PHONY: test
test: tools ## Run every suite: Rust, isolation, web unit, browser journeys
	scripts/test

.PHONY: clients
clients: tools ## Generate the clients in TypeScript, Rust and Python from the OpenAPI document
	scripts/clients

.PHONY: isolation
isolation: ## Attack the sandbox on every backend of this machine and print the verdicts
	scripts/isolation

.PHONY: test-docker
test-docker: ## Run the suites of the docker backend and of gVisor against a daemon of their own
	scripts/test-docker

.PHONY: test-agent
test-agent: ## Run the suite of the harnesses with Claude Code itself, installed from npm
	scripts/test-agent

.PHONY: fuzz-api
fuzz-api: ## Ask a hub what its OpenAPI document allows and forbids, and check the answers
	scripts/fuzz-api

.PHONY: lint
lint: tools web/node_modules/.package-lock.json ## Check formatting, lints, types and dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web && npm run typecheck && npm run lint && npm run generated
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check licenses bans sources; \
	else echo "skipped: cargo-deny is not installed (cargo install cargo-deny)"; fi

.PHONY: bench
bench: build ## Measure against the bare program and print ratios
	scripts/bench

.PHONY: bench-kernels
bench-kernels: ## Of make bench, kernels alone: beside ipykernel and Jupyter Server
	scripts/bench-kernels

.PHONY: bench-agents
bench-agents: build ## Of make bench, agent sessions and the model gateway alone
	scripts/bench-agents

.PHONY: bench-finding
bench-finding: ## Of make bench, search and lists alone
	scripts/bench-finding

.PHONY: bench-local
bench-local: ## Of make bench, local runbooks alone: first page, memory, a click beside the bare script, a long log
	scripts/bench-local

.PHONY: bench-jobs
bench-jobs: ## Of make bench, jobs alone: beside RQ and a bare loop of SKIP LOCKED
	scripts/bench-jobs

.PHONY: soak
soak: ## Start and end 100,000 sandboxes (SOAK=n for others) and look for what they left
	SOAK=$${SOAK:-100000} cargo test --release --locked -p sandbox --test soak -- --nocapture

.PHONY: chaos
chaos: ## Kill, stop, fill up and lie to hubs, workers and databases for an hour (CHAOS_SECONDS=n for others)
	scripts/chaos

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -rf web/dist web/node_modules web/tools/node_modules
