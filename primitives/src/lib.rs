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
//! | [`blocks`] | II.C, messages longer than one plaintext |
//! | [`signing`] | II.B, what σ covers |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod blocks;
pub mod ids;
pub mod keys;
pub mod notice;
pub mod reading;
pub mod registry;
pub mod rule;
pub mod signing;
pub mod units;

pub use ids::{DeviceId, MemberId, RegionId};
pub use keys::{BlsPublicKey, BlsSignature, DevicePublicKey, DeviceSignature, PaillierPublicKey};
pub use notice::{Falsehood, Notice, NoticeSeal};
pub use reading::{Reading, SignedReading};
pub use registry::{CreditBook, DeviceInfo, DeviceRegistry, MemberKeys, MemberRegistry, OpenBusiness, Role};
pub use rule::{PowerStatus, ReportingPolicy, Rule, Verdict};
pub use units::{MilliCelsius, Milliwatts, Moment};

/// Number of a block.
pub type BlockNumber = u32;
