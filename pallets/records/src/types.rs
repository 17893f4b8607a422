// SPDX-License-Identifier: Apache-2.0
//! What is stored.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Shortest modulus of a data key, bytes: a packed meter-day has 2,840 bits.
pub const MIN_DATA_KEY_BYTES: usize = 384;

/// Bytes of state, keys included, that a further batch takes.
pub const STATE_BYTES_A_BATCH: usize = 174;
/// Bytes of state, keys included, that a day takes besides its batches.
pub const STATE_BYTES_A_DAY: usize = 94;
/// Bytes of state, key included, that a scope takes under a data key of 3,072 bits; 256 more under
/// one of 4,096.
pub const STATE_BYTES_A_SCOPE: usize = 907;

/// What the chain keeps of a batch.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Anchor<BlockNumber> {
    /// The Merkle root of its records.
    pub root: [u8; 32],
    /// How many there are, 1 to 2,048.
    pub count: u32,
    /// SHA-256 of its manifest, under which the cloud keeps it.
    pub manifest: [u8; 32],
    /// In which block it was anchored.
    pub at: BlockNumber,
}
