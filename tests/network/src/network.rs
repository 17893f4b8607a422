// SPDX-License-Identifier: Apache-2.0
//! One node and the grid service beside it, and the cloud where it is wanted.

use crate::{
    http::Http,
    member::PASSPHRASE,
    ports,
    process::{tail, Process},
    wait::until,
    Member, Point, Programs, Watch,
};
use dmsm_client::Client;
use hyper::StatusCode;
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::sleep,
};

/// The region of a network's processor.
pub const REGION: u32 = 1;

/// One network at a time: each keeps two cores busy.
static TURN: Mutex<()> = Mutex::const_new(());

/// A node of the preset `dev` with a processor's vault, and the region's grid service over SQLite.
/// Both keep their data when they are killed.
pub struct Network {
    /// The programs it is made of.
    pub programs: Programs,
    pub(crate) devices: u8,
    node: Option<Process>,
    grid: Option<Process>,
    pub(crate) cloud: Option<Process>,
    has_cloud: bool,
    addresses: Addresses,
    processor: Option<Member>,
    pub(crate) http: Http,
    // After the processes: they are killed before it goes.
    folder: Option<TempDir>,
    _turn: MutexGuard<'static, ()>,
}

struct Addresses {
    rpc: SocketAddr,
    prometheus: SocketAddr,
    /// Where devices deliver readings.
    ingest: SocketAddr,
    /// Where the node's worker reads.
    worker: SocketAddr,
    /// Where members call the cloud.
    cloud: SocketAddr,
}

/// Starting.
impl Network {
    /// Starts both programs and enrols the processor.
    pub async fn start() -> Self {
        Self::begin(false).await
    }

    /// The same, and the cloud, enrolled.
    pub async fn start_with_cloud() -> Self {
        let mut network = Self::begin(true).await;
        network.enrol_cloud().await;
        network.start_cloud();
        network.cloud_is_up().await;
        network
    }

    async fn begin(has_cloud: bool) -> Self {
        let turn = TURN.lock().await;
        let addresses = Addresses {
            rpc: ports::free(),
            prometheus: ports::free(),
            ingest: ports::free(),
            worker: ports::free(),
            cloud: ports::free(),
        };
        let folder = tempfile::Builder::new().prefix("dmsm-network-").tempdir().expect("a folder is made");
        let mut network = Self {
            programs: Programs::find(),
            devices: 0,
            node: None,
            grid: None,
            cloud: None,
            has_cloud,
            addresses,
            processor: None,
            http: Http::new(),
            folder: Some(folder),
            _turn: turn,
        };
        fs::write(network.path("token"), "0123456789abcdef0123456789abcdef").expect("the token is written");
        let processor = network.new_vault("processor");
        network.cli(&["keys", "keystore", "--dir", &text(&network.path("keystore"))], "processor");

        network.start_node();
        network.start_grid();
        network.node_is_up().await;
        network.grid_is_ready().await;
        network.enrol_processor(&processor).await;
        network.processor = Some(processor);
        network
    }

    /// Fails if a program that was started is gone.
    pub fn must_run(&mut self) {
        self.node.iter_mut().chain(&mut self.grid).chain(&mut self.cloud).for_each(Process::must_run);
    }

    /// The processor of the region.
    pub fn processor(&self) -> &Member {
        self.processor.as_ref().expect("it is enrolled")
    }

    /// A connection of its own to the node, which must be up.
    pub async fn client(&self) -> Client {
        Client::connect(&self.node_url()).await.expect("the node is up")
    }

    /// WebSocket address of the node.
    pub fn node_url(&self) -> String {
        format!("ws://{}", self.addresses.rpc)
    }

    /// Where members call the cloud.
    pub(crate) fn cloud_address(&self) -> SocketAddr {
        self.addresses.cloud
    }

    /// Where devices deliver readings.
    pub fn ingest(&self) -> SocketAddr {
        self.addresses.ingest
    }

    /// A file or folder of the network.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().expect("it is there until the end").path().join(name)
    }

    /// A command of the `dmsm` client for this network, with a member's vault.
    pub fn cli_command(&self, vault: &str) -> Command {
        let mut command = self.programs.cli();
        command
            .env("DMSM_NODE", self.node_url())
            .env("DMSM_GRID", format!("http://{}", self.addresses.ingest))
            .env("DMSM_CLOUD", format!("http://{}", self.addresses.cloud))
            .env("DMSM_VAULT", self.path(&format!("{vault}.vault")))
            .env("DMSM_VAULT_PASSPHRASE", PASSPHRASE);
        command
    }

    /// Runs `dmsm` to its end, which must be a good one.
    pub fn cli(&self, arguments: &[&str], vault: &str) -> String {
        let output = self.cli_command(vault).args(arguments).output().expect("dmsm starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "dmsm {}: {said}", arguments.join(" "));
        String::from_utf8(output.stdout).expect("it is text")
    }

    /// Makes new keys.
    pub(crate) fn new_vault(&self, name: &str) -> Member {
        let path = self.path(&format!("{name}.vault"));
        let out = text(&path);
        self.cli(
            &["keys", "generate", "--out", &out, "--name", name, "--bits", "2048", "--fast-vault"],
            name,
        );
        Member::of(&path)
    }
}

/// The node.
impl Network {
    /// Starts it where its data is, and does not wait.
    pub fn start_node(&mut self) {
        assert!(self.node.is_none(), "the node runs already");
        let Addresses { rpc, prometheus, worker, .. } = &self.addresses;
        let mut command = self.programs.node();
        command
            .args(["--dev", "--port", "0", "--no-mdns", "--no-telemetry"])
            .args(["--rpc-port", &rpc.port().to_string()])
            .args(["--prometheus-port", &prometheus.port().to_string()])
            .args(["--grid-url", &format!("http://{worker}")])
            .arg("--grid-token-file")
            .arg(self.path("token"))
            .arg("--base-path")
            .arg(self.path("node"))
            .arg("--keystore-path")
            .arg(self.path("keystore"))
            .arg("--vault")
            .arg(self.path("processor.vault"))
            .env("DMSM_VAULT_PASSPHRASE", PASSPHRASE);
        if self.has_cloud {
            command.args(["--cloud-url", &format!("http://{}", self.addresses.cloud)]);
            command.args(["--state-pruning", "archive-canonical", "--blocks-pruning", "archive-canonical"]);
        }
        self.node = Some(Process::start(command, &self.path("node.log")));
    }

    /// Waits until it answers. Returns the number of its best block.
    pub async fn node_is_up(&mut self) -> u32 {
        let url = self.node_url();
        until("the node's answer", async || {
            self.node.as_mut().expect("the node was started").must_run();
            let client = Client::connect(&url).await.map_err(|error| error.to_string())?;
            client.best_number().await.map_err(|error| error.to_string())
        })
        .await
    }

    /// Waits until so many more blocks are finalized.
    pub async fn blocks_pass(&mut self, count: u32) {
        let client = self.client().await;
        let first = client.finalized_number().await.expect("the node answers");
        until("finalized blocks", async || {
            self.must_run();
            let number = client.finalized_number().await.map_err(|error| error.to_string())?;
            if number < first + count {
                return Err(format!("{number} is final, {} is wanted", first + count));
            }
            Ok(())
        })
        .await
    }

    /// SIGKILL.
    pub fn kill_node(&mut self) {
        self.node.take().expect("the node runs").kill();
    }

    /// SIGKILL after a while.
    pub async fn kill_node_after(&mut self, pause: Duration) {
        sleep(pause).await;
        self.kill_node();
    }

    /// Follows the chain from the best block of now on.
    pub async fn watch(&self) -> Watch {
        Watch::begin(&self.node_url()).await.expect("the node is up")
    }

    /// SIGKILL as soon as a condition holds. What must not be missed is started after `watch`.
    pub async fn kill_node_when(
        &mut self,
        watch: &mut Watch,
        what: &str,
        condition: impl AsyncFn(&Point) -> bool,
    ) -> Point {
        let point = watch.until(what, condition).await;
        self.kill_node();
        point
    }

    /// Starts it again and waits until it answers.
    pub async fn restart_node(&mut self) -> u32 {
        if self.node.is_some() {
            self.kill_node();
        }
        self.start_node();
        self.node_is_up().await
    }

    /// What Prometheus shows of the node, by name and labels; `None` while there is nothing.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let (_, page) = self.http.get(self.addresses.prometheus, "/metrics").await.ok()?;
        let page = String::from_utf8_lossy(&page).into_owned();
        // Substrate adds a label for the chain to every metric.
        let of = |line: &str| {
            let (head, value) = line.rsplit_once(' ')?;
            (head.split('{').next() == Some(name)).then(|| value.parse().ok())?
        };
        page.lines().filter_map(of).reduce(|sum: f64, value| sum + value)
    }
}

/// The grid service.
impl Network {
    /// Starts it where its data is, and does not wait.
    pub fn start_grid(&mut self) {
        assert!(self.grid.is_none(), "the grid service runs already");
        let Addresses { ingest, worker, .. } = &self.addresses;
        let mut command = self.programs.grid();
        command
            .args(["--listen", &ingest.to_string(), "--worker-listen", &worker.to_string()])
            .args(["--database", &format!("sqlite://{}", self.path("grid.sqlite").display())])
            .args(["--node", &self.node_url(), "--region", &REGION.to_string()])
            .arg("--worker-token-file")
            .arg(self.path("token"));
        self.grid = Some(Process::start(command, &self.path("grid.log")));
    }

    /// Waits until it answers, whether or not it has a node.
    pub async fn grid_is_up(&mut self) {
        self.health("the grid service's answer", |_| true).await
    }

    /// Waits until it takes readings.
    pub async fn grid_is_ready(&mut self) {
        self.health("the grid service's readiness", |status| status == StatusCode::OK).await
    }

    async fn health(&mut self, what: &str, good: impl Fn(StatusCode) -> bool) {
        let (http, ingest) = (self.http.clone(), self.addresses.ingest);
        until(what, async || {
            self.grid.as_mut().expect("the grid service was started").must_run();
            let (status, body) = http.get(ingest, "/health").await?;
            good(status).then_some(()).ok_or_else(|| format!("{status} {}", String::from_utf8_lossy(&body)))
        })
        .await
    }

    /// SIGKILL.
    pub fn kill_grid(&mut self) {
        self.grid.take().expect("the grid service runs").kill();
    }

    /// Starts it again and waits until it answers.
    pub async fn restart_grid(&mut self) {
        if self.grid.is_some() {
            self.kill_grid();
        }
        self.start_grid();
        self.grid_is_up().await
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        (self.node, self.grid, self.cloud) = (None, None, None);
        if !std::thread::panicking() {
            return;
        }
        let logs = ["node.log", "grid.log", "cloud.log"];
        for log in logs.iter().take(if self.has_cloud { 3 } else { 2 }) {
            eprintln!("\n{log} ends so:\n{}", tail(&self.path(log)));
        }
        if let Some(folder) = self.folder.take() {
            eprintln!("\nthe network's files are left in {}", folder.keep().display());
        }
    }
}

/// A path as an argument.
fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have plain names").to_owned()
}
