// SPDX-License-Identifier: Apache-2.0
//! Passphrases: from a file, from the environment, from the terminal; never from the command line.

use crate::error::Error;
use dmsm_vault::SecretString;
use std::{
    fs,
    io::{self, IsTerminal},
    path::Path,
};
use zeroize::Zeroizing;

const VARIABLE: &str = "DMSM_VAULT_PASSPHRASE";

/// The passphrase of a vault that exists.
pub fn ask(file: Option<&Path>, vault: &Path) -> Result<SecretString, Error> {
    match given(file)? {
        Some(passphrase) => Ok(passphrase),
        None => prompt(&format!("Passphrase of {}: ", vault.display()), vault),
    }
}

/// The passphrase of a vault to be: asked for twice.
pub fn choose(file: Option<&Path>, vault: &Path) -> Result<SecretString, Error> {
    if let Some(passphrase) = given(file)? {
        return Ok(passphrase);
    }
    let first = read(&format!("New passphrase for {}: ", vault.display()), vault)?;
    let second = read("Once more: ", vault)?;
    match *first == *second {
        true => Ok(first.as_str().into()),
        false => Err(Error::PassphrasesDiffer),
    }
}

fn given(file: Option<&Path>) -> Result<Option<SecretString>, Error> {
    if let Some(path) = file {
        let failed = |source| Error::File { action: "read the passphrase file", path: path.into(), source };
        let content = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        return Ok(Some(content.lines().next().unwrap_or_default().into()));
    }
    Ok(std::env::var(VARIABLE).ok().map(|text| Zeroizing::new(text).as_str().into()))
}

fn prompt(question: &str, vault: &Path) -> Result<SecretString, Error> {
    Ok(read(question, vault)?.as_str().into())
}

fn read(question: &str, vault: &Path) -> Result<Zeroizing<String>, Error> {
    let nobody = || Error::NoPassphrase(vault.to_owned());
    if !io::stdin().is_terminal() {
        return Err(nobody());
    }
    rpassword::prompt_password(question).map(Zeroizing::new).map_err(|_| nobody())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_the_file_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        fs::write(&path, "correct horse\nbattery\n").unwrap();
        use secrecy_text as text;
        assert_eq!(text(&given(Some(&path)).unwrap().unwrap()), "correct horse");
        let missing = folder.path().join("none");
        assert!(given(Some(&missing)).unwrap_err().to_string().contains("passphrase file"));
    }

    fn secrecy_text(secret: &SecretString) -> String {
        secrecy::ExposeSecret::expose_secret(secret).to_owned()
    }
}
