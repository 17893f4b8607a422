// SPDX-License-Identifier: Apache-2.0
//! Stored meter-days: what is packed, what is anchored, how one is proved (paper III.C, IV.A).
//!
//! A processor packs the 48 half-hours of one meter and one UTC day into one plaintext m, keeps
//! {M, M*} in the cloud (M the ciphertext, M* = SHA-256(m)) and anchors one Merkle root a batch on
//! chain. A batch holds meter-days of one day. It is one version of that day: later meter-days, and
//! corrections of earlier ones, make further versions, and of a meter the highest version counts.
//!
//! The leaf of a meter-day is SHA-256 of its [`Record`] with a tag, 124 bytes: never the 64 bytes of
//! an inner node, so that no inner node passes for a record.

use crate::{
    time::{Day, Month, HALF_HOURS_A_DAY},
    DeviceId, MemberId, PaillierPublicKey, RegionId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Half-hours of a meter-day.
pub const SLOTS: usize = HALF_HOURS_A_DAY as usize;
/// Most meter-days of one batch.
pub const MAX_BATCH: u32 = 2_048;
/// Bits of [`Record::present`] that mean something.
pub const ALL_PRESENT: u64 = (1 << SLOTS) - 1;

const LEAF_TAG: &[u8; 16] = b"dmsm/record/v1\0\0";

/// What one data key opens: a processor's records of one region and month (UTC).
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Scope {
    /// The region.
    pub region: RegionId,
    /// The month.
    pub month: Month,
}

/// Not `REGION/YYYY-MM`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAScope;

impl core::fmt::Display for NotAScope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("not a scope: write REGION/YYYY-MM, such as 1/2012-01")
    }
}

impl core::error::Error for NotAScope {}

impl core::fmt::Display for Scope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{}", self.region, self.month)
    }
}

impl core::str::FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        let (region, month) = text.split_once('/').ok_or(NotAScope)?;
        let digits = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_digit());
        let region = region.parse().map_err(|_| NotAScope)?;
        let month = month.parse().map_err(|_| NotAScope)?;
        digits.then_some(Self { region: RegionId(region), month }).ok_or(NotAScope)
    }
}

/// A scope's public key, as the chain keeps it.
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
pub struct DataKey {
    /// Stored data is encrypted under it.
    pub paillier: PaillierPublicKey,
    /// SHA-256 of the proofs about the modulus.
    pub proofs_digest: [u8; 32],
}

/// A meter-day as the chain's root commits to it.
#[derive(
    Clone,
    Copy,
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
pub struct Record {
    /// The meter.
    pub meter: DeviceId,
    /// The day.
    pub day: Day,
    /// Bit i is set if half-hour i of the day has readings.
    pub present: u64,
    /// M* = SHA-256(m) of the packed plaintext.
    #[serde(with = "hexadecimal")]
    pub digest: [u8; 32],
    /// SHA-256 of the ciphertext M.
    #[serde(with = "hexadecimal")]
    pub ciphertext: [u8; 32],
}

impl Record {
    /// The hash that stands for it in the tree.
    pub fn leaf(&self) -> [u8; 32] {
        sp_crypto_hashing::sha2_256(&(LEAF_TAG, self).encode())
    }
}

/// Everything that one anchor commits to; the cloud keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Whose records these are.
    pub processor: MemberId,
    /// Where, and of which month: names the data key.
    pub scope: Scope,
    /// Of which day.
    pub day: Day,
    /// Which version of it, from 0.
    pub version: u16,
    /// In rising order of their meters, each meter once.
    pub records: Vec<Record>,
}

impl Manifest {
    /// Whether it has form: the scope's day, 1 to [`MAX_BATCH`] records of it, in strictly rising
    /// order of their meters, no bit above [`ALL_PRESENT`].
    pub fn has_form(&self) -> bool {
        let ordered = self.records.is_sorted_by(|one, next| one.meter < next.meter);
        let sized = (1..=MAX_BATCH as usize).contains(&self.records.len());
        let of_day = |record: &Record| record.day == self.day && record.present <= ALL_PRESENT;
        ordered && sized && self.records.iter().all(of_day) && self.day.month() == Some(self.scope.month)
    }

    /// SHA-256 of its encoding, which is what the cloud files it under.
    pub fn digest(&self) -> [u8; 32] {
        sp_crypto_hashing::sha2_256(&self.encode())
    }

    /// The Merkle root of its records.
    pub fn root(&self) -> [u8; 32] {
        root(&self.records)
    }
}

/// SHA-256 for `binary-merkle-tree`.
pub struct Sha256;

impl hash_db::Hasher for Sha256 {
    type Out = [u8; 32];
    type StdHasher = hash256_std_hasher::Hash256StdHasher;
    const LENGTH: usize = 32;

    fn hash(bytes: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::sha2_256(bytes)
    }
}

/// The Merkle root of records in this order; zeros without any.
pub fn root(records: &[Record]) -> [u8; 32] {
    binary_merkle_tree::merkle_root_raw::<Sha256, _>(records.iter().map(Record::leaf))
}

/// The inclusion of one record in a batch.
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Inclusion {
    /// Its place among the records.
    pub index: u32,
    /// How many there are.
    pub count: u32,
    /// The hashes beside its path, from the leaf up; at most 11 of them.
    #[serde(with = "hexadecimals")]
    pub path: Vec<[u8; 32]>,
}

impl Inclusion {
    /// The inclusion of the record at `index`; `None` beyond the last.
    pub fn prove(records: &[Record], index: u32) -> Option<Self> {
        let leaves: Vec<_> = records.iter().map(Record::leaf).collect();
        let count = u32::try_from(leaves.len()).ok().filter(|count| index < *count)?;
        let proof = binary_merkle_tree::merkle_proof_raw::<Sha256, _>(leaves, index);
        Some(Self { index, count, path: proof.proof })
    }

    /// Whether `record` is at its place under `root`, in a batch of exactly `count` records.
    pub fn holds(&self, root: &[u8; 32], count: u32, record: &Record) -> bool {
        let leaf = record.leaf();
        self.count == count
            && binary_merkle_tree::verify_proof::<Sha256, _, _>(
                root,
                self.path.iter().copied(),
                self.count,
                self.index,
                binary_merkle_tree::Leaf::Hash(leaf),
            )
    }
}

mod hexadecimal {
    use alloc::string::String;

    pub fn serialize<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(serde::de::Error::custom)?;
        Ok(bytes)
    }
}

mod hexadecimals {
    use super::Vec;
    use alloc::string::String;

    pub fn serialize<S: serde::Serializer>(hashes: &[[u8; 32]], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hashes.iter().map(hex::encode))
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 32]>, D::Error> {
        let texts = <Vec<String> as serde::Deserialize>::deserialize(deserializer)?;
        let decode = |text: &String| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(text, &mut bytes).map(|()| bytes).map_err(serde::de::Error::custom)
        };
        texts.iter().map(decode).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use codec::DecodeAll;
    use proptest::prelude::*;

    const DAY: Day = Day(15_340); // 2012-01-01

    fn record(number: u32) -> Record {
        let mut meter = [0; 32];
        meter[..4].copy_from_slice(&number.to_be_bytes());
        Record {
            meter: DeviceId(meter),
            day: DAY,
            present: ALL_PRESENT,
            digest: [number as u8; 32],
            ciphertext: [7; 32],
        }
    }

    fn manifest(count: u32) -> Manifest {
        Manifest {
            processor: MemberId([1; 32]),
            scope: Scope { region: RegionId(1), month: Month { year: 2012, month: 1 } },
            day: DAY,
            version: 0,
            records: (0..count).map(record).collect(),
        }
    }

    #[test]
    fn each_record_of_each_size_is_proved_and_no_other() {
        for count in (1..20).chain([MAX_BATCH - 1, MAX_BATCH]) {
            let records = manifest(count).records;
            let root = root(&records);
            for index in [0, count / 2, count - 1] {
                let inclusion = Inclusion::prove(&records, index).unwrap();
                assert!(inclusion.path.len() <= 11);
                let record = records[index as usize];
                assert!(inclusion.holds(&root, count, &record));
                assert!(!inclusion.holds(&root, count + 1, &record));
                assert!(!inclusion.holds(&[0; 32], count, &record));
                let mut other = record;
                other.present ^= 1;
                assert!(!inclusion.holds(&root, count, &other));
                let mut moved = inclusion.clone();
                moved.index = (index + 1) % count;
                assert_eq!(moved.holds(&root, count, &record), count == 1);
            }
            assert_eq!(Inclusion::prove(&records, count), None);
        }
    }

    #[test]
    fn every_field_of_a_record_changes_its_leaf() {
        let base = record(1);
        let mut leaves = alloc::vec![base.leaf()];
        leaves.push(Record { meter: DeviceId([9; 32]), ..base }.leaf());
        leaves.push(Record { day: Day(1), ..base }.leaf());
        leaves.push(Record { present: 1, ..base }.leaf());
        leaves.push(Record { digest: [9; 32], ..base }.leaf());
        leaves.push(Record { ciphertext: [9; 32], ..base }.leaf());
        leaves.sort();
        leaves.dedup();
        assert_eq!(leaves.len(), 6);
    }

    #[test]
    fn an_inner_node_is_no_record() {
        assert_ne!((LEAF_TAG, record(1)).encoded_size(), 64);
    }

    #[test]
    fn a_manifest_without_form_is_known() {
        assert!(manifest(3).has_form());
        let edit = |edit: fn(&mut Manifest)| {
            let mut manifest = manifest(3);
            edit(&mut manifest);
            manifest.has_form()
        };
        assert!(!edit(|manifest| manifest.records.clear()));
        assert!(!edit(|manifest| manifest.records.swap(0, 1)));
        assert!(!edit(|manifest| manifest.records[1] = manifest.records[0]));
        assert!(!edit(|manifest| manifest.records[1].day = Day(DAY.0 + 1)));
        assert!(!edit(|manifest| manifest.records[1].present = ALL_PRESENT + 1));
        assert!(!edit(|manifest| manifest.scope.month = Month { year: 2012, month: 2 }));
        assert!(manifest(MAX_BATCH).has_form() && !manifest(MAX_BATCH + 1).has_form());
    }

    #[test]
    fn scopes_are_read_and_shown_alike_and_others_refused() {
        let scope = manifest(1).scope;
        assert_eq!(scope.to_string(), "1/2012-01");
        assert_eq!("1/2012-01".parse(), Ok(scope));
        for wrong in ["", "1", "/2012-01", "+1/2012-01", "1/2012-13", "1/2012-01/", "x/2012-01"] {
            assert_eq!(wrong.parse::<Scope>(), Err(NotAScope), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
            let _ = Manifest::decode_all(&mut &bytes[..]).map(|manifest| (manifest.has_form(), manifest.root()));
            let _ = Inclusion::decode_all(&mut &bytes[..]).map(|proof| proof.holds(&[0; 32], proof.count, &record(1)));
        }
    }
}
