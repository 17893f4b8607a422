// SPDX-License-Identifier: Apache-2.0
//! Public keys and signatures as bytes. What they mean is checked by `dmsm-crypto` and, on chain,
//! through `dmsm-host`.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! byte_array {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub struct $name(pub [u8; $length]);

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&format_args!("{self:?}"))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
                let mut bytes = [0; $length];
                hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(&text), &mut bytes)
                    .map_err(serde::de::Error::custom)?;
                Ok(Self(bytes))
            }
        }
    };
}

byte_array! {
    /// A BLS12-381 public key in G2, compressed (`min_sig`).
    BlsPublicKey, 96
}

byte_array! {
    /// A BLS12-381 signature in G1, compressed (`min_sig`).
    BlsSignature, 48
}

byte_array! {
    /// A device's Ed25519 public key.
    DevicePublicKey, 32
}

byte_array! {
    /// A device's Ed25519 signature.
    DeviceSignature, 64
}

/// Longest modulus, bytes (4096 bits).
pub const MAX_MODULUS_BYTES: u32 = 512;

/// Lengths of a modulus that are accepted, bits.
pub const MODULUS_BITS: [u32; 3] = [2048, 3072, 4096];

/// A Paillier public key (paper: `(n, g)` with g = n + 1).
///
/// `h` generates the randomness of Damgård–Jurik–Nielsen: whoever encrypts derives
/// h_s = h^n mod n² itself. So nobody can publish an h_s that is not an n-th residue, under which
/// an honest sender's ciphertext would decrypt to something it never sent.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct PaillierPublicKey {
    /// The modulus, big-endian, without leading zeros: 256, 384 or 512 bytes.
    pub n: BoundedVec<u8, ConstU32<MAX_MODULUS_BYTES>>,
    /// h = −y² mod n, big-endian, without leading zeros; 1 < h < n.
    pub h: BoundedVec<u8, ConstU32<MAX_MODULUS_BYTES>>,
}

impl PaillierPublicKey {
    /// Bytes of one ciphertext: twice the modulus.
    pub fn ciphertext_bytes(&self) -> usize {
        2 * self.n.len()
    }
}
