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
//! | members, applications, devices, last notices, requests, scores, balances | methods of [`Client`] |
//! | notices, decrypted and verified (paper V.A) | [`NoticeReader`] |
//! | a bill, usage or advice, asked and paid for (paper V.B) | [`Client::ask`], [`RequestFollower`], [`Client::answer`] |
//! | scores, replayed from events | [`Client::credit_history`] |
//! | all that finalized blocks say, in order | [`BlockReader`] |
//!
//! # Notices
//!
//! [`NoticeReader`] reads blocks by number, so that a lagging or broken subscription leaves no gap:
//! subscriptions only wake it. It takes the ciphertext of each notice from the block's body, and
//! checks in this order what [`verify`] says. A notice whose `previous` is not the one seen last
//! shows that one was lost.
//!
//! # Requests
//!
//! [`Client::ask`] encrypts a question for the processor of the region and signs what it may cost.
//! [`RequestFollower`] tells each state, read from blocks in the same way as notices are; what a
//! fork takes back it takes back. [`Client::answer`] takes the answer from the body of the block
//! where the request was fulfilled, which nodes keep after they have discarded its state.
//!
//! # Security
//!
//! The node is believed about what the chain's state and blocks are, and about nothing else: a
//! notice counts only with the signatures of its device and of its processor, judged again by the
//! owner's own rule; an answer counts only with the signature of the processor that was asked, over
//! this very request.

mod account;
mod audit;
mod block;
mod blocks;
mod calls;
mod chain;
mod client;
mod cloud;
mod council;
mod credit;
mod error;
mod notices;
mod query;
mod records;
mod remedy;
pub mod request;
mod signer;
mod submit;
mod types;
pub mod verify;
mod walk;

pub use account::Balance;
pub use audit::{Audit, AuditFlaw, AuditedDay};
pub use block::SealedNotice;
pub use blocks::{AnchoredBatch, BlockReader, ChainEvent, FinalizedBlock, PlacedEvent, Requested};
pub use client::{Client, Hash};
pub use cloud::{Cloud, CloudError, Finalized, Page, Product, StoredRecord};
pub use council::{Motion, Outcome};
pub use credit::{CreditHistory, Mismatch, Record, INITIAL_SCORE, MAX_SCORE};
pub use error::Error;
pub use notices::{Lost, NoticeReader, Selection, VerifiedNotice};
pub use records::Anchor;
pub use request::{
    AnswerFlaw, Answered, Asked, Ending, Inquiry, OpenRequest, OpenState, Progress, RequestFollower,
    RequestType, Sent, Settled, Stage, Update,
};
pub use signer::{Signer, UnknownDevAccount};
pub use submit::{Receipt, Wait};
pub use types::{
    AccountId, Application, Device, DeviceStatus, DisputeOpening, LastNotice, Member, Status,
    UnreadableAccount,
};
pub use verify::Flaw;
pub use walk::Head;
