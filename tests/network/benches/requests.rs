// SPDX-License-Identifier: Apache-2.0
//! The paper's Fig. 10 on one node: requests from submission to payment, and account inquiries.
//! Writes `bench/results/latest/requests.json`.

use dmsm_bench::machine;
use dmsm_client::{Head, Progress, RequestFollower, Update, Wait};
use dmsm_network_tests::Network;
use dmsm_primitives::{request::Question, time::Month, ReportingPolicy, RequestKind, Rule};
use serde_json::{json, Value};
use std::{fs, path::Path, time::Instant};

/// Requests, and inquiries.
const ROUNDS: usize = 100;
const PRICE: u128 = 50;
const RULE: Rule =
    Rule { low: 1, high: 20_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };

#[tokio::main]
async fn main() {
    let mut network = Network::start().await;
    let household = network.enrol_user("household").await;
    let meter = network.connect_device(&household, RULE).await.id;
    network.import_readings(&meter);
    network.endow(&household, 1_000_000).await;
    network.offer(RequestKind::BillDetails, PRICE, 60_000).await;
    let (client, account) = (network.client().await, household.signer.account());

    let question = Question::Bill { meter, month: Month { year: 2012, month: 1 } };
    let mut paid = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let from = client.best_number().await.expect("the node answers");
        let begin = Instant::now();
        let inquiry = client.prepare(question, &household.vault, &account).await.expect("it has form");
        let mut follower =
            RequestFollower::new(client.clone(), household.id, inquiry.order.cid, from, Head::Best);
        client.send(&inquiry, &household.signer, Wait::Inclusion).await.expect("it is taken");
        loop {
            match follower.follow().await.expect("the node answers") {
                Update::Reached(stage) if matches!(stage.progress, Progress::Fulfilled { .. }) => break,
                Update::Reached(stage) => {
                    assert!(!stage.progress.is_end(), "{:?}", stage.progress);
                }
                Update::Withdrawn(_) => {}
            }
        }
        paid.push(begin.elapsed().as_secs_f64() * 1e3);
    }

    let mut inquiries = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        client.balance(&account).await.expect("the node answers");
        inquiries.push(begin.elapsed().as_secs_f64() * 1e3);
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let report = json!({
        "request": { "submit_to_paid_ms": spread(paid) },
        "inquiry_ms": spread(inquiries),
        "slot_ms": 200,
        "machine": machine::describe(),
        "commit": machine::commit(&root),
    });
    println!("{report:#}");
    let folder = root.join("bench/results/latest");
    fs::create_dir_all(&folder).expect("the folder is made");
    fs::write(folder.join("requests.json"), format!("{report:#}\n")).expect("the results are written");
    println!("written to bench/results/latest/requests.json");
}

fn spread(mut millis: Vec<f64>) -> Value {
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| (millis[((millis.len() - 1) as f64 * share).round() as usize] * 1e3).round() / 1e3;
    json!({ "p50": at(0.5), "p95": at(0.95), "max": at(1.0), "n": millis.len() })
}
