// SPDX-License-Identifier: Apache-2.0
//! The program itself, as a child process.

use super::{REGION, TOKEN};
use std::{
    net::SocketAddr,
    path::Path,
    process::{ExitStatus, Output, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

pub struct Grid {
    pub public: SocketAddr,
    pub worker: SocketAddr,
    child: Child,
}

/// The program with a token file in `folder`, and what every start needs.
pub fn command(folder: &Path, database: &str, node: &str) -> Command {
    let token = folder.join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmsm-grid"));
    command
        .args(["--listen", "127.0.0.1:0"])
        .env("DMSM_GRID_WORKER_LISTEN", "127.0.0.1:0")
        .args(["--database", database, "--node", node])
        .args(["--region", &REGION.to_string()])
        .arg("--worker-token-file")
        .arg(token)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a start that must fail, to its end.
pub async fn fails(mut command: Command) -> (Output, String) {
    let output = tokio::time::timeout(Duration::from_secs(20), command.output()).await.unwrap().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    (output, text)
}

impl Grid {
    /// Starts the program and waits until it listens.
    pub async fn start(folder: &Path, database: &str, node: &str) -> Self {
        let mut child = command(folder, database, node).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut seen = String::new();
        let (public, worker) = loop {
            let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("no start: {seen}"));
            if let (Some(public), Some(worker)) = (field(&line, "public="), field(&line, "worker=")) {
                break (public, worker);
            }
            seen += &line;
        };
        // Its log must never fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { public, worker, child }
    }

    /// SIGKILL: no destructor runs.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await.unwrap().unwrap()
    }
}

fn field(line: &str, name: &str) -> Option<SocketAddr> {
    line.split_once(name)?.1.split(' ').next()?.parse().ok()
}
