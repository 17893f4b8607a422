// SPDX-License-Identifier: Apache-2.0
//! Measures Paillier, packing and BLS against their peers; prints the figures and writes
//! `bench/results/latest/crypto.json`.

use dmsm_bench::{
    crypto::{Bls, Paillier},
    machine,
    phe::Phe,
    rounds::{timed, timed_mean, Rounds, Subject},
};
use serde_json::{json, Map, Value};
use std::{error::Error, fs, path::Path, process::ExitCode};

/// Rounds, each of every subject once.
const ROUNDS: usize = 60;

/// Signatures in a batch.
const BATCH: usize = 32;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("crypto-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(folder.join("../target"), Into::into);

    eprintln!("crypto-bench: making keys, starting phe");
    let paillier = Paillier::new(3072)?;
    let largest = Paillier::new(4096)?;
    let bls = Bls::new()?;
    let mut phe = Phe::start(&folder.join("phe.py"), &target.join("bench-environment"), paillier.modulus())?;

    eprintln!("crypto-bench: {ROUNDS} rounds");
    let mut subjects: Vec<Subject<'_>> = vec![
        timed("paillier_3072.public_encrypt", || paillier.public_encrypt()),
        timed("paillier_3072.textbook_encrypt", || paillier.textbook_encrypt()),
        timed("paillier_3072.owner_encrypt", || paillier.owner_encrypt()),
        timed("paillier_3072.crt_decrypt", || paillier.decrypt()),
        timed("paillier_3072.two_powers", || paillier.two_powers()),
        timed("paillier_3072.open", || paillier.open()),
        timed("paillier_3072.opens", || paillier.opens()),
        timed_mean("packing.pack", 1_000, || paillier.pack()),
        timed("packing.seal_meter_day", || paillier.seal_meter_day()),
        timed("paillier_4096.public_encrypt", || largest.public_encrypt()),
        timed("paillier_4096.crt_decrypt", || largest.decrypt()),
        timed("paillier_4096.opens", || largest.opens()),
        timed_mean("bls.host_verify", 10, || bls.host_verify()),
        timed_mean("bls.native_verify", 10, || bls.native_verify()),
        timed("bls.verify_many_32", || bls.verify_many(BATCH)),
        ("paillier_3072.phe_encrypt", Box::new(|| phe.encrypt().expect("phe.py runs"))),
    ];
    let rounds = Rounds::run(&mut subjects, ROUNDS);
    drop(subjects);

    let ours = "paillier_3072.public_encrypt";
    let figures = [
        (
            "paillier_3072.public_encrypt_over_textbook",
            rounds.ratio(ours, "paillier_3072.textbook_encrypt"),
            "<= 0.2",
        ),
        (
            "paillier_3072.crt_decrypt_over_two_powers",
            rounds.ratio("paillier_3072.crt_decrypt", "paillier_3072.two_powers"),
            "<= 1.2",
        ),
        ("paillier_3072.encrypt_speedup_over_phe", rounds.ratio("paillier_3072.phe_encrypt", ours), ">= 5"),
        (
            "packing.seal_meter_day_over_two_powers",
            rounds.ratio("packing.seal_meter_day", "paillier_3072.two_powers"),
            "<= 1.2",
        ),
        (
            "packing.meter_days_sealed_a_second",
            1.0 / rounds.median("packing.seal_meter_day"),
            "none, one core",
        ),
        ("bls.host_verify_over_native", rounds.ratio("bls.host_verify", "bls.native_verify"), "<= 1.2"),
    ];

    let mut results = Map::new();
    for (name, value, aim) in figures {
        println!("{name:<45} {value:>9.3}   aim {aim}");
        insert(&mut results, name, round(value));
    }
    println!();
    let (mut medians, mut fastest) = (Map::new(), Map::new());
    for name in rounds.names() {
        let (median, least) = (rounds.median(name) * 1e6, rounds.fastest(name) * 1e6);
        println!("{name:<45} {median:>9.0} µs   fastest {least:>9.0} µs");
        insert(&mut medians, name, round(median));
        insert(&mut fastest, name, round(least));
    }
    results.insert("median_microseconds".into(), medians.into());
    results.insert("fastest_microseconds".into(), fastest.into());
    results.insert("rounds".into(), ROUNDS.into());
    results.insert("machine".into(), machine::describe());
    results.insert("commit".into(), json!(machine::commit(folder)));

    let path = folder.join("results/latest/crypto.json");
    fs::create_dir_all(folder.join("results/latest"))?;
    fs::write(&path, format!("{:#}\n", Value::from(results)))?;
    println!("\nwritten to bench/results/latest/crypto.json");
    Ok(())
}

/// Puts the value under `group.name`.
fn insert(map: &mut Map<String, Value>, name: &str, value: Value) {
    let (group, name) = name.split_once('.').unwrap_or(("other", name));
    let group = map.entry(group).or_insert_with(|| Map::new().into());
    if let Some(group) = group.as_object_mut() {
        group.insert(name.into(), value);
    }
}

/// Four decimals.
fn round(value: f64) -> Value {
    json!((value * 1e4).round() / 1e4)
}
