// SPDX-License-Identifier: Apache-2.0
//! One file a call, and what holds over all of them.

mod accept;
mod deadlines;
mod fulfil;
mod fulfil_in_cloud;
mod model;
mod pool;
mod random;
mod refuse;
mod request;
mod set_request_type;

use crate::{mock::*, Error, Event, *};
use codec::{Decode, Encode};
use dmsm_host::{dmsm_fixtures, fixtures};
use dmsm_primitives::{Amount, Conduct, OpenBusiness, Role};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError::BadOrigin;

/// A number that was never given out.
const NEVER: RequestId = 1_000;

/// A reason to reject.
const REASON: Rejection = Rejection::NoData;

/// How a request can end, and a request that ended so, all in one chain's time.
fn ends() -> [(Outcome, fn() -> RequestId); 5] {
    [
        (Outcome::Fulfilled, || {
            let request = accepted();
            assert_ok!(fulfil(request));
            request
        }),
        (Outcome::Rejected(REASON), || {
            let request = requested();
            assert_ok!(reject(request));
            request
        }),
        (Outcome::Cancelled, || {
            let request = requested();
            assert_ok!(Prepaid::cancel(signed(USER), request));
            request
        }),
        (Outcome::Expired, || {
            let request = requested();
            next_block(TIME_LIMIT);
            request
        }),
        (Outcome::TimedOut, || {
            let request = accepted();
            next_block(TIME_LIMIT);
            request
        }),
    ]
}

/// Rejects as [`PROCESSOR`].
fn reject(request: RequestId) -> DispatchResult {
    Prepaid::reject(signed(PROCESSOR), request, digest_of(request), REASON)
}

/// How far a request is.
fn state_of(request: RequestId) -> Option<State> {
    Requests::<Test>::get(request).map(|open| open.state)
}

/// Puts a price on bills.
fn set_price(price: Amount) {
    let terms = Some(RequestType { price, ..terms() });
    assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), RequestKind::BillDetails, terms));
}

/// Changes the council's mind about who may ask.
fn set_roles(roles: &[Role]) {
    let roles = roles.to_vec().try_into().expect("four at most");
    let terms = Some(RequestType { roles, ..terms() });
    assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), RequestKind::BillDetails, terms));
}

/// The modulus that all members of the mock share.
fn modulus() -> Vec<u8> {
    dmsm_fixtures::paillier_key(BITS).0
}

/// n², by the schoolbook.
fn modulus_squared() -> Vec<u8> {
    let n = modulus();
    let mut square = vec![0u8; 2 * n.len()];
    for (i, a) in n.iter().rev().enumerate() {
        let mut carry = 0u32;
        for (j, b) in n.iter().rev().enumerate() {
            let place = square.len() - 1 - i - j;
            let sum = u32::from(square[place]) + u32::from(*a) * u32::from(*b) + carry;
            square[place] = sum as u8;
            carry = sum >> 8;
        }
        let place = n.len() - 1 - i;
        square[place] = carry as u8;
    }
    square
}

/// Blocks of 512 bytes that are none under [`modulus`]: 0, n, n², all ones.
fn no_ciphertexts() -> [Vec<u8>; 4] {
    let n = [vec![0; 256], modulus()].concat();
    [vec![0; 512], n, modulus_squared(), vec![0xff; 512]]
}

/// Signatures that nobody made.
fn no_signatures() -> [BlsSignature; 3] {
    let mut identity = BlsSignature([0; 48]);
    identity.0[0] = 0xc0;
    [identity, BlsSignature([0; 48]), BlsSignature([0xff; 48])]
}
