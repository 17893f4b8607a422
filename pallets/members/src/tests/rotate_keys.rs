// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_host::fixtures;

/// Rotates the keys of `account` to those of number `seed`.
fn rotate(account: u64, seed: u64) -> DispatchResult {
    Pallet::rotate_keys(signed(account), keys(seed), fixtures::possession(seed as u32, &id(account)))
}

fn history(account: u64) -> Vec<dmsm_primitives::BlsPublicKey> {
    KeyHistory::<Test>::get(id(account)).into_inner()
}

#[test]
fn rotate_keys_remembers_the_old_one() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(rotate(USER_1, 70));

        assert_eq!(events(), [Event::KeysRotated { id: id(USER_1) }]);
        assert_eq!(Pallet::keys_of(&id(USER_1)), Some(keys(70)));
        assert_eq!(history(USER_1), [keys(USER_1).bls]);
        assert!(Pallet::had_bls_key(&id(USER_1), &keys(USER_1).bls));
        assert!(Pallet::had_bls_key(&id(USER_1), &keys(70).bls));
        assert!(!Pallet::had_bls_key(&id(USER_1), &keys(71).bls));
        assert!(!Pallet::had_bls_key(&id(USER_2), &keys(70).bls));
    });
}

#[test]
fn rotate_keys_forgets_the_oldest_beyond_the_bound() {
    Builder::standard().build_and_execute(|| {
        for seed in 70..74 {
            assert_ok!(rotate(USER_1, seed));
        }
        assert_eq!(history(USER_1), [keys(71).bls, keys(72).bls]);
        assert!(!Pallet::had_bls_key(&id(USER_1), &keys(70).bls));
        assert!(Pallet::had_bls_key(&id(USER_1), &keys(73).bls));
    });
}

#[test]
fn rotate_keys_to_the_same_bls_key_drops_nothing_from_the_history() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(rotate(USER_1, 70));
        for digest in 0..4 {
            let mut same = keys(70);
            same.proofs_digest = [digest; 32];
            let proof = fixtures::possession(70, &id(USER_1));
            assert_ok!(Pallet::rotate_keys(signed(USER_1), same, proof));
        }
        assert_eq!(history(USER_1), [keys(USER_1).bls]);
    });
}

#[test]
fn rotate_keys_fails_when_the_caller_is_no_member() {
    Builder::standard().invited(50).build_and_execute(|| {
        for caller in [STRANGER, COUNCILLOR, 50] {
            assert_noop!(rotate(caller, 70), Error::<Test>::UnknownMember);
        }
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_noop!(rotate(USER_1, 70), Error::<Test>::UnknownMember);
    });
}

#[test]
fn rotate_keys_fails_when_the_member_is_suspended() {
    Builder::standard().suspended(USER_1).build_and_execute(|| {
        assert_noop!(rotate(USER_1, 70), Error::<Test>::NotActive);
    });
}

#[test]
fn rotate_keys_fails_when_something_is_made_under_the_present_keys() {
    Builder::standard().build_and_execute(|| {
        Busy::mutate(|busy| busy.insert(id(USER_1)));
        assert_noop!(rotate(USER_1, 70), Error::<Test>::HasOpenBusiness);
        Busy::set(Default::default());
        assert_ok!(rotate(USER_1, 70));
    });
}

#[test]
fn rotate_keys_fails_when_the_paillier_key_has_no_form() {
    Builder::standard().build_and_execute(|| {
        let mut even = keys(70);
        even.paillier.n[255] &= 0xfe;
        let proof = fixtures::possession(70, &id(USER_1));
        assert_noop!(Pallet::rotate_keys(signed(USER_1), even, proof), Error::<Test>::PaillierKeyRefused);
    });
}

#[test]
fn rotate_keys_fails_when_a_users_modulus_is_too_long() {
    Builder::standard().build_and_execute(|| {
        let mut long = keys(70);
        long.paillier.n = vec![0xff; 385].try_into().expect("within the bound");
        let proof = fixtures::possession(70, &id(USER_1));
        assert_noop!(Pallet::rotate_keys(signed(USER_1), long, proof), Error::<Test>::ModulusTooLong);
    });
}

#[test]
fn rotate_keys_fails_when_possession_is_not_proved() {
    Builder::standard().build_and_execute(|| {
        for proof in [
            BlsSignature([0; 48]),
            fixtures::possession(70, &id(USER_2)),
            fixtures::possession(USER_1 as u32, &id(USER_1)),
        ] {
            assert_noop!(
                Pallet::rotate_keys(signed(USER_1), keys(70), proof),
                Error::<Test>::PossessionNotProved
            );
        }
        assert!(history(USER_1).is_empty());
    });
}

#[test]
fn rotate_keys_fails_within_the_interval_so_that_no_signature_is_disowned_soon() {
    Builder::standard().build_and_execute(|| {
        RotationInterval::set(10);
        assert_ok!(rotate(USER_1, 70));
        System::set_block_number(System::block_number() + 9);
        assert_noop!(rotate(USER_1, 71), Error::<Test>::RotatedRecently);
        // Another member is free, and so is a new Paillier key under the same BLS key.
        assert_ok!(rotate(USER_2, 72));
        assert_ok!(rotate(USER_1, 70));
        System::set_block_number(System::block_number() + 1);
        assert_ok!(rotate(USER_1, 71));
    });
}
