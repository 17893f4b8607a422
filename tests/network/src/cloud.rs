// SPDX-License-Identifier: Apache-2.0
//! The cloud.

use crate::{member::PASSPHRASE, process::Process, wait::until, Network};
use hyper::StatusCode;

impl Network {
    /// Starts it where its data is, and does not wait.
    pub fn start_cloud(&mut self) {
        assert!(self.cloud.is_none(), "the cloud runs already");
        let mut command = self.programs.cloud();
        command
            .args(["--listen", &self.cloud_address().to_string(), "--node", &self.node_url()])
            .args(["--store", &format!("file://{}", self.path("cloud").display())])
            .args(["--database", &format!("sqlite://{}", self.path("cloud.sqlite").display())])
            .arg("--vault")
            .arg(self.path("cloud.vault"))
            .env("DMSM_VAULT_PASSPHRASE", PASSPHRASE);
        self.cloud = Some(Process::start(command, &self.path("cloud.log")));
    }

    /// Waits until it takes calls.
    pub async fn cloud_is_up(&mut self) {
        let (http, address) = (self.http.clone(), self.cloud_address());
        until("the cloud's answer", async || {
            self.cloud.as_mut().expect("the cloud was started").must_run();
            let (status, body) = http.get(address, "/health").await?;
            let good = status == StatusCode::OK;
            good.then_some(()).ok_or_else(|| format!("{status} {}", String::from_utf8_lossy(&body)))
        })
        .await
    }

    /// SIGKILL.
    pub fn kill_cloud(&mut self) {
        self.cloud.take().expect("the cloud runs").kill();
    }

    /// Kills it if it runs, starts it and waits until it answers.
    pub async fn restart_cloud(&mut self) {
        if self.cloud.is_some() {
            self.kill_cloud();
        }
        self.start_cloud();
        self.cloud_is_up().await;
    }
}
