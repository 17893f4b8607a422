// SPDX-License-Identifier: Apache-2.0
//! Where the vault's passphrase comes from: a file, the environment, or the terminal.

use secrecy::SecretString;
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
    #[error("cannot read `--vault-passphrase-file {}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A source holds an empty passphrase.
    #[error("the passphrase from {0} is empty")]
    Empty(String),
    /// The terminal cannot be read.
    #[error("cannot read the passphrase from the terminal: {0}")]
    Terminal(io::Error),
    /// There is no source.
    #[error(
        "the vault needs its passphrase: give `--vault-passphrase-file FILE`, set {VARIABLE}, or start \
         the node on a terminal"
    )]
    Missing,
}

type Prompt<'a> = &'a dyn Fn() -> io::Result<String>;

/// The sources, in the order in which they are tried.
pub(super) struct Sources<'a> {
    file: Option<&'a Path>,
    variable: Option<String>,
    prompt: Option<Prompt<'a>>,
}

impl<'a> Sources<'a> {
    /// Those of this process.
    pub(super) fn of_process(file: Option<&'a Path>) -> Self {
        let variable = std::env::var(VARIABLE).ok();
        let prompt: Prompt<'static> = &|| rpassword::prompt_password("Passphrase of the vault: ");
        Self { file, variable, prompt: io::stdin().is_terminal().then_some(prompt) }
    }
}

/// Reads the passphrase from the first source there is.
pub(super) fn read(sources: Sources<'_>) -> Result<SecretString, PassphraseError> {
    let (text, source) = match sources {
        Sources { file: Some(path), .. } => {
            let text = fs::read_to_string(path)
                .map_err(|source| PassphraseError::File { path: path.to_owned(), source })?;
            (text, format!("`{}`", path.display()))
        }
        Sources { variable: Some(text), .. } => (text, VARIABLE.to_owned()),
        Sources { prompt: Some(prompt), .. } => {
            (prompt().map_err(PassphraseError::Terminal)?, "the terminal".to_owned())
        }
        _ => return Err(PassphraseError::Missing),
    };
    let text = Zeroizing::new(text);
    match text.lines().next().unwrap_or_default() {
        "" => Err(PassphraseError::Empty(source)),
        line => Ok(SecretString::from(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const NONE: Sources<'static> = Sources { file: None, variable: None, prompt: None };

    #[test]
    fn the_file_wins_over_the_variable_over_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        fs::write(&path, "from the file\nand a second line\n").unwrap();
        let prompt: Prompt = &|| Ok("from the terminal".into());
        let variable = || Some("from the variable".to_owned());
        for (sources, expected) in [
            (Sources { file: Some(&path), variable: variable(), prompt: Some(prompt) }, "from the file"),
            (Sources { file: None, variable: variable(), prompt: Some(prompt) }, "from the variable"),
            (Sources { file: None, variable: None, prompt: Some(prompt) }, "from the terminal"),
        ] {
            assert_eq!(read(sources).unwrap().expose_secret(), expected);
        }
    }

    #[test]
    fn no_source_says_what_to_do() {
        let message = read(NONE).err().unwrap().to_string();
        assert!(message.contains("--vault-passphrase-file") && message.contains(VARIABLE), "{message}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Sources { file: Some(Path::new("nowhere")), ..NONE }).err().unwrap();
        assert!(error.to_string().contains("nowhere"), "{error}");
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        let error = read(Sources { variable: Some("\n".into()), ..NONE }).err().unwrap();
        assert!(matches!(error, PassphraseError::Empty(_)), "{error}");
    }
}
