// SPDX-License-Identifier: Apache-2.0
//! `dmsm device`

mod connect;
mod expect;
mod list;
mod progress;
mod register;
mod replay;
mod rule;
mod unbind;

super::group! {
    /// Register a device of the vault's member; makes its key if there is none.
    Register => register,
    /// Connect a registered device, with the device's own key.
    Connect => connect,
    /// Give a device another rule from a block to come.
    Rule => rule,
    /// List the devices of the vault's member, or of everybody.
    List => list,
    /// End the watching of a device.
    Unbind => unbind,
    /// Replay a file of measurements as a device. Goes on where it stopped.
    Run => replay,
    /// Compute from a file, outside the chain, which notices a rule raises.
    Expect => expect,
}

use crate::replay::{Channel, Error, Format, Series};
use std::path::PathBuf;

/// A file of measurements.
#[derive(clap::Args, Clone)]
pub struct Source {
    /// The file.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,

    /// Its format.
    #[arg(long, value_enum)]
    format: Format,

    /// Which device of the file: main, sub1, sub2, sub3 or remainder of uci; HUFL, HULL, MUFL, MULL,
    /// LUFL or LULL of ett. The first of these if none is given.
    #[arg(long, value_enum, hide_possible_values = true)]
    channel: Option<Channel>,

    /// The first so many readings of the file alone.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl Source {
    fn open(&self) -> Result<Series, Error> {
        Series::open(&self.file, self.format, self.channel)
    }
}
