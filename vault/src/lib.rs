// SPDX-License-Identifier: Apache-2.0
//! Private keys of a member, encrypted at rest.
//!
//! # Overview
//!
//! A vault is one file of the [age](https://age-encryption.org/v1) format under a passphrase. It
//! holds what a member must keep to itself:
//!
//! | Held | Paper |
//! |---|---|
//! | Paillier secret key | II.C, (p, q) |
//! | BLS secret key | II.B, κ |
//! | seed of the member's account, if the vault is to sign transactions | |
//! | real-world identifier and salt, the preimage of the member's identifier | III.B, ID |
//! | data seed, from which the keys of all stored data come | III.C |
//!
//! [`Vault::create`] writes a new file at once or not at all and overwrites nothing; [`Vault::open`]
//! reads one. [`Vault::data_key`] derives the key under which the stored data of a region and month
//! is encrypted: none is ever stored, so that one backup keeps them all.
//!
//! # Differences from the paper
//!
//! The paper does not say where private keys are kept, and encrypts stored data under the
//! processor's own key.
//!
//! # Security
//!
//! - The file has mode 0600, and one that others can read is not opened.
//! - The passphrase goes through scrypt; [`WorkFactor`] says how slowly. A file that asks for more
//!   work than 2^20 is refused, so that a planted file cannot take all memory.
//! - Any changed byte is noticed: age authenticates the header and the content.
//! - Keys are wiped from memory when the vault is dropped, and `Debug` shows none. The states of
//!   hashes, while they calculate, are not.
//! - Whoever has the data seed has every data key; whoever has one data key has no other.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]

mod contents;
mod data_keys;
mod error;
mod file;

pub use contents::{Contents, Identity};
pub use data_keys::{DataKeyPair, SealError, Sealed, ToSeal, DATA_KEY_BITS};
pub use error::Error;
pub use secrecy::SecretString;

use core::fmt;
use dmsm_crypto::{bls, paillier};
use std::path::{Path, PathBuf};

/// How slowly a passphrase is tried: scrypt with N = 2^this, r = 8, p = 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// 2^17, 128 MiB and some tenths of a second, for every real vault.
    pub const REAL: Self = Self(17);

    /// 2^10, for tests and demonstrations, whose passphrases are no secret.
    pub const FAST: Self = Self(10);

    /// The most that is accepted of a file: 2^20, 1 GiB.
    pub const MOST: Self = Self(20);
}

/// An open vault.
pub struct Vault {
    path: PathBuf,
    contents: Contents,
}

impl Vault {
    /// Writes a new vault. Where a file stands already it is left as it is.
    pub fn create(path: &Path, passphrase: &SecretString, contents: Contents) -> Result<Self, Error> {
        Self::create_with(path, passphrase, contents, WorkFactor::REAL)
    }

    /// As [`Self::create`], under a chosen work factor.
    pub fn create_with(
        path: &Path,
        passphrase: &SecretString,
        contents: Contents,
        work: WorkFactor,
    ) -> Result<Self, Error> {
        file::write(path, passphrase, &contents.encode(), work)?;
        Ok(Self { path: path.to_owned(), contents })
    }

    /// Opens a vault.
    pub fn open(path: &Path, passphrase: &SecretString) -> Result<Self, Error> {
        let plaintext = file::read(path, passphrase)?;
        let contents = Contents::decode(&plaintext, path)?;
        Ok(Self { path: path.to_owned(), contents })
    }

    /// Where the file stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The Paillier key pair.
    pub fn paillier(&self) -> &paillier::SecretKey {
        &self.contents.paillier
    }

    /// The BLS secret key.
    pub fn bls(&self) -> &bls::SecretKey {
        &self.contents.bls
    }

    /// The sr25519 mini-secret of the member's account; `None` where the account is kept elsewhere.
    pub fn seed(&self) -> Option<&[u8; 32]> {
        self.contents.seed.as_deref()
    }

    /// The preimage of the member's identifier; `None` where it is kept elsewhere.
    pub fn identity(&self) -> Option<&Identity> {
        self.contents.identity.as_ref()
    }

    /// What all data keys come from. For the vault that replaces this one, and nothing else.
    pub fn data_seed(&self) -> &[u8; 32] {
        &self.contents.data_seed
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({}, <redacted>)", self.path.display())
    }
}
