// SPDX-License-Identifier: Apache-2.0
//! What the worker and the grid service say to each other about stored meter-days.
//!
//! The grid cuts closed meter-days of one day into a batch, (day, version), and never changes it
//! again. The worker has its rows sealed and says what came of it; the grid keeps that for the
//! evidence of bills.

use crate::{time::Day, DeviceId};
use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};

/// Most batches that wait for their anchors at once.
pub const MAX_OPEN_BATCHES: u32 = 16;
/// Most rows of one message, either way.
pub const MAX_BATCH_ROWS: u32 = 256;

/// A batch that is cut and not yet anchored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct OpenBatch {
    /// Its day.
    pub day: Day,
    /// Which version of the day, from 0.
    pub version: u16,
    /// Its rows, 1 to [`crate::records::MAX_BATCH`].
    pub count: u32,
    /// Those that are not sealed yet.
    pub unsealed: u32,
}

/// A row of a batch that is to be sealed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct ToSealRow {
    /// The meter.
    pub meter: DeviceId,
    /// Bit i is set if half-hour i of the day has readings.
    pub present: u64,
    /// Energy used in each of the [`crate::records::SLOTS`] half-hours, Wh, in order; 0 for one
    /// without readings.
    pub energy: Vec<Compact<u32>>,
}

/// What came of a row. Sealing the same row again gives the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct SealedRow {
    /// The meter.
    pub meter: DeviceId,
    /// Hides the plaintext behind M*.
    pub nonce: [u8; 16],
    /// M* = SHA-256(m) of the packed plaintext.
    pub digest: [u8; 32],
    /// SHA-256 of the ciphertext M.
    pub ciphertext: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::DecodeAll;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
            let _ = Vec::<OpenBatch>::decode_all(&mut &bytes[..]);
            let _ = Vec::<ToSealRow>::decode_all(&mut &bytes[..]);
            let _ = Vec::<SealedRow>::decode_all(&mut &bytes[..]);
        }
    }
}
