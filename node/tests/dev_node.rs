// SPDX-License-Identifier: Apache-2.0
//! The binary itself: a development node authors, finalizes, answers RPC and shows its metrics.

mod process;

use process::Node;
use serde_json::{json, Value};
use std::{
    thread,
    time::{Duration, Instant},
};

/// A start takes some four seconds of one core, for the Wasm is compiled three times; on a machine
/// that compiles crates beside it, much longer.
const PATIENCE: Duration = Duration::from_secs(300);

#[test]
fn a_development_node_finalizes_answers_and_shows_its_metrics() {
    let node = Node::start(&["--dev", "--tmp"]);
    let first = wait_for("a finalized block", || finalized(&node).filter(|number| *number > 0));
    wait_for("ten more finalized blocks", || finalized(&node).filter(|number| *number >= first + 10));

    let finalized = finalized(&node).expect("it answers");
    let best = block_number(&node.rpc("chain_getHeader", json!([])).expect("it answers"));
    assert!(finalized <= best, "finalized {finalized}, best {best}");

    let nonce = node.rpc("system_accountNextIndex", json!([ALICE])).expect("it answers");
    assert_eq!(nonce, json!(0));
    let properties = node.rpc("system_properties", json!([])).expect("it answers");
    assert_eq!(properties, json!({"ss58Format": 42, "tokenDecimals": 2, "tokenSymbol": "DMSM"}));

    let page = wait_for("the metrics", || node.metrics());
    for name in [
        "dmsm_worker_notices_submitted_total",
        "dmsm_worker_notices_included_total",
        "dmsm_worker_lag_blocks",
        "dmsm_worker_backlog_rows",
        "dmsm_worker_encryption_seconds_count",
        "dmsm_worker_errors_total",
    ] {
        assert!(page.lines().any(|line| line.starts_with(name)), "{name} is missing in:\n{page}");
    }
}

#[test]
fn both_presets_export_a_chain_specification() {
    for (preset, id) in [("dev", "dmsm_dev"), ("local", "dmsm_local")] {
        let output = process::run(&["export-chain-spec", "--raw", "--chain", preset]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let spec: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(spec["id"], id);
        assert!(spec["genesis"]["raw"]["top"].is_object());
    }
}

#[test]
fn a_vault_that_is_not_there_is_said_with_the_remedy() {
    let output = process::run(&["--dev", "--tmp", "--vault", "nowhere.age"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(message.contains("--vault-passphrase-file"), "{message}");
}

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

fn finalized(node: &Node) -> Option<u64> {
    let hash = node.rpc("chain_getFinalizedHead", json!([]))?;
    node.rpc("chain_getHeader", json!([hash])).map(|header| block_number(&header))
}

fn block_number(header: &Value) -> u64 {
    let text = header["number"].as_str().expect("a header has a number");
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("it is hexadecimal")
}

fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = attempt() {
            return value;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        thread::sleep(Duration::from_millis(100));
    }
}
