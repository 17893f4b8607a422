// SPDX-License-Identifier: Apache-2.0
//! Identifiers. Each hides what it stands for: it opens only to whoever is shown its preimage.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub struct $name(pub [u8; 32]);

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self, f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = hex::FromHexError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier! {
    /// Identifier of a member (paper: `ID`): SHA-256("dmsm/member/v1" ‖ real-world identifier ‖
    /// 16-byte salt). Enrolment shows the preimage to the region's processor alone.
    MemberId
}

identifier! {
    /// Identifier of a device (paper: `ID_d`): SHA-256("dmsm/device/v1" ‖ owner's [`MemberId`] ‖
    /// device key), so that nobody can register another's device under its identifier.
    DeviceId
}

impl MemberId {
    /// The identifier of a real-world identifier under a salt.
    pub fn derive(real_world: &[u8], salt: &[u8; 16]) -> Self {
        let preimage: Vec<u8> = [b"dmsm/member/v1".as_slice(), real_world, salt].concat();
        Self(sp_crypto_hashing::sha2_256(&preimage))
    }
}

impl DeviceId {
    /// The identifier of a device with key `device_key`, owned by `owner`.
    pub fn derive(owner: &MemberId, device_key: &[u8; 32]) -> Self {
        let preimage: Vec<u8> = [b"dmsm/device/v1".as_slice(), &owner.0, device_key].concat();
        Self(sp_crypto_hashing::sha2_256(&preimage))
    }
}

/// A grid region: what one processor's database covers.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct RegionId(pub u32);

impl core::fmt::Display for RegionId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
