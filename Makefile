# SPDX-License-Identifier: Apache-2.0
# Every target does its own set-up. Where cargo puts things: CARGO_TARGET_DIR, else target/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
-include .toolchain.env

CARGO := cargo
PALLETS := -p pallet-members -p pallet-devices -p pallet-notifications
PALLET_FEATURES := runtime-benchmarks,try-runtime
PROGRAMS := -p dmsm-node -p dmsm-grid -p dmsm-cli

.PHONY: help setup build demo test check bench weights clean

help: ## Shows this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## Installs what is needed on a fresh Debian 12 machine
	@scripts/setup

# The toolchain is known only after set-up, so each target that compiles starts make again.
demo: setup ## Runs the main job on real measurements
	@$(MAKE) --no-print-directory run-demo

test: setup ## Passes all checks and tests
	@$(MAKE) --no-print-directory run-check run-tests

check: setup ## Format, lints and docs alone
	@$(MAKE) --no-print-directory run-check

build: setup ## Builds the programs
	@$(MAKE) --no-print-directory run-build

bench: setup ## Measures cryptography against named peers: bench/results/latest/crypto.json
	@$(MAKE) --no-print-directory run-bench

weights: setup ## Measures the weights of all calls on this machine
	@$(MAKE) --no-print-directory run-weights

.PHONY: run-build run-demo run-check run-tests run-bench run-weights

run-build:
	$(CARGO) build --release --locked $(PROGRAMS)

run-demo: run-build
	scripts/demo

run-check:
	$(CARGO) fmt --all --check
	scripts/check-toml
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --workspace --no-deps

run-tests: run-build
	$(CARGO) test --release --locked --workspace --exclude pallet-members --exclude pallet-devices --exclude pallet-notifications
	$(CARGO) test --release --locked $(PALLETS) --features $(PALLET_FEATURES)
	scripts/test-api

run-bench:
	$(CARGO) run --release --locked -p dmsm-bench --bin crypto-bench

run-weights:
	scripts/weights
