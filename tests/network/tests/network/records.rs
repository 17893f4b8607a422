// SPDX-License-Identifier: Apache-2.0
//! Stored meter-days: each is anchored once and can be fetched, whatever dies on the way.

use dmsm_client::Client;
use dmsm_network_tests::{until, Network};
use dmsm_primitives::{Day, DeviceId, MemberId, ReportingPolicy, Rule};
use std::{collections::BTreeSet, fmt::Write, fs};

const RULE: Rule =
    Rule { low: 1, high: 20_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };
const METERS: usize = 3;
/// 2012-01-10, and so many days: the end of January and of February, so two data keys.
const FIRST: Day = Day(15_349);
const DAYS: u32 = 60;

/// What dies.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Node,
    Cloud,
    Grid,
    All,
}

/// Who dies, and when: as soon as so many days have an anchor.
const DEATHS: [(u32, Victim); 10] = [
    (0, Victim::Node),
    (1, Victim::Cloud),
    (4, Victim::Grid),
    (9, Victim::Node),
    (15, Victim::All),
    (22, Victim::Cloud),
    (29, Victim::Node),
    (36, Victim::Grid),
    (43, Victim::Cloud),
    (50, Victim::All),
];

fn days() -> impl Iterator<Item = Day> {
    (FIRST.0..FIRST.0 + DAYS).map(Day)
}

/// A file of half-hours, other ones for each meter.
fn half_hours(place: usize) -> String {
    let mut text = String::from(",KWH/hh (per half hour)\n");
    for day in days() {
        for slot in 0..48 {
            let watt_hours = 100 + place * 7 + slot + day.0 as usize % 50;
            let (hour, minute) = (slot / 2, slot % 2 * 30);
            writeln!(text, "{day} {hour:02}:{minute:02}:00,0.{watt_hours:03}").expect("text grows");
        }
    }
    text
}

/// How many days have an anchor that is final.
async fn anchored(client: &Client, processor: &MemberId) -> Result<u32, String> {
    let mut count = 0;
    for day in days() {
        let versions = client.versions(processor, day).await.map_err(|error| error.to_string())?;
        count += u32::from(versions > 0);
    }
    Ok(count)
}

async fn die(network: &mut Network, victim: Victim) {
    match victim {
        Victim::Node => {
            network.restart_node().await;
        }
        Victim::Cloud => network.restart_cloud().await,
        Victim::Grid => network.restart_grid().await,
        Victim::All => {
            network.kill_cloud();
            network.kill_grid();
            network.restart_node().await;
            network.start_grid();
            network.start_cloud();
            network.grid_is_up().await;
            network.cloud_is_up().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_complete_meter_day_is_anchored_once_and_can_be_fetched_whatever_is_killed() {
    let mut network = Network::start_with_cloud().await;
    let household = network.enrol_user("household").await;
    let processor = network.processor().id;
    let mut meters: Vec<DeviceId> = Vec::new();
    for place in 0..METERS {
        let meter = network.connect_device(&household, RULE).await.id;
        let file = network.path(&format!("{place}.csv"));
        fs::write(&file, half_hours(place)).expect("the file is written");
        network.import(&meter, &file);
        meters.push(meter);
    }

    for (wanted, victim) in DEATHS {
        until("anchored days", async || {
            network.must_run();
            let client = Client::connect(&network.node_url()).await.map_err(|error| error.to_string())?;
            let count = anchored(&client, &processor).await?;
            (count >= wanted).then_some(()).ok_or_else(|| format!("{count} of {wanted} days are anchored"))
        })
        .await;
        die(&mut network, victim).await;
    }

    // The cloud's index has read all anchors: each meter-day stands in it once.
    let expected: BTreeSet<(DeviceId, Day)> =
        days().flat_map(|day| meters.iter().map(move |meter| (*meter, day))).collect();
    let listed = until("all meter-days", async || {
        network.must_run();
        let output =
            network.cli_command("processor").args(["--json", "record", "list", "--limit", "1000"]).output();
        let output = output.map_err(|error| error.to_string())?;
        let json: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let records = json["records"].as_array().cloned().unwrap_or_default();
        (records.len() >= expected.len()).then_some(records).ok_or_else(|| format!("{json}"))
    })
    .await;
    let of = |record: &serde_json::Value| {
        let field = |name: &str| record[name].as_str().expect("it is text").to_owned();
        (field("meter").parse().expect("a device"), field("day").parse().expect("a day"))
    };
    let found: Vec<(DeviceId, Day)> = listed.iter().map(of).collect();
    assert_eq!(found.len(), expected.len(), "a meter-day is stored twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);

    // Everything is there and is what was anchored, down to the plaintext.
    for day in days() {
        let said = network.cli(&["--json", "record", "verify", "--day", &day.to_string()], "processor");
        let json: serde_json::Value = serde_json::from_str(&said).expect("it is JSON");
        for count in ["records", "ciphertexts", "plaintexts"] {
            assert_eq!(json[count].as_u64(), Some(METERS as u64), "{day}: {said}");
        }
    }
    println!("{} meter-days over {} deaths", expected.len(), DEATHS.len());
}
