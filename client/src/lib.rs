// SPDX-License-Identifier: Apache-2.0
//! What a member does on a DMSM chain, from outside a node.
//!
//! # Overview
//!
//! | Wanted | Item |
//! |---|---|
//! | a connection that finds its way back | [`Client::connect`], [`Client::reconnect`] |
//! | an account that signs | [`Signer`] |
//! | calls of the contracts: invite, apply, approve, register, connect, set a rule, dispute | methods of [`Client`], each returns a [`Receipt`] |
//! | members, applications, devices, last notices | methods of [`Client`] |
//! | notices, decrypted and verified (paper V.A) | [`NoticeReader`] |
//!
//! # Notices
//!
//! [`NoticeReader`] reads blocks by number, so that a lagging or broken subscription leaves no gap:
//! subscriptions only wake it. It takes the ciphertext of each notice from the block's body, and
//! checks in this order what [`verify`] says. A notice whose `previous` is not the one seen last
//! shows that one was lost.
//!
//! # Security
//!
//! The node is believed about what the chain's state and blocks are, and about nothing else: a
//! notice counts only with the signatures of its device and of its processor, judged again by the
//! owner's own rule.

mod block;
mod calls;
mod chain;
mod client;
mod council;
mod error;
mod notices;
mod query;
mod remedy;
mod signer;
mod submit;
mod types;
pub mod verify;

pub use block::SealedNotice;
pub use client::{Client, Hash};
pub use council::{Motion, Outcome};
pub use error::Error;
pub use notices::{Head, Lost, NoticeReader, Selection, VerifiedNotice};
pub use signer::{Signer, UnknownDevAccount};
pub use submit::{Receipt, Wait};
pub use types::{
    AccountId, Application, Device, DeviceStatus, DisputeOpening, LastNotice, Member, Status,
    UnreadableAccount,
};
pub use verify::Flaw;
