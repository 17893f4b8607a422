// SPDX-License-Identifier: Apache-2.0
//! How far a replay got: a small file beside the device's key.

use crate::{error::Error, replay};
use dmsm_primitives::DeviceId;
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// How far a replay got. Written after each batch that the grid service answered, so that a
/// repetition after a crash sends the same bytes under the same sequences again, at most one batch.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Whose.
    pub device: DeviceId,
    /// The chain that the readings are signed for: its genesis hash.
    pub genesis: String,
    /// Sequence of the next reading, whatever the file.
    pub next_sequence: u64,
    /// What is replayed: SHA-256 of the file, format and channel.
    pub source: String,
    /// Lines of it that are done, the heading not counted.
    pub lines: u64,
    /// Readings of it that are done.
    pub readings: u64,
}

/// The file beside a key.
pub fn path(key: &Path) -> PathBuf {
    let mut name = OsString::from(key);
    name.push(".progress");
    name.into()
}

/// Names a file's content, a format and a channel.
pub fn source(file: &Path, format: replay::Format, channel: replay::Channel) -> Result<String, Error> {
    let failed = |source| Error::File { action: "read", path: file.into(), source };
    let mut hash = Sha256::new();
    io::copy(&mut File::open(file).map_err(failed)?, &mut hash).map_err(failed)?;
    Ok(format!("{} {format:?} {channel:?}", hex::encode(hash.finalize())).to_lowercase())
}

impl Progress {
    /// Reads the file; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let content = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            content => content.map_err(|source| Error::File { action: "read", path: path.into(), source })?,
        };
        let what = "is damaged: remove it and give --first-sequence, above any that was ever sent";
        serde_json::from_slice(&content).map(Some).map_err(|_| Error::Content { path: path.into(), what })
    }

    /// Replaces the file, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::File { action: "write", path: path.into(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        serde_json::to_writer(&mut file, self).map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_comes_back_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("meter.key"));
        assert!(path.ends_with("meter.key.progress"));
        assert_eq!(Progress::read(&path).unwrap(), None);
        let progress = Progress {
            device: DeviceId([1; 32]),
            genesis: "0x".into(),
            next_sequence: 9,
            source: "x".into(),
            lines: 10,
            readings: 8,
        };
        progress.write(&path).unwrap();
        assert_eq!(Progress::read(&path).unwrap(), Some(progress));
        fs::write(&path, "{").unwrap();
        assert!(Progress::read(&path).unwrap_err().to_string().contains("--first-sequence"));
    }
}
