// SPDX-License-Identifier: Apache-2.0
//! What a device says.

use crate::{
    signing::{self, Purpose},
    DeviceId, DeviceSignature, MilliCelsius, Milliwatts, Moment,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One measurement. The whole domain of every field is allowed; [`crate::Rule::judge`] is total.
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
pub struct Reading {
    /// Who measured.
    pub device: DeviceId,
    /// Counts the device's readings from 1; strictly increasing, never reused.
    pub sequence: u64,
    /// When it was measured, ms since the Unix epoch.
    pub taken_at: Moment,
    /// Active power, mW.
    pub power: Milliwatts,
    /// Temperature, m°C; `None` for a device without a sensor.
    pub temperature: Option<MilliCelsius>,
}

impl Reading {
    /// The bytes a device signs: bound to one chain, one purpose, every field.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::Reading, genesis, self)
    }
}

/// A reading with its device's Ed25519 signature over [`Reading::signing_payload`].
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
pub struct SignedReading {
    /// What was measured.
    #[serde(flatten)]
    pub reading: Reading,
    /// By the device's own key.
    pub signature: DeviceSignature,
}
