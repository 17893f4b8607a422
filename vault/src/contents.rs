// SPDX-License-Identifier: Apache-2.0
//! What a vault holds, and its bytes: one of the version, then SCALE.

use crate::Error;
use codec::{DecodeAll, Encode};
use core::fmt;
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::MemberId;
use std::path::Path;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const VERSION: u8 = 2;

/// What a vault holds.
pub struct Contents {
    /// sr25519 mini-secret of the member's account.
    pub seed: Option<Zeroizing<[u8; 32]>>,
    /// Decrypts what others send.
    pub paillier: paillier::SecretKey,
    /// Signs.
    pub bls: bls::SecretKey,
    /// Preimage of the member's identifier.
    pub identity: Option<Identity>,
    /// All data keys come from it: 32 uniform bytes, or those of the vault that this one replaces.
    pub data_seed: Zeroizing<[u8; 32]>,
}

/// The preimage of a member's identifier. Whoever has it can link the member to its chain identity.
#[derive(Clone, PartialEq, Eq, codec::Encode, codec::Decode, Zeroize, ZeroizeOnDrop)]
pub struct Identity {
    /// Real-world identifier, as the region's processor knows it.
    pub real_world: Vec<u8>,
    /// Hides the identifier.
    pub salt: [u8; 16],
}

impl Identity {
    /// The member's identifier.
    pub fn member_id(&self) -> MemberId {
        MemberId::derive(&self.real_world, &self.salt)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(<redacted>)")
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contents(<redacted>)")
    }
}

/// Version 2, as it is written. Version 1 had no data seed.
#[derive(codec::Encode, codec::Decode, Zeroize, ZeroizeOnDrop)]
struct Stored {
    seed: Option<[u8; 32]>,
    /// p ‖ q.
    paillier: Vec<u8>,
    bls: [u8; 32],
    identity: Option<Identity>,
    data_seed: [u8; 32],
}

impl Contents {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let stored = Stored {
            seed: self.seed.as_deref().copied(),
            paillier: self.paillier.to_bytes().to_vec(),
            bls: *self.bls.to_bytes(),
            identity: self.identity.clone(),
            data_seed: *self.data_seed,
        };
        // Long enough from the start: a buffer that grew would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + stored.encoded_size()));
        bytes.push(VERSION);
        stored.encode_to(&mut *bytes);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let damaged = || Error::Damaged { path: path.to_owned() };
        let (version, mut rest) = bytes.split_first().ok_or_else(damaged)?;
        if *version > VERSION {
            return Err(Error::NewerVersion { path: path.to_owned(), version: *version });
        }
        if *version == 0 {
            return Err(damaged());
        }
        if *version < VERSION {
            return Err(Error::OlderVersion { path: path.to_owned(), version: *version });
        }
        let stored = Stored::decode_all(&mut rest).map_err(|_| damaged())?;
        Ok(Self {
            seed: stored.seed.map(Zeroizing::new),
            paillier: paillier::SecretKey::from_bytes(&stored.paillier).map_err(|_| damaged())?,
            bls: bls::SecretKey::from_bytes(&stored.bls).map_err(|_| damaged())?,
            identity: stored.identity.clone(),
            data_seed: Zeroizing::new(stored.data_seed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_of_another_version_is_refused_by_name() {
        let path = Path::new("member.vault");
        let refused = |bytes: &[u8]| Contents::decode(bytes, path).unwrap_err();
        let older = refused(&[1, 0, 0]);
        assert!(matches!(older, Error::OlderVersion { version: 1, .. }), "{older}");
        assert!(older.to_string().contains("member.vault has version 1"), "{older}");
        assert!(older.to_string().contains("dmsm keys generate"), "{older}");
        assert!(matches!(refused(&[3, 0, 0]), Error::NewerVersion { version: 3, .. }));
        assert!(matches!(refused(&[0, 0, 0]), Error::Damaged { .. }));
        assert!(matches!(refused(&[]), Error::Damaged { .. }));
        assert!(matches!(refused(&[VERSION, 0, 0]), Error::Damaged { .. }));
    }
}
