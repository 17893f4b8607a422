# SPDX-License-Identifier: Apache-2.0
# Every target does its own set-up. Where cargo puts things: CARGO_TARGET_DIR, else target/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
-include .toolchain.env

CARGO := cargo

# Crates by what they depend on. Cargo chooses the features of shared dependencies by the crates
# named together, so each group is always named as a whole: nothing is compiled twice.
CHAIN := -p dmsm-node -p dmsm-node-service -p dmsm-runtime
PALLETS := -p dmsm-offchain -p pallet-members -p pallet-devices -p pallet-notifications -p pallet-credit -p pallet-escrow -p pallet-prepaid -p pallet-records --features runtime-benchmarks,try-runtime
GROUND := -p dmsm-primitives -p dmsm-crypto -p dmsm-vault -p dmsm-host -p dmsm-bench
GRID := -p dmsm-grid -p dmsm-cloud
CLIENT := -p dmsm-client -p dmsm-cli -p dmsm-network-tests
GROUPS := CHAIN PALLETS GROUND GRID CLIENT

each = $(foreach group,$(GROUPS),$(1) $($(group)) $(2)$(newline))
define newline


endef

.PHONY: help setup build demo test check bench runtime weights clean

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

bench: build ## Measures cryptography against its peers, full blocks, requests, inquiries: bench/results/latest
	@$(MAKE) --no-print-directory run-bench

runtime: setup ## Builds the Wasm for an upgrade; prints its path, Blake2-256 and metadata hash
	@$(MAKE) --no-print-directory run-runtime

weights: setup ## Measures the weights of all calls on this machine
	@$(MAKE) --no-print-directory run-weights

.PHONY: run-build run-demo run-check run-tests run-bench run-runtime run-weights

run-build:
	$(CARGO) build --release --locked $(CHAIN)
	$(CARGO) build --release --locked $(GRID)
	$(CARGO) build --release --locked $(CLIENT)

run-demo: run-build
	scripts/demo

run-check:
	$(CARGO) fmt --all --check
	scripts/check-toml
	$(call each,$(CARGO) clippy --release --locked,--all-targets -- -D warnings)
	$(call each,RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --no-deps)

run-tests: run-build
	$(call each,$(CARGO) test --release --locked)
	scripts/test-api

run-bench:
	$(CARGO) build --release --locked $(GROUND)
	"$${CARGO_TARGET_DIR:-target}/release/crypto-bench"
	$(CARGO) bench --locked $(CHAIN) --bench full_block
	$(CARGO) bench --locked $(CLIENT) --bench requests
	$(CARGO) bench --locked $(GRID) --bench inquiry

run-runtime:
	scripts/runtime

run-weights:
	scripts/weights
