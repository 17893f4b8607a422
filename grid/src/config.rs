// SPDX-License-Identifier: Apache-2.0
//! Flags, each of which may come from the environment.

use crate::{ingest::IngestLimits, pricing::UtcOffset};
use clap::Parser;
use dmsm_primitives::RegionId;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The region's data service of a DMSM processing node.
#[derive(Parser, Clone)]
#[command(name = "dmsm-grid", version, about)]
pub struct Config {
    /// Where devices deliver readings; also /health and /metrics.
    #[arg(long, env = "DMSM_GRID_LISTEN", default_value = "127.0.0.1:8600")]
    pub listen: SocketAddr,

    /// Where the node's worker reads; a loopback address.
    #[arg(long, env = "DMSM_GRID_WORKER_LISTEN", default_value = "127.0.0.1:8601", value_parser = loopback)]
    pub worker_listen: SocketAddr,

    /// File with the token that the worker shows, 32 bytes or more.
    #[arg(long, env = "DMSM_GRID_WORKER_TOKEN_FILE", value_name = "FILE")]
    pub worker_token_file: PathBuf,

    /// sqlite://PATH, or postgres://USER@HOST/NAME.
    #[arg(long, env = "DMSM_GRID_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: String,

    /// WebSocket address of a node of the chain.
    #[arg(long, env = "DMSM_GRID_NODE", default_value = "ws://127.0.0.1:9944", value_name = "URL")]
    pub node: String,

    /// The region served.
    #[arg(long, env = "DMSM_GRID_REGION")]
    pub region: u32,

    /// How far the region's time is ahead of UTC in summer and winter, minutes or +HH:MM.
    #[arg(
        long,
        env = "DMSM_GRID_UTC_OFFSET",
        default_value = "+00:00",
        allow_hyphen_values = true,
        value_name = "OFFSET"
    )]
    pub utc_offset: UtcOffset,

    /// Readings in one batch at most.
    #[arg(long, env = "DMSM_GRID_MAX_BATCH", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=5000))]
    pub max_batch: u16,

    /// Longest body of a batch, bytes.
    #[arg(long, env = "DMSM_GRID_MAX_BODY", default_value_t = 256 * 1024, value_name = "BYTES")]
    pub max_body: u32,

    /// How far a reading's time may lie ahead of this machine's clock, seconds.
    #[arg(long, env = "DMSM_GRID_TOLERANCE", default_value_t = 300, value_name = "SECONDS")]
    pub tolerance: u32,

    /// How long no reading of a meter's day may have come before the day is recorded with gaps,
    /// seconds. A day without gaps is recorded once it is over.
    #[arg(long, env = "DMSM_GRID_CLOSE_AFTER", default_value_t = 7 * 24 * 60 * 60, value_name = "SECONDS")]
    pub close_after: u32,
}

impl Config {
    pub(crate) fn region(&self) -> RegionId {
        RegionId(self.region)
    }

    pub(crate) fn close_after(&self) -> Duration {
        Duration::from_secs(self.close_after.into())
    }

    pub(crate) fn limits(&self) -> IngestLimits {
        IngestLimits {
            batch: usize::from(self.max_batch),
            tolerance: Duration::from_secs(self.tolerance.into()),
        }
    }
}

/// An address that only this machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|error| format!("{error}; give IP:PORT"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the worker listener hands out plaintext readings: give a loopback address, 127.0.0.1:PORT"
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_listens_on_loopback_only() {
        for address in ["127.0.0.1:8601", "127.9.9.9:0", "[::1]:8601"] {
            assert!(loopback(address).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:8601", "[::]:8601", "192.168.1.2:8601", "8601", "localhost:8601"] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }

    #[test]
    fn flags_have_no_contradictions() {
        use clap::CommandFactory;
        Config::command().debug_assert();
    }
}
