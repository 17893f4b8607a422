// SPDX-License-Identifier: Apache-2.0
//! Data keys, and what is sealed under them: all of it follows from the vault's data seed.
//!
//! | Value | Derivation |
//! |---|---|
//! | seed of a scope's key | HKDF-SHA256(data seed, info = `dmsm/data-key/v1` ‖ SCALE(scope)) |
//! | record secret of a scope | HKDF-SHA256(data seed, info = `dmsm/record/v1` ‖ SCALE(scope)) |
//! | nonce of a meter-day | the first 16 bytes of HMAC-SHA256(record secret, `nonce` ‖ context) |
//! | seed of its encryption | HMAC-SHA256(record secret, `randomness` ‖ context) |
//!
//! The context is SCALE of [`ToSeal`]: all that is sealed. Equal input gives equal ciphertext, and
//! other input never shares randomness. What is stored is lost if any of this changes:
//! `vault/vectors/data_keys.json` pins it.

use crate::{Error, Vault};
use codec::Encode;
use core::fmt;
use dmsm_crypto::{
    packing::{pack, MeterDay},
    paillier::{self, Ciphertext, PublicKey, SecretKey},
};
use dmsm_primitives::{
    records::{ALL_PRESENT, SLOTS},
    Day, DeviceId, Scope,
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Bits of a data key's modulus.
pub const DATA_KEY_BITS: u32 = 3072;

const KEY_TAG: &[u8] = b"dmsm/data-key/v1";
const RECORD_TAG: &[u8] = b"dmsm/record/v1";

/// A meter-day that is to be sealed.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
pub struct ToSeal {
    /// The meter.
    pub meter: DeviceId,
    /// A day of the scope's month.
    pub day: Day,
    /// Which version of the day.
    pub version: u16,
    /// Bit i is set if half-hour i of the day has readings; no bit above [`ALL_PRESENT`].
    pub present: u64,
    /// Energy used in each half-hour, Wh; 0 for one without readings.
    pub energy: [u32; SLOTS],
}

/// A meter-day under a data key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// Hides the plaintext behind M*.
    pub nonce: [u8; 16],
    /// M* = SHA-256(m) of the packed plaintext.
    pub digest: [u8; 32],
    /// M, 768 bytes.
    pub ciphertext: Vec<u8>,
}

/// Why a meter-day is not sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealError {
    /// The day is not of the scope's month.
    #[error("{day} does not lie in the month of {scope}")]
    OtherMonth {
        /// The day.
        day: Day,
        /// The scope.
        scope: Scope,
    },
    /// A bit above [`ALL_PRESENT`] is set.
    #[error("half-hours are said to be present that no day has")]
    NoSuchHalfHour,
    /// A half-hour has energy and no readings.
    #[error("half-hour {slot} has energy and no readings")]
    EnergyWithoutReadings {
        /// The half-hour, 0 … 47.
        slot: usize,
    },
    /// The key does not encrypt.
    #[error(transparent)]
    Paillier(#[from] paillier::Error),
}

/// The data key of a scope, and the secret from which its records' nonces and randomness come.
/// Wiped when dropped; not to be cloned.
pub struct DataKeyPair {
    scope: Scope,
    secret: SecretKey,
    record_secret: Zeroizing<[u8; 32]>,
}

impl ZeroizeOnDrop for DataKeyPair {}

impl fmt::Debug for DataKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeyPair({}, <redacted>)", self.scope)
    }
}

impl Vault {
    /// The data key of a scope, derived anew: takes about a second.
    ///
    /// Errors: [`Error::BadScope`] where the month is none.
    pub fn data_key(&self, scope: &Scope) -> Result<DataKeyPair, Error> {
        if scope.month.period(0).is_none() {
            return Err(Error::BadScope { scope: *scope });
        }
        let seed = self.data_seed();
        Ok(DataKeyPair {
            scope: *scope,
            secret: SecretKey::derive(DATA_KEY_BITS, &of_scope(seed, KEY_TAG, scope))?,
            record_secret: of_scope(seed, RECORD_TAG, scope),
        })
    }
}

impl DataKeyPair {
    /// What it opens.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        self.secret.public()
    }

    /// The secret half: whoever has it opens the scope and nothing else.
    pub fn secret(&self) -> &SecretKey {
        &self.secret
    }

    /// Decrypts a record, or a sum of some: [`SecretKey::decrypt`].
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, paillier::Error> {
        self.secret.decrypt(ciphertext)
    }

    /// Packs a meter-day and encrypts it (paper III.C): the same of the same, for ever.
    ///
    /// # Security
    ///
    /// Whoever has two meter-days sealed learns from the ciphertexts whether they are the same one,
    /// and nothing else.
    pub fn seal_meter_day(&self, day: &ToSeal) -> Result<Sealed, SealError> {
        if day.day.month() != Some(self.scope.month) {
            return Err(SealError::OtherMonth { day: day.day, scope: self.scope });
        }
        if day.present > ALL_PRESENT {
            return Err(SealError::NoSuchHalfHour);
        }
        let unread = |(slot, energy): (usize, &u32)| *energy != 0 && day.present >> slot & 1 == 0;
        if let Some(slot) = day.energy.iter().enumerate().position(unread) {
            return Err(SealError::EnergyWithoutReadings { slot });
        }
        let context = Zeroizing::new(day.encode());
        let mut nonce = [0; 16];
        nonce.iter_mut().zip(*self.of_record(b"nonce", &context)).for_each(|(to, from)| *to = from);
        let packed = pack(&MeterDay { energy: day.energy, nonce });
        let randomness = self.of_record(b"randomness", &context);
        let ciphertext = self.secret.encrypt_derived(packed.as_bytes(), &randomness)?;
        Ok(Sealed { nonce, digest: packed.digest(), ciphertext: ciphertext.to_bytes() })
    }

    /// HMAC-SHA256 under the record secret.
    #[allow(clippy::expect_used)]
    fn of_record(&self, purpose: &[u8], context: &[u8]) -> Zeroizing<[u8; 32]> {
        let mac = Hmac::<Sha256>::new_from_slice(self.record_secret.as_ref())
            .expect("HMAC takes keys of any length");
        Zeroizing::new(mac.chain_update(purpose).chain_update(context).finalize().into_bytes().into())
    }
}

/// HKDF-SHA256 of the data seed for one purpose and scope.
#[allow(clippy::expect_used)]
fn of_scope(data_seed: &[u8; 32], purpose: &[u8], scope: &Scope) -> Zeroizing<[u8; 32]> {
    let mut secret = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, data_seed)
        .expand_multi_info(&[purpose, &scope.encode()], secret.as_mut())
        .expect("HKDF gives up to 8,160 bytes");
    secret
}
