// SPDX-License-Identifier: Apache-2.0
//! The file: written at once or not at all, under a passphrase.

use crate::{Error, WorkFactor};
use age::{scrypt, DecryptError, Decryptor, Encryptor};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// Longest file that is read, bytes. A vault has about one thousand.
const LONGEST: u64 = 1 << 16;

/// Encrypts `plaintext` to a new file of mode 0600.
pub(crate) fn write(
    path: &Path,
    passphrase: &SecretString,
    plaintext: &[u8],
    work: WorkFactor,
) -> Result<(), Error> {
    if passphrase.expose_secret().is_empty() {
        return Err(Error::EmptyPassphrase);
    }
    if path.symlink_metadata().is_ok() {
        return Err(Error::AlreadyExists { path: path.to_owned() });
    }
    let bytes = encrypt(passphrase, plaintext, work).map_err(|source| cannot("write", path, source))?;
    place(path, &bytes)
}

fn encrypt(passphrase: &SecretString, plaintext: &[u8], work: WorkFactor) -> io::Result<Vec<u8>> {
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(work.0);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).map_err(io::Error::other)?;
    let mut bytes = Vec::new();
    let mut writer = encryptor.wrap_output(&mut bytes)?;
    writer.write_all(plaintext)?;
    writer.finish()?;
    Ok(bytes)
}

/// Writes a neighbour, brings it to the disk, and gives it its name if that is free.
fn place(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::AlreadyExists => Error::AlreadyExists { path: path.to_owned() },
        _ => cannot("write", path, source),
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Made with mode 0600; removed again if anything below fails.
    let mut file = tempfile::Builder::new().prefix(".vault-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|refused| failed(refused.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Decrypts a file.
pub(crate) fn read(path: &Path, passphrase: &SecretString) -> Result<Zeroizing<Vec<u8>>, Error> {
    let file = File::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::NotFound { path: path.to_owned() },
        _ => cannot("read", path, source),
    })?;
    check_permissions(path, &file)?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|source| cannot("read", path, source))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::Damaged { path: path.to_owned() });
    }
    decrypt(passphrase, &bytes).map_err(|error| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            Error::WrongPassphrase { path: path.to_owned() }
        }
        _ => Error::Damaged { path: path.to_owned() },
    })
}

fn decrypt(passphrase: &SecretString, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let decryptor = Decryptor::new_buffered(bytes)?;
    let mut identity = scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(WorkFactor::MOST.0);
    let mut reader = decryptor.decrypt(std::iter::once(&identity as _))?;
    // Never longer than its ciphertext, so this buffer does not grow and leave copies behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

#[cfg(unix)]
fn check_permissions(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|source| cannot("read", path, source))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::PermissionsTooOpen { path: path.to_owned(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_permissions(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}

fn cannot(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { action, path: path.to_owned(), source }
}
