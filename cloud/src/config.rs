// SPDX-License-Identifier: Apache-2.0
//! Flags, each of which may come from the environment.

use clap::Parser;
use dmsm_primitives::MemberId;
use std::{net::SocketAddr, path::PathBuf};

/// Keeps ciphertext for a DMSM consortium and hands it out as the chain allows.
#[derive(Parser, Clone)]
#[command(name = "dmsm-cloud", version, about)]
pub struct Config {
    /// Where members call; also /health, /metrics and /openapi.json.
    #[arg(long, env = "DMSM_CLOUD_LISTEN", default_value = "127.0.0.1:8700")]
    pub listen: SocketAddr,

    /// WebSocket address of a node of the chain.
    #[arg(long, env = "DMSM_CLOUD_NODE", default_value = "ws://127.0.0.1:9944", value_name = "URL")]
    pub node: String,

    /// Key vault of the cloud's member; its BLS key signs receipts.
    ///
    /// Its passphrase comes from `--vault-passphrase-file`, else from the variable
    /// DMSM_VAULT_PASSPHRASE, else from the terminal.
    #[arg(long, env = "DMSM_CLOUD_VAULT", value_name = "FILE")]
    pub vault: PathBuf,

    /// File with the vault's passphrase on its first line.
    #[arg(long, env = "DMSM_CLOUD_VAULT_PASSPHRASE_FILE", value_name = "FILE")]
    pub vault_passphrase_file: Option<PathBuf>,

    /// The cloud's identifier, where its vault does not hold it.
    #[arg(long, env = "DMSM_CLOUD_MEMBER", value_name = "0x…")]
    pub member: Option<MemberId>,

    /// Where blobs lie: file:///PATH, or s3://BUCKET/PATH with the settings of AWS_*.
    #[arg(long, env = "DMSM_CLOUD_STORE", value_name = "URL")]
    pub store: String,

    /// sqlite://PATH, or postgres://USER@HOST/NAME.
    #[arg(long, env = "DMSM_CLOUD_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: String,

    /// What each member may keep here, bytes.
    #[arg(long, env = "DMSM_CLOUD_QUOTA_BYTES", default_value_t = 100 << 30, value_name = "BYTES")]
    pub quota_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_no_contradictions() {
        use clap::CommandFactory;
        Config::command().debug_assert();
    }
}
