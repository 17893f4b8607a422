// SPDX-License-Identifier: Apache-2.0
//! The program itself, as a child process.

use super::{place::Place, vault};
use std::{
    net::SocketAddr,
    process::{ExitStatus, Output, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

pub struct Program {
    pub address: SocketAddr,
    child: Child,
}

/// The program over a place, with what every start needs; nothing listens at the node's address.
pub fn command(place: &Place, node: &str) -> Command {
    let (path, passphrase) = (place.path("vault"), place.path("passphrase"));
    if !path.exists() {
        vault::create(&path, true);
        std::fs::write(&passphrase, format!("{}\n", vault::PASSPHRASE)).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmsm-cloud"));
    // Variables, so that a test may give the flags.
    command
        .env("DMSM_CLOUD_LISTEN", "127.0.0.1:0")
        .env("DMSM_CLOUD_NODE", node)
        .env("DMSM_CLOUD_STORE", &place.store)
        .env("DMSM_CLOUD_DATABASE", &place.database)
        .env("DMSM_CLOUD_VAULT", path)
        .env("DMSM_CLOUD_VAULT_PASSPHRASE_FILE", passphrase)
        .envs(place.variables.clone())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a start that must fail, to its end.
pub async fn fails(mut command: Command) -> String {
    let output: Output = timeout(Duration::from_secs(20), command.output()).await.unwrap().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

impl Program {
    /// Starts the program and waits until it listens.
    pub async fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut seen = String::new();
        let address = loop {
            let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("no start: {seen}"));
            let found = line.split_once("listen=").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
            if let Some(address) = found {
                break address;
            }
            seen += &line;
        };
        // Its log must never fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { address, child }
    }

    /// SIGTERM.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        timeout(Duration::from_secs(15), self.child.wait()).await.unwrap().unwrap()
    }
}
