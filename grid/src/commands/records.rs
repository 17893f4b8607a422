// SPDX-License-Identifier: Apache-2.0
//! `dmsm-grid records`.

use super::{write_json, CommandError, Common};
use crate::store::{BatchId, BatchState, BatchStatus, MeterDayStore, Waiting, WaitingDays, MAX_SHOWN};
use clap::{Args, Subcommand};
use dmsm_primitives::{time::DAY_MILLIS, Day, DeviceId, Moment};
use serde_json::json;
use std::{collections::BTreeMap, io::Write, ops::RangeInclusive};

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Show the batches that are not anchored and what waits, by day and reason.
    Status {
        #[command(flatten)]
        common: Common,

        #[command(flatten)]
        days: Days,

        /// Show the anchored batches too.
        #[arg(long)]
        all: bool,
    },
    /// Show the meters that wait on a day, and why.
    Waiting {
        #[command(flatten)]
        common: Common,

        /// The day, UTC.
        #[arg(long, value_name = "YYYY-MM-DD")]
        day: Day,
    },
    /// Compare what was recorded or refused of a meter with its readings again, after deleting some
    /// by hand.
    Recheck {
        #[command(flatten)]
        common: Common,

        /// The meter, as `dmsm device list` shows it.
        #[arg(long, value_name = "0x…")]
        meter: DeviceId,

        #[command(flatten)]
        days: Days,
    },
    /// Give a batch up that the chain has another root for; its meter-days wait again, for a later
    /// version.
    Release {
        #[command(flatten)]
        common: Common,

        /// The batch's day, UTC.
        #[arg(long, value_name = "YYYY-MM-DD")]
        day: Day,

        /// Its version.
        #[arg(long, value_name = "NUMBER")]
        version: u16,

        /// The root that the chain has for this version.
        #[arg(long, value_name = "0x…", value_parser = root)]
        taken_by: [u8; 32],
    },
}

/// Days, both ends included.
#[derive(Args, Clone, Copy, Debug)]
pub struct Days {
    /// The first day, UTC.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "1970-01-01")]
    from: Day,

    /// The last day, UTC.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "9999-12-31")]
    until: Day,
}

impl From<Days> for RangeInclusive<Day> {
    fn from(days: Days) -> Self {
        days.from..=days.until
    }
}

pub(super) async fn run(verb: Verb, output: &mut (dyn Write + Send)) -> Result<(), CommandError> {
    let common = match &verb {
        Verb::Status { common, .. }
        | Verb::Waiting { common, .. }
        | Verb::Recheck { common, .. }
        | Verb::Release { common, .. } => common,
    };
    let json = common.json;
    let store = common.open().await?;
    let done = match verb {
        Verb::Status { days, all, .. } => status(&*store, days, all, json, output).await,
        Verb::Waiting { day, .. } => waiting(&*store, day, json, output).await,
        Verb::Recheck { meter, days, .. } => recheck(&*store, meter, days, json, output).await,
        Verb::Release { day, version, taken_by, .. } => {
            release(&*store, BatchId { day, version }, &taken_by, json, output).await
        }
    };
    store.close().await;
    done
}

/// One day of `status`.
#[derive(Default)]
struct DayStatus {
    batches: Vec<BatchStatus>,
    waiting: Vec<WaitingDays>,
}

async fn status(
    store: &dyn MeterDayStore,
    days: Days,
    all: bool,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let totals = store.totals().await?;
    let (batches, waiting) = store.history(days.into(), !all).await?;
    let more = batches.len().max(waiting.len()) >= MAX_SHOWN as usize;
    let mut by_day: BTreeMap<Day, DayStatus> = BTreeMap::new();
    batches.into_iter().for_each(|batch| by_day.entry(batch.id.day).or_default().batches.push(batch));
    waiting.into_iter().for_each(|days| by_day.entry(days.day).or_default().waiting.push(days));
    if json {
        let days: Vec<_> = by_day.iter().map(|(day, status)| day_as_json(*day, status)).collect();
        return write_json(output, &json!({ "totals": totals, "days": days, "more": more }));
    }
    writeln!(
        output,
        "{} batches anchored with {} meter-days, {} open; {} meter-days refused",
        totals.anchored_batches, totals.anchored_meter_days, totals.open_batches, totals.refused_meter_days
    )?;
    for (day, DayStatus { batches, waiting }) in &by_day {
        writeln!(output, "{day}")?;
        for BatchStatus { id, meter_days, unsealed, state } in batches {
            let state = match state {
                BatchState::Open => format!("open, {unsealed} to be sealed"),
                BatchState::Anchored => "anchored".into(),
                BatchState::Released => "given up".into(),
            };
            writeln!(output, "    version {}: {meter_days} meter-days, {state}", id.version)?;
        }
        for WaitingDays { reason, meters, since, .. } in waiting {
            writeln!(output, "    {meters} wait {}: {}", when(*since), why(*reason))?;
        }
    }
    if more {
        writeln!(output, "There is more: give --from and --until.")?;
    }
    Ok(())
}

fn day_as_json(day: Day, DayStatus { batches, waiting }: &DayStatus) -> serde_json::Value {
    let batch = |batch: &BatchStatus| {
        json!({
            "version": batch.id.version,
            "state": batch.state,
            "meter_days": batch.meter_days,
            "unsealed": batch.unsealed,
        })
    };
    let waits = |waits: &WaitingDays| json!({ "reason": waits.reason, "meter_days": waits.meters, "since": waits.since });
    json!({
        "day": day,
        "batches": batches.iter().map(batch).collect::<Vec<_>>(),
        "waiting": waiting.iter().map(waits).collect::<Vec<_>>(),
    })
}

async fn waiting(
    store: &dyn MeterDayStore,
    day: Day,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let meters = store.waiting_on(day).await?;
    let more = meters.len() >= MAX_SHOWN as usize;
    if json {
        let meter = |(meter, reason, since): &(DeviceId, Waiting, Moment)| json!({ "meter": meter, "reason": reason, "since": since });
        let meters: Vec<_> = meters.iter().map(meter).collect();
        return write_json(output, &json!({ "day": day, "meters": meters, "more": more }));
    }
    for (meter, reason, since) in meters {
        writeln!(output, "{meter} {}: {}", when(since), why(reason))?;
    }
    if more {
        writeln!(output, "There are more.")?;
    }
    Ok(())
}

async fn recheck(
    store: &dyn MeterDayStore,
    meter: DeviceId,
    days: Days,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let count = store.recheck(&meter, days.into()).await?;
    if json {
        return write_json(output, &json!({ "meter": meter, "days": count }));
    }
    writeln!(output, "{meter}: {count} days are compared again")?;
    Ok(())
}

async fn release(
    store: &dyn MeterDayStore,
    batch: BatchId,
    taken_by: &[u8; 32],
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let count = store.release(batch, taken_by).await?;
    if json {
        let answer = json!({ "day": batch.day, "version": batch.version, "meter_days": count });
        return write_json(output, &answer);
    }
    writeln!(output, "{batch} is given up: its {count} meter-days wait again")?;
    Ok(())
}

fn root(text: &str) -> Result<[u8; 32], hex::FromHexError> {
    let mut root = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut root).map(|()| root)
}

fn why(reason: Waiting) -> &'static str {
    match reason {
        Waiting::Changed => "to be looked at, once their day is over and older days are done",
        Waiting::Incomplete => "they have gaps; recorded so once no reading has come for --close-after",
        Waiting::TooLarge => "a half-hour is too large for a record; correct the readings",
        Waiting::Closed => "for their batch: the version before is open, or enough other days' are",
    }
}

/// Since when; the beginning of time stands for what `recheck` and `release` asked for.
fn when(since: Moment) -> String {
    if since == 0 {
        return "by hand".into();
    }
    let day = Day(u32::try_from(since / DAY_MILLIS).unwrap_or(u32::MAX));
    let minutes = since % DAY_MILLIS / 60_000;
    format!("since {day} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}
