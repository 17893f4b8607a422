// SPDX-License-Identifier: Apache-2.0
//! The part of the crate `wasm-opt` that `substrate-wasm-builder` uses, over the program
//! `wasm-opt` of Debian's package `binaryen`. See `docs/adr/0002-toolchain.md`.

use std::{
    io,
    path::Path,
    process::{Command, ExitStatus},
};

/// Passes that the builder asks for.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
    /// Removes DWARF sections.
    StripDwarf,
    /// Lowers sign extension to MVP instructions. Debian 12's program has no such pass, and the
    /// target `wasm32v1-none` no such instruction: a blob that had one would be refused, because
    /// the feature is not enabled.
    SignextLowering,
}

impl Pass {
    fn flag(self) -> Option<&'static str> {
        match self {
            Self::StripDwarf => Some("--strip-dwarf"),
            Self::SignextLowering => None,
        }
    }
}

/// What went wrong with the program.
#[derive(Debug)]
pub enum OptimizationError {
    /// It could not be started.
    NotRunnable(io::Error),
    /// It ended with this status.
    Failed(ExitStatus),
}

/// Arguments of one run.
#[derive(Debug)]
pub struct OptimizationOptions {
    arguments: Vec<&'static str>,
}

impl OptimizationOptions {
    /// No optimisation, only the passes that are added.
    pub fn new_opt_level_0() -> Self {
        Self { arguments: vec!["-O0"] }
    }

    /// Accepts and writes the minimal feature set alone, with the mutable globals that the target
    /// has by default.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self.arguments.extend(["--mvp-features", "--enable-mutable-globals"]);
        self
    }

    /// Keeps the names section.
    pub fn debug_info(&mut self, keep: bool) -> &mut Self {
        if keep {
            self.arguments.push("--debuginfo");
        }
        self
    }

    /// Adds a pass.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        self.arguments.extend(pass.flag());
        self
    }

    /// Reads `input`, writes `output`; the two may be the same file.
    pub fn run(&self, input: impl AsRef<Path>, output: impl AsRef<Path>) -> Result<(), OptimizationError> {
        let status = Command::new("wasm-opt")
            .args(&self.arguments)
            .arg(input.as_ref())
            .arg("-o")
            .arg(output.as_ref())
            .status()
            .map_err(OptimizationError::NotRunnable)?;
        status.success().then_some(()).ok_or(OptimizationError::Failed(status))
    }
}
