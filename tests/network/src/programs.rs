// SPDX-License-Identifier: Apache-2.0
//! Where the programs are.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The programs of a network.
#[derive(Clone, Debug)]
pub struct Programs(PathBuf);

impl Programs {
    const NAMES: [&str; 4] = ["dmsm-node", "dmsm-grid", "dmsm-cloud", "dmsm"];

    /// Those of the build that this test belongs to.
    pub fn find() -> Self {
        let own = env::current_exe().expect("a program knows where it is");
        // A test lies in `deps` beneath its profile's folder.
        let beside = own.ancestors().skip(1).map(Path::to_path_buf);
        let named = env::var_os("CARGO_TARGET_DIR").map(|target| PathBuf::from(target).join("release"));
        let complete = |folder: &PathBuf| Self::NAMES.iter().all(|name| folder.join(name).is_file());
        let found = beside.chain(named).find(complete);
        Self(found.unwrap_or_else(|| {
            panic!("{} are not beside {}: run `make build` first", Self::NAMES.join(", "), own.display())
        }))
    }

    /// A command of the node.
    pub fn node(&self) -> Command {
        self.command("dmsm-node")
    }

    /// A command of the grid service.
    pub fn grid(&self) -> Command {
        self.command("dmsm-grid")
    }

    /// A command of the cloud.
    pub fn cloud(&self) -> Command {
        self.command("dmsm-cloud")
    }

    /// A command of the command line client.
    pub fn cli(&self) -> Command {
        self.command("dmsm")
    }

    /// Nothing of the environment changes what a program does.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.0.join(name));
        let ours = |name: &str| name.starts_with("DMSM_") || name == "RUST_LOG";
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(ours)) {
            command.env_remove(name);
        }
        command
    }
}
