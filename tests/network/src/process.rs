// SPDX-License-Identifier: Apache-2.0
//! A program as a child process, with its log.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Lines of a log that a failure shows.
const TAIL: usize = 40;

/// A running program. Killed when it is dropped.
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts a program; what it says is appended to `log`.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let open = || File::options().create(true).append(true).open(log).expect("the log can be written");
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(open()).stderr(open()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { name, child }
    }

    /// Fails if it ended by itself.
    pub fn must_run(&mut self) {
        if let Some(status) = self.child.try_wait().expect("a child can be asked for") {
            panic!("{} ended by itself: {status}", self.name);
        }
    }

    /// SIGKILL: no destructor runs, nothing is flushed. Returns once it is gone.
    pub fn kill(mut self) {
        self.must_run();
        self.end();
    }

    fn end(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// The last lines of a log.
pub fn tail(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
