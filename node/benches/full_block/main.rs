// SPDX-License-Identifier: Apache-2.0
//! A block filled to its weight limit: how long it takes to author, and to import on another node,
//! against half a slot. Writes `bench/results/latest/block.json`; fails where both together take
//! longer.
//!
//! The chain is the real one: the Wasm runtime, compiled by wasmtime, with our host functions, over
//! ParityDB. Transactions are pushed in until the runtime says that the block is full.

mod chain;
mod mixes;

use chain::{Chain, Full};
use dmsm_bench::machine;
use mixes::{Mix, MIXES};
use serde_json::{json, Map, Value};
use std::{error::Error, fs, path::Path, process::ExitCode};

/// Full blocks of each mix.
const ROUNDS: usize = 15;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("full-block: a full block takes longer than half a slot");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("full-block: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Box<dyn Error>> {
    let half_slot = dmsm_runtime::timing::DEFAULT_SLOT_MILLIS as f64 / 2.0;
    let mut results = Map::new();
    let mut within = true;
    for mix in MIXES {
        let blocks = fill(mix)?;
        let author = Spread::of(blocks.iter().map(|block| block.author_millis).collect());
        let import = Spread::of(blocks.iter().map(|block| block.import_millis).collect());
        let transactions = blocks.iter().map(|block| block.transactions).min().unwrap_or_default();
        println!(
            "{:<16} {transactions:>5} transactions   author {:>6.1} ms, at most {:>6.1}   import {:>6.1} ms, at most {:>6.1}",
            mix.name, author.median, author.max, import.median, import.max
        );
        within &= author.median + import.median <= half_slot;
        results.insert(
            mix.name.into(),
            json!({
                "transactions": transactions,
                "author_ms": author.json(),
                "import_ms": import.json(),
                "author_over_half_slot": round(author.median / half_slot),
                "import_over_half_slot": round(import.median / half_slot),
                "author_and_import_over_half_slot": round((author.median + import.median) / half_slot),
            }),
        );
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let limit = dmsm_runtime::timing::block_limits(dmsm_runtime::timing::DEFAULT_SLOT_MILLIS).max_block;
    let report = json!({
        "slot_ms": dmsm_runtime::timing::DEFAULT_SLOT_MILLIS,
        "weight_limit_ms": limit.ref_time() / frame_support::weights::constants::WEIGHT_REF_TIME_PER_MILLIS,
        "rounds": ROUNDS,
        "mixes": results,
        "machine": machine::describe(),
        "commit": machine::commit(&root),
    });
    fs::create_dir_all(root.join("bench/results/latest"))?;
    fs::write(root.join("bench/results/latest/block.json"), format!("{report:#}\n"))?;
    println!("\nwritten to bench/results/latest/block.json");
    Ok(within)
}

/// Fills blocks on one node and imports them on a second one.
fn fill(mix: &Mix) -> Result<Vec<Full>, Box<dyn Error>> {
    let genesis = mixes::genesis();
    let (mut author, importer) = (Chain::new(&genesis)?, Chain::new(&genesis)?);
    let mut world = mixes::World::new(author.genesis_hash());
    let (setup, _) = author.author(world.setup())?;
    importer.import(setup)?;
    (0..ROUNDS)
        .map(|_| {
            let candidates = (mix.transactions)(&mut world);
            let offered = candidates.len();
            let (block, author_millis) = author.author(candidates)?;
            // The timestamp is the one inherent.
            let transactions = block.extrinsics.len() - 1;
            if transactions == offered {
                return Err(format!("{}: {offered} transactions do not fill a block", mix.name).into());
            }
            world.forget_all_but(transactions);
            let import_millis = importer.import(block)?;
            Ok(Full { transactions, author_millis, import_millis })
        })
        .collect()
}

struct Spread {
    median: f64,
    max: f64,
}

impl Spread {
    fn of(mut millis: Vec<f64>) -> Self {
        millis.sort_by(f64::total_cmp);
        Self { median: millis[millis.len() / 2], max: millis[millis.len() - 1] }
    }

    fn json(&self) -> Value {
        json!({ "p50": round(self.median), "max": round(self.max) })
    }
}

/// Three decimals.
fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
