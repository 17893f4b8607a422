// SPDX-License-Identifier: Apache-2.0
//! `dmsm-grid tariff`.

use super::{write_json, CommandError, Common};
use crate::{
    pricing::{Draft, Tariff},
    store::BillingStore,
};
use clap::{Args, Subcommand};
use dmsm_primitives::{DeviceId, Month};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Show all tariffs.
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Write the tariff that a JSON file holds; one like those that `list --json` shows.
    Set {
        #[command(flatten)]
        common: Common,

        /// Put it in the place of another one of its name; bills of past months change with it.
        #[arg(long)]
        replace: bool,

        /// The file.
        file: PathBuf,
    },
    /// Give a tariff to a meter, from a month on.
    Assign(Assign),
    /// Give a tariff to all meters that none is assigned to.
    Default {
        #[command(flatten)]
        common: Common,

        /// Name of the tariff.
        #[arg(long, value_name = "NAME")]
        tariff: String,
    },
}

#[derive(Args, Debug)]
pub struct Assign {
    #[command(flatten)]
    common: Common,

    /// The meter, as `dmsm device list` shows it.
    #[arg(long, value_name = "0x…")]
    meter: DeviceId,

    /// Name of the tariff.
    #[arg(long, value_name = "NAME")]
    tariff: String,

    /// The first month, in the region's time.
    #[arg(long, value_name = "YYYY-MM")]
    from: Month,
}

pub(super) async fn run(verb: Verb, output: &mut (dyn Write + Send)) -> Result<(), CommandError> {
    let common = match &verb {
        Verb::List { common } | Verb::Set { common, .. } | Verb::Default { common, .. } => common,
        Verb::Assign(assign) => &assign.common,
    };
    // The file first: what is wrong with it needs no database.
    let tariff = match &verb {
        Verb::Set { file, .. } => Some(read(file)?),
        _ => None,
    };
    let json = common.json;
    let store = common.open().await?;
    let done = match (&verb, tariff) {
        (Verb::Set { replace, .. }, Some(tariff)) => set(&*store, &tariff, *replace, json, output).await,
        (Verb::Default { tariff, .. }, _) => by_default(&*store, tariff, json, output).await,
        (Verb::Assign(opts), _) => assign(&*store, opts, output).await,
        _ => list(&*store, json, output).await,
    };
    store.close().await;
    done
}

fn read(path: &Path) -> Result<Tariff, CommandError> {
    let unreadable = |source| CommandError::Unreadable { path: path.to_owned(), source };
    let content = std::fs::read(path).map_err(unreadable)?;
    let draft: Draft = serde_json::from_slice(&content)
        .map_err(|source| CommandError::NotJson { path: path.to_owned(), source })?;
    Tariff::try_from(draft).map_err(|source| CommandError::NotATariff { path: path.to_owned(), source })
}

async fn list(
    store: &dyn BillingStore,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let book = store.tariffs().await?;
    if json {
        let tariffs: Vec<_> = book.tariffs.iter().map(Tariff::draft).collect();
        return write_json(output, &serde_json::json!({ "default": book.by_default, "tariffs": tariffs }));
    }
    for tariff in &book.tariffs {
        let by_default = if book.by_default == tariff.name() { ", the default" } else { "" };
        let on_offer = if tariff.on_offer() { "on offer" } else { "not on offer" };
        writeln!(output, "{} ({}, {on_offer}{by_default})", tariff.name(), tariff.currency())?;
        writeln!(output, "    standing charge {} minor units a day", thousandths(tariff.standing_charge()))?;
        for band in tariff.bands() {
            writeln!(output, "    {:<12} {:>12} minor units a kWh", band.name, thousandths(band.price))?;
            for times in tariff.draft().times.iter().filter(|times| times.band == band.name) {
                let days: Vec<&str> = times.days.into();
                writeln!(output, "        {} to {}  {}", times.from, times.until, days.join(" "))?;
            }
        }
    }
    Ok(())
}

async fn set(
    store: &dyn BillingStore,
    tariff: &Tariff,
    replace: bool,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let written = store.set_tariff(tariff, replace).await?;
    let answer = serde_json::json!({ "tariff": tariff.name(), "outcome": written });
    if json {
        return write_json(output, &answer);
    }
    writeln!(output, "{}: {}", tariff.name(), answer["outcome"].as_str().unwrap_or_default())?;
    Ok(())
}

async fn by_default(
    store: &dyn BillingStore,
    name: &str,
    json: bool,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    store.set_default_tariff(name).await?;
    if json {
        return write_json(output, &serde_json::json!({ "default": name }));
    }
    writeln!(output, "{name} is the default")?;
    Ok(())
}

async fn assign(
    store: &dyn BillingStore,
    opts: &Assign,
    output: &mut (dyn Write + Send),
) -> Result<(), CommandError> {
    let Assign { common, meter, tariff, from } = opts;
    store.assign_tariff(meter, tariff, *from).await?;
    if common.json {
        let answer = serde_json::json!({ "meter": meter, "tariff": tariff, "from": from });
        return write_json(output, &answer);
    }
    writeln!(output, "{meter} has {tariff} from {from} on")?;
    Ok(())
}

/// 14,228 is 14.228.
fn thousandths(value: u64) -> String {
    format!("{}.{:03}", value / 1_000, value % 1_000)
}
