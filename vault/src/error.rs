// SPDX-License-Identifier: Apache-2.0
//! What can go wrong with a file, and what to do about it.

use dmsm_crypto::paillier;
use dmsm_primitives::Scope;
use std::{io, path::PathBuf};

/// Why a vault is not created or not opened, or does not give a data key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No file stands there.
    #[error("no vault at {}: give the right path, or make one with `dmsm keys generate`", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A file stands there already, and it is left as it is.
    #[error("{} exists and is not overwritten: give another path, or move it away", path.display())]
    AlreadyExists {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is wrong, or the few bytes of the header that hold its lock were changed.
    #[error("the passphrase does not open {}: try again, or restore the file from a backup", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// A passphrase of no characters.
    #[error("the passphrase is empty: choose one")]
    EmptyPassphrase,
    /// The file was cut or changed, or is no vault.
    #[error("{} is damaged or no vault: restore it from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The file has a version of which this program knows nothing.
    #[error("{} has version {version}, made by a newer program: update this one", path.display())]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The version of its content.
        version: u8,
    },
    /// The file has a version that is no longer read.
    #[error(
        "{} has version {version}, made by an older program: make a new vault with `dmsm keys generate` and \
         rotate the member's keys to it",
        path.display()
    )]
    OlderVersion {
        /// The file.
        path: PathBuf,
        /// The version of its content.
        version: u8,
    },
    /// A scope's month is none.
    #[error("{scope} has no data key: its month is none")]
    BadScope {
        /// The scope.
        scope: Scope,
    },
    /// A data key cannot be derived.
    #[error(transparent)]
    DataKey(#[from] paillier::Error),
    /// Others than the file's owner can read or write it.
    #[error("{} is open to others (mode {mode:03o}): run `chmod 600 {}`", path.display(), path.display())]
    PermissionsTooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The operating system refuses.
    #[error("cannot {action} {}: {source}; check the folder, its permissions and the free space", path.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}
