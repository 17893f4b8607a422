// SPDX-License-Identifier: Apache-2.0
//! Benchmarks against named peers.
//!
//! # Overview
//!
//! | Ours | Peer | Aim |
//! |---|---|---|
//! | public encryption, table of h_s made | GMP: (1 + m·n)·r^n mod n² as the textbook has it | <= 0.2 |
//! | decryption by CRT | its two secure powers of half size alone | <= 1.2 |
//! | a meter-day packed and encrypted by the key's owner | the same two powers | <= 1.2 |
//! | public encryption | python `phe` with `gmpy2` | 5 times faster |
//! | signature check on chain | `blst` called directly | <= 1.2 |
//!
//! `cargo run --release -p dmsm-bench --bin crypto-bench` runs all of them in turn, round after
//! round, so that whatever else the machine does slows both sides of a ratio alike; it prints them
//! and writes `bench/results/latest/crypto.json`. `cargo bench -p dmsm-bench` shows the spread of
//! each alone, with criterion.

pub mod crypto;
pub mod machine;
pub mod phe;
pub mod rounds;
