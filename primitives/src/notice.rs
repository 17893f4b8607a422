// SPDX-License-Identifier: Apache-2.0
//! A notice: what the owner reads, and what the processor answers for.

use crate::{
    signing::{self, Purpose},
    BlockNumber, DeviceId, MemberId, Rule, SignedReading, Verdict,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What travels encrypted to the owner of a device. It fits one Paillier plaintext of 2,048 bits.
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
pub struct Notice {
    /// The reading that raised it, as the device signed it.
    pub reading: SignedReading,
    /// The comments of Algorithm 1 on it.
    pub verdict: Verdict,
}

/// What a processor signs for a notice with its BLS key: every field that matters, the ciphertext
/// by its digest. The signature stands as evidence for [`Notice`]s of any age.
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
pub struct NoticeSeal {
    /// Who made the notice.
    pub processor: MemberId,
    /// Whom it is for.
    pub owner: MemberId,
    /// Which device it is about.
    pub device: DeviceId,
    /// Sequence of the device's notice before this one; 0 if there is none. So a lost notice shows.
    pub previous: u64,
    /// Sequence of the reading that raised it.
    pub sequence: u64,
    /// The block on whose state the reading was judged: it decides which rule applies.
    pub judged_at: BlockNumber,
    /// SHA-256 of the modulus n of the owner's key, under which the ciphertext was made.
    pub owner_key: [u8; 32],
    /// SHA-256 of the ciphertext.
    pub digest: [u8; 32],
}

impl NoticeSeal {
    /// The bytes a processor signs.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::Notice, genesis, self)
    }
}

/// Why an opened notice is false.
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
#[serde(rename_all = "kebab-case")]
pub enum Falsehood {
    /// The plaintext is no notice at all.
    Unreadable,
    /// The reading is of another device.
    WrongDevice,
    /// The reading has another sequence than the notice.
    WrongSequence,
    /// The device did not sign the reading.
    WrongSignature,
    /// The rule says something else about the reading.
    WrongVerdict,
}

impl core::fmt::Display for Falsehood {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "not a readable notice",
            Self::WrongDevice => "the reading is of another device",
            Self::WrongSequence => "the reading has another sequence",
            Self::WrongSignature => "the device did not sign the reading",
            Self::WrongVerdict => "the rule says something else",
        })
    }
}

impl Notice {
    /// Checks an opened notice against its seal: the one definition of a false notice, for the
    /// owner's client and for the chain.
    ///
    /// `device_signed` says whether the device's key signed the given payload.
    pub fn check(
        plaintext: &[u8],
        seal: &NoticeSeal,
        rule: &Rule,
        genesis: &[u8; 32],
        device_signed: impl FnOnce(&[u8], &crate::DeviceSignature) -> bool,
    ) -> Result<Self, Falsehood> {
        let input = &mut &plaintext[..];
        let notice = Self::decode(input).map_err(|_| Falsehood::Unreadable)?;
        if !input.is_empty() {
            return Err(Falsehood::Unreadable);
        }
        let reading = &notice.reading.reading;
        if reading.device != seal.device {
            return Err(Falsehood::WrongDevice);
        }
        if reading.sequence != seal.sequence {
            return Err(Falsehood::WrongSequence);
        }
        if !device_signed(&reading.signing_payload(genesis), &notice.reading.signature) {
            return Err(Falsehood::WrongSignature);
        }
        if rule.judge(reading) != notice.verdict {
            return Err(Falsehood::WrongVerdict);
        }
        Ok(notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{blocks, DeviceSignature, PowerStatus, Reading, ReportingPolicy};
    use proptest::prelude::*;

    const RULE: Rule =
        Rule { low: 10, high: 100, temperature_warning: 40_000, policy: ReportingPolicy::OnChange };

    fn seal() -> NoticeSeal {
        NoticeSeal {
            processor: MemberId([1; 32]),
            owner: MemberId([2; 32]),
            device: DeviceId([3; 32]),
            previous: 0,
            sequence: 7,
            judged_at: 1,
            owner_key: [0; 32],
            digest: [0; 32],
        }
    }

    fn notice() -> Notice {
        let reading = Reading {
            device: DeviceId([3; 32]),
            sequence: 7,
            taken_at: u64::MAX,
            power: i64::MIN,
            temperature: Some(i32::MIN),
        };
        Notice {
            verdict: RULE.judge(&reading),
            reading: SignedReading { reading, signature: DeviceSignature([4; 64]) },
        }
    }

    fn check(notice: &Notice) -> Result<Notice, Falsehood> {
        Notice::check(&notice.encode(), &seal(), &RULE, &[0; 32], |_, signature| signature.0 == [4; 64])
    }

    #[test]
    fn a_true_notice_passes() {
        assert_eq!(check(&notice()), Ok(notice()));
    }

    #[test]
    fn each_falsehood_has_its_name() {
        let mut wrong = notice();
        wrong.reading.reading.device = DeviceId([9; 32]);
        assert_eq!(check(&wrong), Err(Falsehood::WrongDevice));
        let mut wrong = notice();
        wrong.reading.reading.sequence = 8;
        assert_eq!(check(&wrong), Err(Falsehood::WrongSequence));
        let mut wrong = notice();
        wrong.reading.signature = DeviceSignature([5; 64]);
        assert_eq!(check(&wrong), Err(Falsehood::WrongSignature));
        let mut wrong = notice();
        wrong.verdict.power = PowerStatus::TooLow;
        assert_eq!(check(&wrong), Err(Falsehood::WrongVerdict));
        let longer = [notice().encode(), alloc::vec![0]].concat();
        assert_eq!(Notice::check(&longer, &seal(), &RULE, &[0; 32], |_, _| true), Err(Falsehood::Unreadable));
    }

    #[test]
    fn the_longest_notice_fits_one_block_of_the_shortest_key() {
        assert!(Notice::max_encoded_len() <= blocks::capacity(2048 / 8));
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_without_panic(bytes: Vec<u8>) {
            let _ = Notice::check(&bytes, &seal(), &RULE, &[0; 32], |_, _| true);
        }
    }
}
