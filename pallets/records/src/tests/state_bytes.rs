// SPDX-License-Identifier: Apache-2.0
//! What stays in state for ever, to the byte.

use super::*;
use dmsm_primitives::records::MAX_BATCH;
use frame_support::storage::unhashed;

/// Bytes of all of this pallet's storage, keys included.
fn state_bytes() -> usize {
    let prefix = sp_io::hashing::twox_128(b"Records");
    let next = |key: &Vec<u8>| sp_io::storage::next_key(key).filter(|key| key.starts_with(&prefix));
    std::iter::successors(next(&prefix.to_vec()), next)
        .map(|key| key.len() + unhashed::get_raw(&key).unwrap_or_default().len())
        .sum()
}

/// What this adds.
fn added(change: impl FnOnce() -> frame_support::dispatch::DispatchResult) -> usize {
    let before = state_bytes();
    assert_ok!(change());
    state_bytes() - before
}

#[test]
fn a_batch_a_day_and_a_scope_take_what_is_stated() {
    execute(|| {
        assert_eq!(added(|| announce(JANUARY)), STATE_BYTES_A_SCOPE);
        let long =
            added(|| Records::announce_data_key(signed(SECOND_PROCESSOR), SCOPE, data_key(4096), [0; 32]));
        assert_eq!(long, STATE_BYTES_A_SCOPE + 256);
        // The same for one meter-day and for as many as there can be, the first time and the tenth.
        assert_eq!(added(|| anchor(DAY, 0, 1)), STATE_BYTES_A_DAY + STATE_BYTES_A_BATCH);
        for version in 1..10 {
            assert_eq!(added(|| anchor(DAY, version, MAX_BATCH)), STATE_BYTES_A_BATCH);
        }
        assert_eq!(added(|| anchor(Day(DAY.0 + 1), 0, MAX_BATCH)), STATE_BYTES_A_DAY + STATE_BYTES_A_BATCH);
    });
}
