// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::keys::MAX_MODULUS_BYTES;

#[test]
fn announce_data_key_stores_the_key_and_says_so() {
    execute(|| {
        assert_ok!(Records::announce_data_key(signed(PROCESSOR), SCOPE, data_key(3072), [4; 32]));
        assert_eq!(events(), [Event::DataKeyAnnounced { scope: SCOPE, processor: id(PROCESSOR) }]);
        let stored = DataKeys::<Test>::get(SCOPE, id(PROCESSOR));
        assert_eq!(stored, Some(DataKey { paillier: data_key(3072), proofs_digest: [4; 32] }));
    });
}

#[test]
fn announce_data_key_takes_the_longest_modulus() {
    execute(|| {
        let key = data_key(4096);
        assert_eq!(key.n.len() as u32, MAX_MODULUS_BYTES);
        assert_ok!(Records::announce_data_key(signed(PROCESSOR), SCOPE, key, [4; 32]));
    });
}

#[test]
fn announce_data_key_takes_a_key_a_month_and_a_processor() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        assert_ok!(announce(Month { month: 2, ..JANUARY }));
        // A month that has not begun, and the first and last there are.
        assert_ok!(announce(Month { year: 2013, ..JANUARY }));
        assert_ok!(announce(Month { year: 1970, month: 1 }));
        assert_ok!(announce(Month { year: 9999, month: 12 }));
        assert_ok!(Records::announce_data_key(signed(SECOND_PROCESSOR), SCOPE, data_key(3072), [0; 32]));
        assert_eq!(DataKeys::<Test>::iter().count(), 6);
    });
}

#[test]
fn announce_data_key_fails_when_it_is_not_signed() {
    execute(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            let key = data_key(3072);
            assert_noop!(Records::announce_data_key(origin, SCOPE, key, [4; 32]), BadOrigin);
        }
    });
}

#[test]
fn announce_data_key_fails_when_the_caller_is_no_active_processor() {
    execute(|| {
        suspend(SECOND_PROCESSOR);
        for caller in [USER, STRANGER, SECOND_PROCESSOR] {
            let announced = Records::announce_data_key(signed(caller), SCOPE, data_key(3072), [4; 32]);
            assert_noop!(announced, Error::<Test>::NotProcessor);
        }
    });
}

#[test]
fn announce_data_key_fails_when_the_scope_is_of_another_region() {
    execute(|| {
        let scope = Scope { region: REGION_2, ..SCOPE };
        let announced = Records::announce_data_key(signed(PROCESSOR), scope, data_key(3072), [4; 32]);
        assert_noop!(announced, Error::<Test>::OtherRegion);
    });
}

#[test]
fn announce_data_key_fails_when_the_month_is_none() {
    execute(|| {
        for (year, month) in [(2012, 0), (2012, 13), (1969, 12), (10_000, 1), (0, 1), (u16::MAX, u8::MAX)] {
            assert_noop!(announce(Month { year, month }), Error::<Test>::BadScope);
        }
    });
}

#[test]
fn announce_data_key_fails_when_the_scope_has_one() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        assert_noop!(announce(JANUARY), Error::<Test>::AlreadyAnnounced);
        // Nor another one.
        let announced = Records::announce_data_key(signed(PROCESSOR), SCOPE, data_key(4096), [4; 32]);
        assert_noop!(announced, Error::<Test>::AlreadyAnnounced);
    });
}

#[test]
fn announce_data_key_fails_when_the_modulus_is_too_short() {
    execute(|| {
        let short = |length: usize| {
            let bytes = vec![0xff; length];
            PaillierPublicKey { n: bytes.clone().try_into().unwrap(), h: bytes.try_into().unwrap() }
        };
        for key in [data_key(2048), short(0), short(1), short(383)] {
            let announced = Records::announce_data_key(signed(PROCESSOR), SCOPE, key, [4; 32]);
            assert_noop!(announced, Error::<Test>::KeyTooShort);
        }
    });
}

#[test]
fn announce_data_key_fails_when_the_key_has_no_form() {
    execute(|| {
        let edited = |edit: fn(&mut PaillierPublicKey)| {
            let mut key = data_key(3072);
            edit(&mut key);
            key
        };
        for key in [
            // Even; of a length between those accepted; without high bit.
            edited(|key| key.n[383] &= 0xfe),
            edited(|key| key.n.try_push(1).unwrap()),
            edited(|key| key.n[0] = 0),
            // h is nothing, 1, n.
            edited(|key| key.h.clear()),
            edited(|key| key.h = vec![1].try_into().unwrap()),
            edited(|key| key.h = key.n.clone()),
        ] {
            let announced = Records::announce_data_key(signed(PROCESSOR), SCOPE, key, [4; 32]);
            assert_noop!(announced, Error::<Test>::BadKey);
        }
    });
}
