// SPDX-License-Identifier: Apache-2.0
//! What every part of DMSM speaks about: identifiers, units, readings, rules, notices, and the
//! exact bytes that are signed.
//!
//! Nothing here knows a pallet, a crypto engine or a service. Pallets meet through the traits in
//! [`registry`], never through each other's crates.
//!
//! | Module | Paper |
//! |---|---|
//! | [`ids`] | III.B, the sets C, U, P, D, S and their identifiers |
//! | [`reading`], [`rule`] | V.A, Algorithm 1 |
//! | [`notice`] | V.A, the encrypted report |
//! | [`request`], [`answer`] | IV.B, V.B, what is asked, paid for and answered |
//! | [`records`], [`storage`], [`cloud`] | III.C, IV.A, stored meter-days and their anchors |
//! | [`credit`] | IV.B, what conduct is worth |
//! | [`blocks`] | II.C, messages longer than one plaintext |
//! | [`signing`] | II.B, what σ covers |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod answer;
pub mod blocks;
pub mod cloud;
pub mod credit;
pub mod ids;
pub mod keys;
pub mod notice;
pub mod reading;
pub mod records;
pub mod registry;
pub mod request;
pub mod rule;
pub mod signing;
pub mod storage;
pub mod time;
pub mod units;

pub use ids::{DeviceId, MemberId, RegionId};
pub use keys::{BlsPublicKey, BlsSignature, DevicePublicKey, DeviceSignature, PaillierPublicKey};
pub use notice::{Falsehood, Notice, NoticeSeal};
pub use reading::{Reading, SignedReading};
pub use records::{DataKey, Record, Scope};
pub use registry::{
    Conduct, CreditBook, DeviceInfo, DeviceRegistry, Escrow, MemberKeys, MemberRegistry, OpenBusiness,
    OperatorId, Role, Score, Standing,
};
pub use request::{Amount, RequestId, RequestKind};
pub use rule::{PowerStatus, ReportingPolicy, Rule, Verdict};
pub use time::{Day, HalfHour, Month, Period};
pub use units::{MilliCelsius, Milliwatts, Moment};

/// Number of a block.
pub type BlockNumber = u32;
