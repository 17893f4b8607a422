// SPDX-License-Identifier: Apache-2.0
//! `dmsm-grid import`.

use super::{write_json, CommandError, Common};
use crate::{
    import::{self, MAX_FILE_BYTES},
    ingest::now,
    store::Import,
};
use clap::{Args, ValueEnum};
use dmsm_primitives::DeviceId;
use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

#[derive(Args, Debug)]
pub struct Opts {
    #[command(flatten)]
    common: Common,

    /// The meter that the readings are of, as `dmsm device list` shows it.
    #[arg(long, value_name = "0x…")]
    meter: DeviceId,

    /// Which file it is.
    #[arg(long, value_enum)]
    format: Format,

    /// The file.
    #[arg(long)]
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Low Carbon London, half-hourly kWh, UTC.
    Lcl,
}

/// What an import did.
#[derive(serde::Serialize)]
struct Report {
    meter: DeviceId,
    file: String,
    sha256: String,
    /// Readings that are new.
    imported: u64,
    /// Readings that were imported before.
    already_there: u64,
    /// Readings that contradict what was imported before, and were left out.
    differing: usize,
    /// When the first of them was taken, ms since the Unix epoch.
    first_differing: Option<u64>,
}

pub(super) async fn run(opts: Opts, output: &mut (dyn Write + Send)) -> Result<(), CommandError> {
    let Opts { common, meter, format: Format::Lcl, file: path } = opts;
    let content = read(&path)?;
    let imported_at = now();
    let readings = import::parse(&content, imported_at)
        .map_err(|fault| CommandError::Line { path: path.clone(), fault })?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let sha256 = sp_crypto_hashing::sha2_256(&content);
    let import = Import { meter, file: file.clone(), sha256, readings, imported_at };
    let store = common.open().await?;
    let imported = store.import(&import).await;
    store.close().await;
    let imported = imported?;
    let report = Report {
        meter,
        file,
        sha256: hex::encode(sha256),
        imported: imported.imported,
        already_there: imported.already_there,
        differing: imported.differing.len(),
        first_differing: imported.differing.first().copied(),
    };
    if common.json {
        return write_json(output, &report);
    }
    writeln!(
        output,
        "{}: {} readings imported, {} were there already, {} differ",
        report.file, report.imported, report.already_there, report.differing
    )?;
    if let Some(first) = report.first_differing {
        writeln!(
            output,
            "What differs was left out, from the moment {first} ms on: the earlier import holds. To replace \
             it, delete its rows from imported_readings and import again."
        )?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let failed = |source| CommandError::Unreadable { path: path.to_owned(), source };
    let mut content = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(CommandError::TooLong { path: path.to_owned() });
    }
    Ok(content)
}
