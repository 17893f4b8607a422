// SPDX-License-Identifier: Apache-2.0
//! A node as a child process, and as much HTTP as its RPC needs.

use serde_json::{json, Value};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

const BINARY: &str = env!("CARGO_BIN_EXE_dmsm-node");
const TIMEOUT: Duration = Duration::from_secs(5);

/// Runs the binary to its end, without a passphrase and without a terminal.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .env_remove("DMSM_VAULT_PASSPHRASE")
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts")
}

/// A node that runs until it is dropped. Its files lie in a folder that goes with it.
pub struct Node {
    child: Child,
    rpc: SocketAddr,
    prometheus: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Node {
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        let (rpc, prometheus) = free_ports();
        let child = Command::new(BINARY)
            .args(arguments)
            .args(["--port", "0", "--no-mdns", "--no-telemetry"])
            .args(["--rpc-port", &rpc.port().to_string()])
            .args(["--prometheus-port", &prometheus.port().to_string()])
            // `--tmp` makes its folder here.
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary starts");
        Self { child, rpc, prometheus, _folder: folder }
    }

    /// Calls a method. `None` while the node does not answer.
    pub fn rpc(&self, method: &str, parameters: Value) -> Option<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        let mut answer: Value = serde_json::from_str(&exchange(self.rpc, &head, &body)?).ok()?;
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        Some(answer["result"].take())
    }

    /// The page of metrics. `None` while there is none.
    pub fn metrics(&self) -> Option<String> {
        exchange(self.prometheus, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n", "")
            .filter(|page| page.contains("substrate_"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request, answers the body of the response.
fn exchange(address: SocketAddr, head: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return unchunk(body);
    }
    Some(body.to_owned())
}

fn unchunk(mut body: &str) -> Option<String> {
    let mut joined = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n")?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(joined);
        }
        joined.push_str(rest.get(..size)?);
        body = rest.get(size..)?.strip_prefix("\r\n")?;
    }
}

/// Two ports that were free a moment ago, held together so that they differ.
fn free_ports() -> (SocketAddr, SocketAddr) {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let (first, second) = (bind(), bind());
    let address = |listener: &TcpListener| listener.local_addr().expect("it is bound");
    (address(&first), address(&second))
}
