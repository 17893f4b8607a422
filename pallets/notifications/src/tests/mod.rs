// SPDX-License-Identifier: Apache-2.0
//! One file a call.

mod dispute;
mod notify;
mod random;

use crate::{mock::*, Error, Event, *};
use codec::{Decode, Encode};
use dmsm_host::fixtures;
use dmsm_primitives::{BlsPublicKey, Notice, PowerStatus, Reading, Rule};
use frame_support::{assert_noop, assert_ok};

type Pallet = crate::Pallet<Test>;

/// A true notice about a reading of device `seed`.
fn true_letter(seed: u8, previous: u64, sequence: u64) -> Letter {
    Letter::new(seed, previous, sequence, &notice(reading(seed, sequence, 500_000)).encode())
}

/// Hands a letter in, as its processor signed it.
fn notify(letter: &Letter) -> DispatchResult {
    Pallet::notify(signed(PROCESSOR), letter.sealed.clone(), letter.signature())
}

/// The nearest bytes above.
fn add(bytes: &[u8], mut carry: u16) -> Vec<u8> {
    let mut sum = bytes.to_vec();
    for byte in sum.iter_mut().rev() {
        let digit = u16::from(*byte) + (carry & 0xff);
        *byte = digit as u8;
        carry = (carry >> 8) + (digit >> 8);
    }
    sum
}
