// SPDX-License-Identifier: Apache-2.0
//! Where the vault's passphrase comes from: a file, the environment, or the terminal.

use dmsm_vault::SecretString;
use std::{
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The variable that may hold the passphrase.
const VARIABLE: &str = "DMSM_VAULT_PASSPHRASE";

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// The file cannot be read.
    #[error("cannot read --vault-passphrase-file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The terminal cannot be read.
    #[error("cannot read the passphrase from the terminal")]
    Terminal(#[source] io::Error),
    /// There is no source, or it holds an empty passphrase.
    #[error(
        "the vault needs its passphrase: give --vault-passphrase-file FILE, set {VARIABLE}, or start on a terminal"
    )]
    Missing,
}

/// The first line of the file, else of the variable, else of what is typed.
pub fn read(file: Option<&Path>) -> Result<SecretString, PassphraseError> {
    let text = match (file, std::env::var(VARIABLE)) {
        (Some(path), _) => fs::read_to_string(path)
            .map_err(|source| PassphraseError::File { path: path.to_owned(), source })?,
        (None, Ok(text)) => text,
        (None, Err(_)) if io::stdin().is_terminal() => {
            rpassword::prompt_password("Passphrase of the vault: ").map_err(PassphraseError::Terminal)?
        }
        _ => return Err(PassphraseError::Missing),
    };
    let text = Zeroizing::new(text);
    match text.lines().next().unwrap_or_default() {
        "" => Err(PassphraseError::Missing),
        line => Ok(line.into()),
    }
}
