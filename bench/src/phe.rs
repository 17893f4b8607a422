// SPDX-License-Identifier: Apache-2.0
//! Python `phe` with `gmpy2`, kept running beside us: it encrypts once each time it is asked.

use rug::Integer;
use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

/// A running `phe.py`.
pub struct Phe {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Phe {
    /// Starts it with a modulus. The script makes its virtual environment under `environment` the
    /// first time, from the package registry.
    pub fn start(script: &Path, environment: &Path, n: &Integer) -> io::Result<Self> {
        let mut child = Command::new("python3")
            .arg(script)
            .arg(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        writeln!(input, "{n:x}")?;
        let mut phe = Self { child, input, output: BufReader::new(output) };
        match phe.answer()?.as_str() {
            "ready" => Ok(phe),
            other => Err(io::Error::other(format!("phe.py says {other:?}, see above"))),
        }
    }

    /// Encrypts a fresh number of 64 bits; how long it took by python's own clock.
    pub fn encrypt(&mut self) -> io::Result<Duration> {
        writeln!(self.input, "encrypt")?;
        let nanoseconds = self.answer()?.parse().map_err(io::Error::other)?;
        Ok(Duration::from_nanos(nanoseconds))
    }

    fn answer(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Phe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
