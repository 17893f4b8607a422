// SPDX-License-Identifier: Apache-2.0
//! What travels and what is stored.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use dmsm_primitives::{
    keys::MAX_MODULUS_BYTES, BlockNumber, BlsPublicKey, DeviceId, Falsehood, MemberId, NoticeSeal,
};
use frame_support::{
    pallet_prelude::{BoundedVec, ConstU32},
    traits::Get,
    CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_io::hashing::sha2_256;

/// A notice, as its processor hands it in.
#[derive(
    CloneNoBound,
    PartialEqNoBound,
    EqNoBound,
    DebugNoBound,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(MaxCiphertext))]
pub struct SealedNotice<MaxCiphertext: Get<u32>> {
    /// Which device it is about.
    pub device: DeviceId,
    /// Sequence of the device's notice before this one; 0 if there is none.
    pub previous: u64,
    /// Sequence of the reading that raised it.
    pub sequence: u64,
    /// The block on whose state the reading was judged.
    pub judged_at: BlockNumber,
    /// A `Notice`, encrypted under the owner's key: one block.
    pub ciphertext: BoundedVec<u8, MaxCiphertext>,
}

impl<MaxCiphertext: Get<u32>> SealedNotice<MaxCiphertext> {
    /// What the processor signs, the ciphertext being made under the modulus `n` of `owner`.
    pub fn seal(&self, processor: MemberId, owner: MemberId, n: &[u8]) -> NoticeSeal {
        NoticeSeal {
            processor,
            owner,
            device: self.device,
            previous: self.previous,
            sequence: self.sequence,
            judged_at: self.judged_at,
            owner_key: sha2_256(n),
            digest: sha2_256(&self.ciphertext),
        }
    }
}

/// The last notice of a device.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LastNotice {
    /// Sequence of the reading that raised it.
    pub sequence: u64,
    /// The block on whose state the reading was judged.
    pub judged_at: BlockNumber,
    /// SHA-256 of the ciphertext.
    pub digest: [u8; 32],
}

/// What shows the content of a ciphertext to everybody.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Opening {
    /// The BLS key that the processor signed with.
    pub processor_key: BlsPublicKey,
    /// The modulus that the ciphertext was made under.
    pub n: BoundedVec<u8, ConstU32<MAX_MODULUS_BYTES>>,
    /// The plaintext m, big-endian, below n.
    pub plaintext: BoundedVec<u8, ConstU32<MAX_MODULUS_BYTES>>,
    /// The randomness r, big-endian, in Z*_n.
    pub randomness: BoundedVec<u8, ConstU32<MAX_MODULUS_BYTES>>,
}

/// A proved dispute.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DisputeRecord<BlockNumber> {
    /// Who made the false notice.
    pub processor: MemberId,
    /// Its sequence.
    pub sequence: u64,
    /// What is false about it.
    pub falsehood: Falsehood,
    /// When it was proved.
    pub proved_at: BlockNumber,
}
