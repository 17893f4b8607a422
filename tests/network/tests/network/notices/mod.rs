// SPDX-License-Identifier: Apache-2.0
//! Notices, each exactly once, whatever happens to the programs.

mod count;
mod mishaps;

use count::{expected, Counts};
use dmsm_client::{NoticeReader, Selection};
use dmsm_network_tests::{until, Device, Dice, Load, Member, Network, PATIENCE};
use dmsm_primitives::{MilliCelsius, Milliwatts, ReportingPolicy, Rule};
use mishaps::Mishaps;
use std::{
    fs,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Devices that the test itself speaks for; one more replays a file with `dmsm device run`.
const DEVICES: usize = 5;

/// One reading of each device.
const PACE: Duration = Duration::from_millis(500);

/// Lines of the file, one a `PACE`.
const LINES: u64 = 60;

/// Blocks after which the worker would have made again what it believes to be missing.
const SETTLED: u32 = 40;

const RULE: Rule =
    Rule { low: 1_000_000, high: 3_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };

/// Shut down, in operation, too low, too high, kW.
const POWERS: [i64; 4] = [0, 2, 1, 4];

/// kW and °C of a reading. Each but every sixth changes the verdict.
fn measured(place: usize, sequence: u64) -> (i64, i32) {
    let step = place as u64 + sequence - sequence / 6;
    (POWERS[(step % 4) as usize], if step.is_multiple_of(3) { 65 } else { 20 })
}

fn script(place: usize, sequence: u64) -> (Milliwatts, Option<MilliCelsius>) {
    let (power, temperature) = measured(place, sequence);
    (power * 1_000_000, Some(temperature * 1_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_survive_sigkill_under_load() {
    let mut dice = Dice::seeded(20_260_729);
    let mut network = Network::start().await;
    let begin = Instant::now();
    let household = network.enrol_user("household").await;
    let mut devices = Vec::new();
    for _ in 0..=DEVICES {
        devices.push(network.connect_device(&household, RULE).await);
    }

    // The household watches from the beginning, as `dmsm notices --follow` does.
    let (tell, mut seen) = mpsc::unbounded_channel();
    let mut live = reader(&network, &household).await;
    tokio::spawn(async move { while tell.send(live.follow().await).is_ok() {} });

    let replayed = devices.pop().expect("there are six");
    let mut replay = replay(&network, &replayed);
    let mut load = Load::start(devices, network.ingest(), PACE, script);
    let mishaps = Mishaps::befall(&mut network, &mut load, &mut dice).await;

    let said = load.finish().await;
    let status = tokio::task::spawn_blocking(move || replay.wait()).await.expect("it is waited for");
    let report = fs::read_to_string(network.path("replay.log")).expect("it has a log");
    assert!(status.expect("it is a child").success(), "dmsm device run: {report}");

    let mut wanted = expected(&replayed, (1..=LINES).map(|sequence| script(DEVICES, sequence)));
    for one in &said {
        let readings = one.readings.iter().map(|reading| (reading.power, reading.temperature));
        wanted.extend(expected(&one.device, readings));
    }
    let sent = LINES + said.iter().map(|one| one.readings.len() as u64).sum::<u64>();
    let unanswered: u64 = said.iter().map(|one| one.unanswered).sum();

    let mut watched = Counts::default();
    until("every notice", async || {
        network.must_run();
        while let Ok(notice) = seen.try_recv() {
            watched.add(&notice.expect("the household can read"));
        }
        watched.complete(&wanted)
    })
    .await;
    // What would come twice has time to come.
    network.blocks_pass(SETTLED).await;
    while let Ok(notice) = seen.try_recv() {
        watched.add(&notice.expect("the household can read"));
    }
    drop(seen);

    // What stands on chain now, read anew from its first block.
    let mut standing = Counts::default();
    let mut again = reader(&network, &household).await;
    while let Some(notice) = again.next(PATIENCE).await.expect("the node answers") {
        standing.add(&notice);
    }
    let missing = again.missing().await.expect("the node answers");

    println!(
        "{{\"node_kills\": {}, \"grid_kills\": {}, \"readings_sent\": {sent}, \"batches_unanswered\": {unanswered}, \
         \"notices_expected\": {}, \"notices_verified\": {}, \"false_notices\": {}, \"lost\": {}, \"doubled\": {}, \
         \"seen_again\": {}, \"seconds\": {}}}",
        mishaps.node_kills,
        mishaps.grid_kills,
        wanted.values().map(Vec::len).sum::<usize>(),
        standing.verified(),
        standing.flawed.len(),
        standing.gaps.len() + missing.len(),
        standing.doubled(),
        watched.doubled(),
        begin.elapsed().as_secs(),
    );
    assert!(watched.flawed.is_empty(), "{:?}", watched.flawed);
    assert!(standing.flawed.is_empty(), "{:?}", standing.flawed);
    assert!(standing.gaps.is_empty() && missing.is_empty(), "{:?} {missing:?}", standing.gaps);
    assert_eq!(standing.by_device, wanted);
    assert_eq!((mishaps.node_kills, mishaps.grid_kills), (6, 2));
}

async fn reader(network: &Network, household: &Member) -> NoticeReader {
    let client = network.client().await;
    NoticeReader::new(client, household.vault.clone(), household.id, Selection::default())
}

/// The device's readings as a file, and `dmsm device run` on it.
fn replay(network: &Network, device: &Device) -> std::process::Child {
    let mut lines = vec!["date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT".to_owned()];
    for sequence in 1..=LINES {
        let (power, temperature) = measured(DEVICES, sequence);
        let (day, hour) = (1 + sequence / 24, sequence % 24);
        lines.push(format!("2016-07-{day:02} {hour:02}:00:00,{power},0,0,0,0,0,{temperature}"));
    }
    let file = network.path("replay.csv");
    fs::write(&file, lines.join("\n") + "\n").expect("the file is written");
    let log = fs::File::create(network.path("replay.log")).expect("the log is written");
    // An hour of the file in each `PACE`.
    let speed = (3600.0 / PACE.as_secs_f64()).to_string();
    let mut command = network.cli_command("household");
    command.args(["--json", "device", "run", "--device", &device.id.to_string(), "--speed", &speed]);
    command.arg("--key").arg(&device.key_file).arg("--file").arg(&file);
    command.args(["--format", "ett", "--channel", "HUFL"]);
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(log);
    command.spawn().expect("dmsm starts")
}
