// SPDX-License-Identifier: Apache-2.0
//! The bytes that signatures cover.
//!
//! Every payload is `purpose ‖ genesis hash ‖ SCALE(body)`. The purpose has a fixed length and a
//! version, so a signature made for one purpose or one chain is worth nothing for another.

use alloc::vec::Vec;
use codec::Encode;

/// What a signature is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A device signs a reading.
    Reading,
    /// A device agrees to be connected to its owner.
    Connect,
    /// A processor answers for a notice.
    Notice,
    /// A requester asks and agrees to pay.
    Request,
    /// A processor answers a request.
    Answer,
    /// A processor derives the preimage of a hash-lock; this signature is never shown.
    Preimage,
    /// A member calls the cloud.
    CloudCall,
    /// The cloud holds a blob.
    Receipt,
}

impl Purpose {
    /// The tag, 16 bytes.
    pub const fn tag(self) -> &'static [u8; 16] {
        match self {
            Self::Reading => b"dmsm/reading/v1\0",
            Self::Connect => b"dmsm/connect/v1\0",
            Self::Notice => b"dmsm/notice/v1\0\0",
            Self::Request => b"dmsm/request/v1\0",
            Self::Answer => b"dmsm/answer/v1\0\0",
            Self::Preimage => b"dmsm/preimage/v1",
            Self::CloudCall => b"dmsm/call/v1\0\0\0\0",
            Self::Receipt => b"dmsm/receipt/v1\0",
        }
    }
}

/// `purpose ‖ genesis ‖ SCALE(body)`.
pub fn payload(purpose: Purpose, genesis: &[u8; 32], body: &impl Encode) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(48 + body.size_hint());
    bytes.extend_from_slice(purpose.tag());
    bytes.extend_from_slice(genesis);
    body.encode_to(&mut bytes);
    bytes
}
