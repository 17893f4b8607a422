// SPDX-License-Identifier: Apache-2.0
//! Files that are nobody else's business.

use crate::error::Error;
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
};

/// Writes a file of mode 0600, in place of one that stands there, at once or not at all.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::File { action: "write", path: path.into(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Opens a file of mode 0600 to write behind its end.
pub fn append(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|source| Error::File { action: "write", path: path.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer.json");
        std::fs::write(&path, "old and longer").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let other = folder.path().join("journal");
        append(&other).unwrap().write_all(b"1").unwrap();
        append(&other).unwrap().write_all(b"2").unwrap();
        assert_eq!(std::fs::read(&other).unwrap(), b"12");
        #[cfg(unix)]
        for path in [path, other] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(write(&folder.path().join("none/answer"), b"").is_err());
    }
}
