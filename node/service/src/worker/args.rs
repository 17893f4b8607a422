// SPDX-License-Identifier: Apache-2.0
//! Flags of a processing node.

use super::WorkerError;
use dmsm_host::worker::GridAccess;
use std::{fs, path::PathBuf, str::FromStr};

/// Flags of a processing node. An authority or a plain node needs none of them.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "DMSM")]
pub struct WorkerArgs {
    /// Key vault of this processing node, made by `dmsm keys generate`.
    ///
    /// Its passphrase comes from `--vault-passphrase-file`, else from the variable
    /// DMSM_VAULT_PASSPHRASE, else it is asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    pub vault: Option<PathBuf>,

    /// File with the vault's passphrase on its first line.
    #[arg(long, value_name = "FILE", requires = "vault")]
    pub vault_passphrase_file: Option<PathBuf>,

    /// URL of the worker listener of this region's `dmsm-grid`.
    #[arg(long, value_name = "URL", requires = "grid_token_file")]
    pub grid_url: Option<ServiceUrl>,

    /// File with the token that `dmsm-grid` expects from its worker.
    #[arg(long, value_name = "FILE", requires = "grid_url")]
    pub grid_token_file: Option<PathBuf>,

    /// URL of the cloud service that keeps this region's records (`dmsm-cloud`).
    #[arg(long, value_name = "URL", requires = "vault")]
    pub cloud_url: Option<ServiceUrl>,

    /// JSON file that says which kinds of paid requests this node answers.
    ///
    /// `{"serves": ["bill-details", "usage-details", "saving-advice"]}`, which is also what holds
    /// without a file. Requests of other kinds are rejected, and their money goes back.
    #[arg(long, value_name = "FILE", requires = "vault")]
    pub policy: Option<PathBuf>,
}

impl WorkerArgs {
    /// Where the cloud service is.
    pub(super) fn cloud(&self) -> Option<String> {
        self.cloud_url.as_ref().map(|url| url.as_str().into())
    }

    /// Where the grid service is, and its token.
    pub(super) fn grid(&self) -> Result<Option<GridAccess>, WorkerError> {
        let (Some(url), Some(path)) = (&self.grid_url, &self.grid_token_file) else { return Ok(None) };
        let text = fs::read_to_string(path)
            .map_err(|source| WorkerError::TokenFile { path: path.clone(), source })?;
        let token = text.trim();
        // It becomes part of an HTTP header.
        if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(WorkerError::Token(path.clone()));
        }
        Ok(Some(GridAccess { url: url.as_str().into(), token: token.into() }))
    }
}

/// An HTTP URL without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .ok_or("it must begin with http:// or https://, such as http://127.0.0.1:9640")?;
        if rest.is_empty() || rest.starts_with(['/', ':', '?', '#']) {
            return Err("it names no host".into());
        }
        if !rest.chars().all(|c| c.is_ascii_graphic()) || rest.contains(['?', '#']) {
            return Err("it may hold a host, a port and a path, nothing else".into());
        }
        Ok(Self(text.trim_end_matches('/').into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(token: &str) -> (tempfile::TempDir, WorkerArgs) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, token).unwrap();
        let args = WorkerArgs {
            grid_url: Some("http://localhost:9640/".parse().unwrap()),
            grid_token_file: Some(path),
            ..WorkerArgs::default()
        };
        (folder, args)
    }

    #[test]
    fn a_token_is_read_without_its_line_end() {
        let (_folder, args) = args("secret\n");
        let grid = args.grid().unwrap().unwrap();
        assert_eq!((grid.url.as_str(), grid.token.as_str()), ("http://localhost:9640", "secret"));
    }

    #[test]
    fn a_token_that_is_no_header_value_is_refused() {
        for token in ["", "\n", "two words", "two\nlines", "ümlaut"] {
            let (_folder, args) = args(token);
            assert!(matches!(args.grid(), Err(WorkerError::Token(_))), "{token:?}");
        }
    }

    #[test]
    fn a_missing_token_file_is_named() {
        let (folder, args) = args("secret");
        drop(folder);
        let message = args.grid().err().unwrap().to_string();
        assert!(message.contains("--grid-token-file") && message.contains("token"), "{message}");
    }

    #[test]
    fn the_cloud_has_a_url_without_a_slash_at_its_end() {
        let cloud_url = Some("https://cloud.example/dmsm/".parse().unwrap());
        let args = WorkerArgs { cloud_url, ..WorkerArgs::default() };
        assert_eq!(args.cloud().as_deref(), Some("https://cloud.example/dmsm"));
    }

    #[test]
    fn a_url_that_names_no_service_is_refused() {
        for url in
            ["", "cloud", "ftp://cloud", "http://", "http:///", "http://a b", "http://a?b", "http://a#b"]
        {
            assert!(url.parse::<ServiceUrl>().is_err(), "{url}");
        }
    }

    #[test]
    fn without_flags_there_is_no_grid_and_no_cloud() {
        assert!(WorkerArgs::default().grid().unwrap().is_none());
        assert!(WorkerArgs::default().cloud().is_none());
    }
}
