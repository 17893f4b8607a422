// SPDX-License-Identifier: Apache-2.0
//! The program's commands: imports, tariffs, stored meter-days.

use crate::support::{child::fails, london, now, postgres, sealing::anchor, CLOSE_AFTER};
use dmsm_grid::{
    meter_days::MeterDays,
    store::{self, BatchId},
};
use dmsm_primitives::{Day, DeviceId, Month};
use std::{path::Path, time::Duration};
use tempfile::TempDir;
use tokio::process::Command;

const METER: &str = "0x6060606060606060606060606060606060606060606060606060606060606060";
const JANUARY: Month = Month { year: 2012, month: 1 };

fn sqlite(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("grid.db").display())
}

/// The program with words, and the database in the environment as for the service.
fn grid(database: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmsm-grid"));
    command.args(words).env("DMSM_GRID_DATABASE", database).env_remove("RUST_LOG").kill_on_drop(true);
    command
}

async fn succeeds(database: &str, words: &[&str]) -> String {
    let output = grid(database, words).output();
    let output = tokio::time::timeout(Duration::from_secs(20), output).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn import(file: &Path) -> [&str; 7] {
    ["import", "--meter", METER, "--format", "lcl", "--file", file.to_str().unwrap()]
}

async fn january(database: &str) -> i64 {
    let store = store::open(database).await.unwrap();
    let half_hours = JANUARY.period(0).unwrap().half_hours().unwrap();
    let sums = store.half_hours(&METER.parse().unwrap(), half_hours).await.unwrap();
    store.close().await;
    sums.iter().map(|sum| sum.watt_hours()).sum()
}

async fn a_file_is_imported_once(database: &str) {
    let file = london::path();
    let text = succeeds(database, &import(&file)).await;
    let name = "lcl-MAC000060-halfhourly.csv";
    assert_eq!(text, format!("{name}: 38784 readings imported, 0 were there already, 0 differ\n"));
    let again = succeeds(database, &[&import(&file)[..], &["--json"]].concat()).await;
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(
        (&again["imported"], &again["already_there"], &again["differing"]),
        (&0.into(), &london::COUNT.into(), &0.into())
    );
    assert_eq!((again["meter"].as_str(), again["file"].as_str()), (Some(METER), Some(name)));
    assert_eq!(again["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(january(database).await, 450_975);
}

#[tokio::test]
async fn a_file_is_imported_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_file_is_imported_once(&sqlite(&folder)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_once_on_postgresql() {
    a_file_is_imported_once(&postgres::database().await).await;
}

#[tokio::test]
async fn of_a_file_with_a_bad_line_nothing_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    let text = std::fs::read_to_string(london::path()).unwrap();
    let file = folder.path().join("bad.csv");
    std::fs::write(&file, text.replacen("2012-02-01 00:00:00,", "2012-02-01 00:00:00,Null", 1)).unwrap();
    let (_, message) = fails(grid(&database, &import(&file))).await;
    assert!(message.contains("nothing was imported: "), "{message}");
    assert!(message.contains("bad.csv:2546: \"Null"), "{message}");
    assert!(message.contains("is no energy in kWh"), "{message}");
    assert_eq!(january(&database).await, 0);

    std::fs::write(&file, "time,kWh\n").unwrap();
    let (_, message) = fails(grid(&database, &import(&file))).await;
    assert!(message.contains("bad.csv:1: no file of this format"), "{message}");
    let (_, message) = fails(grid(&database, &import(&folder.path().join("none.csv")))).await;
    assert!(message.contains("cannot read") && message.contains("none.csv"), "{message}");
}

#[tokio::test]
async fn a_file_that_contradicts_an_earlier_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    let file = folder.path().join("small.csv");
    let write = |rows: &str| std::fs::write(&file, format!(",KWH/hh (per half hour)\n{rows}")).unwrap();
    write("2012-01-01 00:00:00,0.1\n2012-01-01 00:30:00,0.2\n");
    succeeds(&database, &import(&file)).await;
    write("2012-01-01 00:00:00,0.1\n2012-01-01 00:30:00,0.3\n2012-01-01 01:00:00,0.4\n");
    let text = succeeds(&database, &import(&file)).await;
    assert!(text.starts_with("small.csv: 1 readings imported, 1 were there already, 1 differ\n"), "{text}");
    assert!(text.contains("the earlier import holds"), "{text}");
    assert_eq!(january(&database).await, 700);
}

#[tokio::test]
async fn tariffs_are_shown_written_and_assigned() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    let shown = succeeds(&database, &["tariff", "list"]).await;
    assert!(shown.contains("lcl-flat (GBP, on offer, the default)"), "{shown}");
    assert!(shown.contains("17:00 to 20:00  mon tue wed thu fri\n"), "{shown}");
    assert!(shown.contains("14.228 minor units a kWh"), "{shown}");

    // What is listed can be written again.
    let listed = succeeds(&database, &["tariff", "list", "--json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["default"], "lcl-flat");
    let mut tariff = listed["tariffs"][1].clone();
    assert_eq!(tariff["name"], "lcl-tou");
    let file = folder.path().join("tariff.json");
    let path = file.to_str().unwrap();
    let write = |tariff: &serde_json::Value| std::fs::write(&file, tariff.to_string()).unwrap();
    write(&tariff);
    assert_eq!(succeeds(&database, &["tariff", "set", path]).await, "lcl-tou: unchanged\n");

    tariff["bands"][0]["price"] = 1.into();
    write(&tariff);
    let (_, message) = fails(grid(&database, &["tariff", "set", path])).await;
    assert!(message.contains("bills of past months would change"), "{message}");
    tariff["name"] = "mine".into();
    write(&tariff);
    assert_eq!(succeeds(&database, &["tariff", "set", path]).await, "mine: added\n");
    tariff["bands"][0]["price"] = 2.into();
    write(&tariff);
    let replaced = succeeds(&database, &["tariff", "set", "--replace", "--json", path]).await;
    assert_eq!(replaced, "{\"outcome\":\"replaced\",\"tariff\":\"mine\"}\n");

    let assign = |tariff| ["tariff", "assign", "--meter", METER, "--tariff", tariff, "--from", "2012-01"];
    let assigned = succeeds(&database, &assign("mine")).await;
    assert_eq!(assigned, format!("{METER} has mine from 2012-01 on\n"));
    let store = store::open(&database).await.unwrap();
    let meter: DeviceId = METER.parse().unwrap();
    assert_eq!(store.tariff_of(&meter, JANUARY).await.unwrap(), "mine");
    assert_eq!(store.tariff_of(&meter, Month { year: 2011, month: 12 }).await.unwrap(), "lcl-flat");
    store.close().await;
    let (_, message) = fails(grid(&database, &assign("none"))).await;
    assert!(message.contains("no tariff is named \"none\""), "{message}");
    assert_eq!(
        succeeds(&database, &["tariff", "default", "--tariff", "mine"]).await,
        "mine is the default\n"
    );
}

#[tokio::test]
async fn a_file_that_is_no_tariff_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    let file = folder.path().join("tariff.json");
    let path = file.to_str().unwrap();
    for (content, expected) in [
        ("{", "is not a tariff in JSON"),
        (r#"{"name": "a", "currency": "GBP"}"#, "missing field"),
        (
            r#"{"name": "a", "currency": "GBP", "standing_charge": 0, "on_offer": true,
                "bands": [{"name": "b", "price": 1}], "times": []}"#,
            "mon 00:00 has no band",
        ),
        (
            r#"{"name": "a", "currency": "GBP", "standing_charge": 0, "on_offer": true,
                "bands": [{"name": "b", "price": 1}],
                "times": [{"days": ["mon"], "from": "00:00", "until": "00:20", "band": "b"}]}"#,
            "is no half-hour of the day",
        ),
    ] {
        std::fs::write(&file, content).unwrap();
        let (_, message) = fails(grid(&database, &["tariff", "set", path])).await;
        assert!(message.contains(expected), "{message}");
    }
    let (_, message) = fails(grid(&database, &["tariff", "set", "none.json"])).await;
    assert!(message.contains("cannot read none.json"), "{message}");
}

/// Two whole days and one with gaps; the first of them is anchored, the second cut.
async fn recorded(folder: &TempDir, database: &str) {
    let file = folder.path().join("days.csv");
    let mut rows = String::from(",KWH/hh (per half hour)\n");
    for (day, count) in [(1, 48), (2, 48), (3, 20)] {
        for slot in 0..count {
            rows += &format!("2012-01-{day:02} {:02}:{:02}:00,0.1\n", slot / 2, slot % 2 * 30);
        }
    }
    std::fs::write(&file, rows).unwrap();
    succeeds(database, &import(&file)).await;
    let store = store::open(database).await.unwrap();
    let open = MeterDays::new(store.clone(), CLOSE_AFTER).open_batches(now(), now()).await.unwrap();
    assert_eq!(open.len(), 2);
    anchor(&*store, BatchId { day: open[0].day, version: 0 }).await;
    store.close().await;
}

#[tokio::test]
async fn what_is_recorded_and_what_waits_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    let empty = succeeds(&database, &["records", "status"]).await;
    assert_eq!(empty, "0 batches anchored with 0 meter-days, 0 open; 0 meter-days refused\n");
    recorded(&folder, &database).await;

    let text = succeeds(&database, &["records", "status"]).await;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "1 batches anchored with 1 meter-days, 1 open; 0 meter-days refused");
    assert_eq!(
        lines[1..4],
        ["2012-01-02", "    version 0: 1 meter-days, open, 1 to be sealed", "2012-01-03"]
    );
    assert!(lines[4].starts_with("    1 wait since 2") && lines[4].contains("they have gaps"), "{text}");
    assert_eq!(lines.len(), 5);
    let all = succeeds(&database, &["records", "status", "--all", "--until", "2012-01-01"]).await;
    assert!(all.ends_with("2012-01-01\n    version 0: 1 meter-days, anchored\n"), "{all}");

    let json = succeeds(&database, &["records", "status", "--all", "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["totals"]["anchored_batches"], &json["more"]), (&1.into(), &false.into()));
    let day = |n: usize| &json["days"][n];
    assert_eq!((&day(0)["day"], &day(0)["batches"][0]["state"]), (&"2012-01-01".into(), &"anchored".into()));
    assert_eq!(
        (&day(1)["batches"][0]["state"], &day(1)["batches"][0]["unsealed"]),
        (&"open".into(), &1.into())
    );
    assert_eq!(
        (&day(2)["waiting"][0]["reason"], &day(2)["waiting"][0]["meter_days"]),
        (&"incomplete".into(), &1.into())
    );

    let waiting = succeeds(&database, &["records", "waiting", "--day", "2012-01-03"]).await;
    assert!(waiting.starts_with(METER) && waiting.contains("they have gaps"), "{waiting}");
    let waiting = succeeds(&database, &["records", "waiting", "--day", "2012-01-03", "--json"]).await;
    let waiting: serde_json::Value = serde_json::from_str(&waiting).unwrap();
    assert_eq!((&waiting["meters"][0]["meter"], &waiting["day"]), (&METER.into(), &"2012-01-03".into()));
    assert_eq!(succeeds(&database, &["records", "waiting", "--day", "2012-01-04"]).await, "");
    let (output, message) = fails(grid(&database, &["records", "waiting", "--day", "2012-02-30"])).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("write YYYY-MM-DD"), "{message}");
}

#[tokio::test]
async fn what_is_recorded_is_compared_again_and_a_batch_given_up_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder);
    recorded(&folder, &database).await;
    let days = ["--from", "2012-01-01", "--until", "2012-01-31"];
    let again = succeeds(&database, &[&["records", "recheck", "--meter", METER], &days[..]].concat()).await;
    assert_eq!(again, format!("{METER}: 2 days are compared again\n"));

    let release =
        |day, version| ["records", "release", "--day", day, "--version", version, "--taken-by", METER];
    let done = succeeds(&database, &release("2012-01-02", "0")).await;
    assert_eq!(done, "version 0 of 2012-01-02 is given up: its 1 meter-days wait again\n");
    let (_, message) = fails(grid(&database, &release("2012-01-02", "0"))).await;
    assert!(message.contains("there is no batch that is version 0 of 2012-01-02"), "{message}");
    let (_, message) = fails(grid(&database, &release("2012-01-01", "0"))).await;
    assert!(message.contains("version 0 of 2012-01-01 is anchored as it is"), "{message}");
    let store = store::open(&database).await.unwrap();
    let open = MeterDays::new(store.clone(), CLOSE_AFTER).open_batches(now(), now()).await.unwrap();
    let open: Vec<_> = open.iter().map(|batch| (batch.day, batch.version)).collect();
    assert_eq!(open, [(Day(15_341), 1)]);
    store.close().await;
}

#[tokio::test]
async fn the_flags_of_the_service_and_commands_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let help = succeeds(&sqlite(&folder), &["--help"]).await;
    for word in [
        "The region's data service",
        "import",
        "records",
        "tariff",
        "--listen",
        "--utc-offset",
        "--close-after",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let (output, _) = fails(grid(&sqlite(&folder), &["--region", "1", "tariff", "list"])).await;
    assert_eq!(output.status.code(), Some(2));
    let (output, message) = fails(grid(&sqlite(&folder), &["--region", "1", "--utc-offset", "+05:45"])).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("a multiple of 30 minutes"), "{message}");
}
