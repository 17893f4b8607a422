// SPDX-License-Identifier: Apache-2.0
//! The key of a device: an Ed25519 seed in a file of its own.

use crate::error::Error;
use dmsm_primitives::{DevicePublicKey, DeviceSignature, Reading, SignedReading};
use ed25519_dalek::{Signer, SigningKey};
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// Signs for a device.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// Reads a key file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::File { action: "read the device key", path: path.into(), source };
        check_permissions(path)?;
        let content = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        let what = "is no device key: it must hold 0x and 64 hexadecimal digits";
        let digits = content.trim().strip_prefix("0x").ok_or(Error::Content { path: path.into(), what })?;
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, seed.as_mut())
            .map_err(|_| Error::Content { path: path.into(), what })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Reads a key file, after making one of mode 0600 if there is none. Says whether it made it.
    pub fn read_or_create(path: &Path) -> Result<(Self, bool), Error> {
        let failed = |source| Error::File { action: "write the device key", path: path.into(), source };
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = match options.open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok((Self::read(path)?, false)),
            file => file.map_err(failed)?,
        };
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|_| Error::Randomness)?;
        let content = Zeroizing::new(format!("0x{}\n", hex::encode(*seed)));
        file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok((Self(SigningKey::from_bytes(&seed)), true))
    }

    /// The public key.
    pub fn public(&self) -> DevicePublicKey {
        DevicePublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a payload.
    pub fn sign(&self, payload: &[u8]) -> DeviceSignature {
        DeviceSignature(self.0.sign(payload).to_bytes())
    }

    /// Signs a reading for a chain.
    pub fn sign_reading(&self, reading: Reading, genesis: &[u8; 32]) -> SignedReading {
        let signature = self.sign(&reading.signing_payload(genesis));
        SignedReading { reading, signature }
    }
}

/// Keys that others can read are not used.
fn check_permissions(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let failed = |source| Error::File { action: "read the device key", path: path.into(), source };
        if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(Error::Content {
                path: path.into(),
                what: "is open to others: run `chmod 600` on it",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_client::verify::device_signed;

    #[test]
    fn a_key_is_made_once_and_signs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meter.key");
        assert!(DeviceKey::read(&path).is_err());
        let (key, made) = DeviceKey::read_or_create(&path).unwrap();
        assert!(made);
        let (again, made) = DeviceKey::read_or_create(&path).unwrap();
        assert!(!made);
        assert_eq!(key.public(), again.public());
        assert!(device_signed(&key.public(), b"payload", &again.sign(b"payload")));
        assert!(!device_signed(&key.public(), b"other", &again.sign(b"payload")));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meter.key");
        DeviceKey::read_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(DeviceKey::read(&path).err().unwrap().to_string().contains("chmod 600"));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (index, content) in ["", "0x", "00", "0xzz", &"00".repeat(32)].iter().enumerate() {
            let path = folder.path().join(index.to_string());
            fs::write(&path, content).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            assert!(DeviceKey::read(&path).err().unwrap().to_string().contains("no device key"), "{content}");
        }
    }
}
