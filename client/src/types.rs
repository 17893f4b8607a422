// SPDX-License-Identifier: Apache-2.0
//! What the chain stores, as clients read it. The order of the fields is the chain's.

use codec::{Decode, Encode};
use dmsm_primitives::{
    BlockNumber, BlsPublicKey, DeviceId, DevicePublicKey, MemberId, MemberKeys, RegionId, Role, Rule,
};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};
use subxt::utils::AccountId32;

/// An account: its sr25519 public key. Written in SS58, read in SS58 or hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct AccountId(pub [u8; 32]);

/// Text that is no account.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an account: give its SS58 address (5…) or its public key (0x and 64 digits)")]
pub struct UnreadableAccount;

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AccountId32(self.0).fmt(f)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = UnreadableAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(digits) = text.strip_prefix("0x") {
            let mut bytes = [0; 32];
            hex::decode_to_slice(digits, &mut bytes).map_err(|_| UnreadableAccount)?;
            return Ok(Self(bytes));
        }
        AccountId32::from_str(text).map(|account| Self(account.0)).map_err(|_| UnreadableAccount)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether a member may act.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It may.
    Active,
    /// It starts nothing new.
    Suspended,
    /// It is no member any more.
    Left,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
pub struct Member {
    /// Signs its transactions.
    pub account: AccountId,
    /// What it is for.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Whether it may act.
    pub status: Status,
    /// Its keys.
    pub keys: MemberKeys,
}

/// What an applicant wants to be.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Application {
    /// The identifier it wants.
    pub id: MemberId,
    /// The role it wants.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Its keys.
    pub keys: MemberKeys,
    /// The preimage of `id`, encrypted under the key of the region's processor; empty if there was
    /// none.
    pub opening: Vec<u8>,
}

impl Application {
    /// What a registrar approves: BLAKE2-256 of the application.
    pub fn hash(&self) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(&self.encode())
    }
}

/// Whether a device is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceStatus {
    /// It waits for the proof of its key.
    Registered,
    /// It is watched.
    Connected,
    /// It is watched no longer.
    Unbound,
}

/// A device.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
pub struct Device {
    /// Whose it is.
    pub owner: MemberId,
    /// Its own key.
    pub key: DevicePublicKey,
    /// Whose processor reads it.
    pub region: RegionId,
    /// Whether it is watched.
    pub status: DeviceStatus,
    /// Rules with the block from which each applies, in that order; never empty.
    pub rules: Vec<(BlockNumber, Rule)>,
}

impl Device {
    /// The rule in effect at a block; `None` for a block before the oldest that is remembered.
    pub fn rule_at(&self, block: BlockNumber) -> Option<&Rule> {
        self.rules.iter().rev().find(|(from, _)| *from <= block).map(|(_, rule)| rule)
    }

    /// Its identifier.
    pub fn id(&self) -> DeviceId {
        DeviceId::derive(&self.owner, &self.key.0)
    }
}

/// The last notice of a device.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
pub struct LastNotice {
    /// Sequence of the reading that raised it.
    pub sequence: u64,
    /// The block on whose state the reading was judged.
    pub judged_at: BlockNumber,
    /// SHA-256 of the ciphertext.
    #[serde(serialize_with = "hex_bytes")]
    pub digest: [u8; 32],
}

/// What shows the content of a ciphertext to everybody.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct DisputeOpening {
    /// The BLS key that the processor signed with.
    pub processor_key: BlsPublicKey,
    /// The modulus that the ciphertext was made under, big-endian.
    pub n: Vec<u8>,
    /// The plaintext, big-endian, below n.
    pub plaintext: Vec<u8>,
    /// The randomness, big-endian, in Z*_n.
    pub randomness: Vec<u8>,
}

impl fmt::Debug for DisputeOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisputeOpening(<redacted>)")
    }
}

pub(crate) fn hex_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::ReportingPolicy;

    #[test]
    fn an_account_is_read_in_either_form_and_nothing_else() {
        let text = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
        let account: AccountId = text.parse().unwrap();
        assert_eq!(account.to_string(), text);
        assert_eq!(format!("0x{}", hex::encode(account.0)).parse(), Ok(account));
        for wrong in ["", "0x", "5Grw", "0xzz", "alice", &text[1..]] {
            assert_eq!(wrong.parse::<AccountId>(), Err(UnreadableAccount), "{wrong}");
        }
    }

    #[test]
    fn a_device_remembers_the_rule_of_each_block() {
        let rule = |low| Rule { low, high: 100, temperature_warning: 0, policy: ReportingPolicy::OnChange };
        let device = Device {
            owner: MemberId([1; 32]),
            key: DevicePublicKey([2; 32]),
            region: RegionId(1),
            status: DeviceStatus::Connected,
            rules: vec![(5, rule(1)), (9, rule(2))],
        };
        assert_eq!(device.rule_at(4), None);
        assert_eq!(device.rule_at(5), Some(&rule(1)));
        assert_eq!(device.rule_at(8), Some(&rule(1)));
        assert_eq!(device.rule_at(9), Some(&rule(2)));
    }
}
