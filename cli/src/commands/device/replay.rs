// SPDX-License-Identifier: Apache-2.0
//! `dmsm device run`

use super::{
    progress::{self, Progress},
    Source,
};
use crate::{
    context::Context,
    device_key::DeviceKey,
    error::Error,
    grid::{self, Grid, Outcome},
    output::{hex, Verdict},
    replay::{Item, Measurement},
};
use dmsm_client::DeviceStatus;
use dmsm_primitives::{DeviceId, Moment, Reading, SignedReading};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::BTreeMap,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

#[derive(clap::Args)]
pub struct Opts {
    /// The device.
    #[arg(long, value_name = "ID")]
    device: DeviceId,

    /// Its key. How far the replay got is kept beside it, in FILE.progress.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The region's grid service.
    #[arg(long, env = "DMSM_GRID", default_value = "http://127.0.0.1:8600", value_name = "URL")]
    grid: String,

    #[command(flatten)]
    source: Source,

    /// How many times faster than measured; `max` waits for nothing.
    #[arg(long, default_value = "max", value_name = "X", value_parser = speed)]
    speed: Speed,

    /// Most readings handed in at once.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    batch: u16,

    /// Replay the file from its beginning, under new sequences.
    #[arg(long)]
    restart: bool,

    /// Sequence of the next reading, where the record of what was sent is lost: above any that was
    /// ever sent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    first_sequence: Option<u64>,

    /// For how long an absent grid service is tried again, seconds.
    #[arg(long, default_value_t = 600, value_name = "SECONDS")]
    patience: u64,
}

/// How fast time passes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Speed {
    Max,
    Times(f64),
}

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    let times = text.trim_end_matches('x').parse().ok().filter(|times| (1e-3..=1e9).contains(times));
    times.map(Speed::Times).ok_or_else(|| "give a factor like 60, or max".into())
}

/// What was done.
#[derive(Default, serde::Serialize)]
struct Report {
    device: DeviceId,
    /// Readings handed in.
    sent: u64,
    /// Readings that the grid service keeps.
    accepted: u64,
    /// Those of them that it kept already: sent again after an answer was lost.
    duplicates: u64,
    /// Readings refused, by reason.
    refused: BTreeMap<String, u64>,
    /// Lines whose value is missing.
    missing: u64,
    /// Readings of this file that were done before this run.
    done_before: u64,
    first_sequence: Option<u64>,
    last_sequence: Option<u64>,
    seconds: f64,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sent, accepted, duplicates, missing, done_before, seconds, .. } = self;
        write!(
            f,
            "{sent} readings sent in {seconds:.1} s, {accepted} accepted ({duplicates} of them again)"
        )?;
        for (reason, count) in &self.refused {
            write!(f, ", {count} refused: {reason}")?;
        }
        write!(f, "; {missing} lines without a value; {done_before} readings done before")?;
        if *sent == 0 && *done_before > 0 {
            write!(f, " (--restart replays them again)")?;
        }
        Ok(())
    }
}

impl Report {
    fn count(&mut self, batch: &[SignedReading], outcomes: &[Outcome]) {
        for (signed, outcome) in batch.iter().zip(outcomes) {
            let sequence = signed.reading.sequence;
            self.first_sequence.get_or_insert(sequence);
            self.last_sequence = Some(sequence);
            self.sent += 1;
            if outcome.is_kept() {
                self.accepted += 1;
                self.duplicates += u64::from(outcome.is_duplicate());
            } else {
                *self.refused.entry(outcome.0.clone()).or_default() += 1;
            }
        }
    }

    fn refusals(&self) -> Option<Error> {
        let refused = self.refused.values().sum();
        let reasons = self.refused.keys().cloned().collect::<Vec<_>>().join(", ");
        (refused > 0).then_some(Error::ReadingsRefused { refused, sent: self.sent, reasons })
    }
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let key = DeviceKey::read(&opts.key)?;
    let grid = Grid::new(&opts.grid, Duration::from_secs(opts.patience))?;
    let client = context.client().await?;
    let unknown =
        || Error::NotFound(format!("the chain knows no device {}: run `dmsm device register`", opts.device));
    let device = client.device(&opts.device).await?.ok_or_else(unknown)?;
    if device.key != key.public() {
        return Err(Error::OtherKey { path: opts.key, device: opts.device });
    }
    if device.status != DeviceStatus::Connected {
        return Err(Error::NotConnected(opts.device));
    }
    // Where the record is lost, the chain knows a lower bound.
    let noticed = client.last_notice(&opts.device).await?.map_or(0, |last| last.sequence);
    let genesis = *client.genesis();
    drop(client);
    let report = Replay { opts: &opts, key, genesis, grid }.run(noticed + 1).await?;
    context.answer(out, &report, &report)?;
    report.refusals().map_or(Ok(Verdict::Done), Err)
}

/// A device that speaks from a file.
struct Replay<'a> {
    opts: &'a Opts,
    key: DeviceKey,
    genesis: [u8; 32],
    grid: Grid,
}

impl Replay<'_> {
    /// Where to go on; `at_least` is the lowest sequence that may be free if there is no record.
    fn resume(&self, source: String, at_least: u64) -> Result<Progress, Error> {
        let Opts { device, first_sequence, restart, .. } = self.opts;
        let genesis = hex(self.genesis);
        let record = Progress::read(&progress::path(&self.opts.key))?;
        // Sequences count for one device on one chain.
        let record = record.filter(|record| record.device == *device && record.genesis == genesis);
        let next = record.as_ref().map_or(at_least, |record| record.next_sequence);
        let next_sequence = first_sequence.unwrap_or(next);
        match record {
            Some(record) if record.source == source && !restart => Ok(Progress { next_sequence, ..record }),
            _ => Ok(Progress { device: *device, genesis, next_sequence, source, lines: 0, readings: 0 }),
        }
    }

    async fn run(&self, at_least: u64) -> Result<Report, Error> {
        let Source { file, format, limit, .. } = &self.opts.source;
        let series = self.opts.source.open()?;
        let source = progress::source(file, *format, series.channel())?;
        let mut done = self.resume(source, at_least)?;
        let limit = limit.unwrap_or(u64::MAX);
        let mut report = Report { device: self.opts.device, done_before: done.readings, ..Report::default() };
        let bar = bar(limit, done.readings);
        let begin = Instant::now();
        let mut clock = Clock::new(self.opts.speed);

        let mut batch = Vec::new();
        let mut reached = done.clone();
        for item in series.skip(usize::try_from(done.lines).unwrap_or(usize::MAX)) {
            if reached.readings >= limit {
                break;
            }
            let item = item?;
            reached.lines += 1;
            let Item::Measured(Measurement { taken_at, power, temperature }) = item else {
                report.missing += 1;
                continue;
            };
            if let Some(pause) = clock.pause(taken_at) {
                self.hand_in(&mut batch, &reached_before(&reached), &mut done, &mut report, &bar).await?;
                tokio::time::sleep(pause).await;
            }
            let sequence = reached.next_sequence;
            let reading = Reading { device: self.opts.device, sequence, taken_at, power, temperature };
            batch.push(self.key.sign_reading(reading, &self.genesis));
            reached.next_sequence += 1;
            reached.readings += 1;
            if batch.len() == usize::from(self.opts.batch) {
                self.hand_in(&mut batch, &reached, &mut done, &mut report, &bar).await?;
            }
        }
        self.hand_in(&mut batch, &reached, &mut done, &mut report, &bar).await?;
        bar.finish_and_clear();
        report.seconds = (begin.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        Ok(report)
    }

    /// Hands a batch in and writes down how far that gets.
    async fn hand_in(
        &self,
        batch: &mut Vec<SignedReading>,
        reached: &Progress,
        done: &mut Progress,
        report: &mut Report,
        bar: &ProgressBar,
    ) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let outcomes: Result<Vec<Outcome>, grid::Error> = self.grid.send(batch).await;
        report.count(batch, &outcomes?);
        batch.clear();
        reached.write(&progress::path(&self.opts.key))?;
        *done = reached.clone();
        bar.set_position(done.readings);
        Ok(())
    }
}

/// The line in hand is not done yet: it is read again after a crash.
fn reached_before(reached: &Progress) -> Progress {
    Progress { lines: reached.lines - 1, ..reached.clone() }
}

/// Lets the file's time pass.
struct Clock {
    speed: Speed,
    begin: Option<(Instant, Moment)>,
}

impl Clock {
    fn new(speed: Speed) -> Self {
        Self { speed, begin: None }
    }

    /// How long to wait until a moment of the file.
    fn pause(&mut self, moment: Moment) -> Option<Duration> {
        let Speed::Times(times) = self.speed else { return None };
        let (begin, first) = *self.begin.get_or_insert_with(|| (Instant::now(), moment));
        let due = Duration::from_millis(moment.saturating_sub(first)).as_secs_f64() / times;
        let pause = Duration::try_from_secs_f64(due).ok()?.saturating_sub(begin.elapsed());
        (pause > Duration::from_millis(1)).then_some(pause)
    }
}

fn bar(limit: u64, done: u64) -> ProgressBar {
    let (bar, template) = match limit {
        u64::MAX => (ProgressBar::new_spinner(), "{spinner} {pos} readings, {per_sec}"),
        limit => (ProgressBar::new(limit), "{bar:40} {pos}/{len} readings, {per_sec}, {eta} left"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_position(done);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Format;
    use std::{
        io::{Read, Write},
        net::TcpListener,
        sync::{Arc, Mutex},
        thread,
    };

    /// Readings as a grid service gets them.
    type Seen = Arc<Mutex<Vec<serde_json::Value>>>;

    /// A service that keeps all it is given, `dead_after` batches long.
    fn service(dead_after: usize) -> (String, Seen) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Seen::default();
        let store = seen.clone();
        thread::spawn(move || {
            for _ in 0..dead_after {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut buffer = [0; 65536];
                while !request.ends_with(b"]}") {
                    let length = stream.read(&mut buffer).unwrap();
                    request.extend_from_slice(&buffer[..length]);
                }
                let body = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
                let batch: serde_json::Value = serde_json::from_slice(&request[body..]).unwrap();
                let readings = batch["readings"].as_array().unwrap().clone();
                let results = vec!["accepted"; readings.len()];
                store.lock().unwrap().extend(readings);
                let body = serde_json::json!({ "results": results }).to_string();
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
                .unwrap();
            }
        });
        (address, seen)
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut content = String::from(",KWH/hh (per half hour) \n");
        for hour in 0..10 {
            content += &format!(
                "2011-12-10 {hour:02}:00:00,{}\n",
                if hour == 4 { "Null".into() } else { format!("0.{hour}") }
            );
        }
        std::fs::write(folder.path().join("f.csv"), content).unwrap();
        DeviceKey::read_or_create(&folder.path().join("key")).unwrap();
        folder
    }

    fn opts(folder: &tempfile::TempDir, grid: &str, batch: u16) -> Opts {
        let source =
            Source { file: folder.path().join("f.csv"), format: Format::Lcl, channel: None, limit: None };
        Opts {
            device: DeviceId([1; 32]),
            key: folder.path().join("key"),
            grid: grid.into(),
            source,
            speed: Speed::Max,
            batch,
            restart: false,
            first_sequence: None,
            patience: 0,
        }
    }

    async fn replay(opts: &Opts) -> Result<Report, Error> {
        let key = DeviceKey::read(&opts.key).unwrap();
        let grid = Grid::new(&opts.grid, Duration::from_secs(opts.patience)).unwrap();
        Replay { opts, key, genesis: [7; 32], grid }.run(1).await
    }

    fn sequences(seen: &Seen) -> Vec<u64> {
        seen.lock().unwrap().iter().map(|reading| reading["sequence"].as_u64().unwrap()).collect()
    }

    #[tokio::test]
    async fn an_interrupted_replay_goes_on_where_it_stopped() {
        let folder = folder();
        let (grid, seen) = service(2);
        assert!(replay(&opts(&folder, &grid, 3)).await.is_err(), "the service dies after two batches");
        assert_eq!(sequences(&seen), [1, 2, 3, 4, 5, 6]);

        let (grid, rest) = service(9);
        let report = replay(&opts(&folder, &grid, 3)).await.unwrap();
        assert_eq!(sequences(&rest), [7, 8, 9]);
        assert_eq!((report.sent, report.done_before, report.accepted), (3, 6, 3));
        assert_eq!((report.first_sequence, report.last_sequence), (Some(7), Some(9)));
        // 0.6 kWh in half an hour: the seventh value, the fifth line having none.
        assert_eq!(rest.lock().unwrap()[0]["power"], 1_400_000);

        let report = replay(&opts(&folder, &grid, 3)).await.unwrap();
        assert_eq!((report.sent, report.done_before), (0, 9));
        assert!(report.to_string().contains("--restart"), "{report}");

        let again = Opts { restart: true, ..opts(&folder, &grid, 500) };
        assert_eq!(replay(&again).await.unwrap().first_sequence, Some(10), "no sequence comes twice");
    }

    #[tokio::test]
    async fn a_limit_counts_readings_of_the_file() {
        let folder = folder();
        let (grid, seen) = service(9);
        let mut limited = opts(&folder, &grid, 500);
        limited.source.limit = Some(5);
        let report = replay(&limited).await.unwrap();
        assert_eq!(sequences(&seen), [1, 2, 3, 4, 5]);
        assert_eq!((report.sent, report.missing), (5, 1));
        assert_eq!(replay(&limited).await.unwrap().sent, 0);
    }

    #[tokio::test]
    async fn what_is_sent_is_signed_for_its_chain() {
        let folder = folder();
        let (grid, seen) = service(1);
        let opts = opts(&folder, &grid, 500);
        replay(&opts).await.unwrap();
        let key = DeviceKey::read(&opts.key).unwrap().public();
        for reading in seen.lock().unwrap().iter() {
            let signed: SignedReading = serde_json::from_value(reading.clone()).unwrap();
            let payload = signed.reading.signing_payload(&[7; 32]);
            assert!(dmsm_client::verify::device_signed(&key, &payload, &signed.signature));
            assert_eq!(signed.reading.device, opts.device);
        }
    }

    #[test]
    fn refusals_are_counted_by_reason() {
        let reading =
            Reading { device: DeviceId([1; 32]), sequence: 1, taken_at: 0, power: 0, temperature: None };
        let signature = dmsm_primitives::DeviceSignature([0; 64]);
        let batch = vec![SignedReading { reading, signature }; 4];
        let outcomes =
            ["accepted", "duplicate", "bad-signature", "bad-signature"].map(|name| Outcome(name.into()));
        let mut report = Report::default();
        report.count(&batch, &outcomes);
        assert_eq!((report.sent, report.accepted, report.duplicates), (4, 2, 1));
        assert_eq!(
            report.refusals().unwrap().to_string(),
            "2 of 4 readings were refused (bad-signature); the report says which"
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["refused"]["bad-signature"], 2);
    }

    #[test]
    fn time_passes_at_the_speed_asked_for() {
        assert_eq!(speed("max"), Ok(Speed::Max));
        assert_eq!(speed("60x"), Ok(Speed::Times(60.0)));
        for wrong in ["", "0", "-1", "fast", "NaN", "inf"] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
        let mut clock = Clock::new(Speed::Times(60.0));
        assert_eq!(clock.pause(1_000_000), None);
        let pause = clock.pause(1_000_000 + 3_600_000).unwrap();
        assert!((59.0..=60.0).contains(&pause.as_secs_f64()), "{pause:?}");
        assert_eq!(clock.pause(0), None, "time that goes back waits for nothing");
    }
}
