// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_host::fixtures;
use dmsm_primitives::BlsPublicKey;

const APPLICANT: u64 = 50;

fn wanted() -> ApplicationOf {
    application(APPLICANT, Role::User, REGION_1)
}

/// `wanted` with a changed Paillier key.
fn with_paillier(n: Vec<u8>, h: Vec<u8>) -> ApplicationOf {
    let mut wanted = wanted();
    wanted.keys.paillier.n = n.try_into().expect("within the bound");
    wanted.keys.paillier.h = h.try_into().expect("within the bound");
    wanted
}

fn paillier() -> (Vec<u8>, Vec<u8>) {
    let key = keys(APPLICANT).paillier;
    (key.n.into_inner(), key.h.into_inner())
}

/// The nearest number at or above `n` that `divisor` divides, with n's remainder modulo 4, so that
/// nothing else is wrong with it.
fn multiple_of(divisor: u64, n: &[u8]) -> Vec<u8> {
    let remainder = |n: &[u8]| n.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % divisor);
    let mut n = n.to_vec();
    while remainder(&n) != 0 {
        let mut carry = 4u16;
        for byte in n.iter_mut().rev() {
            let sum = u16::from(*byte) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
    }
    n
}

#[test]
fn apply_waits_for_approval() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let mut wanted = wanted();
        wanted.opening = vec![0xa5; 512].try_into().expect("within the bound");

        assert_ok!(apply(APPLICANT, wanted.clone()));

        assert_eq!(
            events(),
            [Event::Applied { account: APPLICANT, id: id(APPLICANT), role: Role::User, region: REGION_1 }]
        );
        assert_eq!(Applications::<Test>::get(APPLICANT), Some(wanted));
        assert!(!MemberIdOf::<Test>::contains_key(APPLICANT));
    });
}

#[test]
fn apply_again_replaces_the_application() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        assert_ok!(apply(APPLICANT, wanted()));
        let other = application(APPLICANT, Role::Cloud, REGION_2);
        assert_ok!(apply(APPLICANT, other.clone()));
        assert_eq!(Applications::<Test>::get(APPLICANT), Some(other));
    });
}

#[test]
fn apply_fails_when_the_account_was_not_invited() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(apply(APPLICANT, wanted()), Error::<Test>::NotInvited);
        assert_noop!(apply(USER_1, application(USER_1, Role::User, REGION_1)), Error::<Test>::NotInvited);
    });
}

#[test]
fn apply_fails_when_the_identifier_is_a_members() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let wanted = ApplicationOf { id: id(USER_1), ..wanted() };
        assert_noop!(apply(APPLICANT, wanted), Error::<Test>::IdTaken);
    });
}

#[test]
fn apply_fails_when_the_identifier_was_that_of_a_member_that_left() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_1)));
        let wanted = ApplicationOf { id: id(USER_1), ..wanted() };
        assert_noop!(apply(APPLICANT, wanted), Error::<Test>::IdTaken);
        // Nor may the one who left have it again.
        assert_ok!(Pallet::invite(council(), USER_1));
        assert_noop!(apply(USER_1, application(USER_1, Role::User, REGION_1)), Error::<Test>::IdTaken);
    });
}

#[test]
fn apply_fails_when_the_modulus_is_too_short() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let (n, h) = paillier();
        let short = [n[..127].to_vec(), vec![n[255]]].concat();
        let mut leading_zero = n.clone();
        leading_zero[0] = 0;
        for n in [vec![], vec![1], short, n[..255].to_vec(), leading_zero] {
            assert_noop!(apply(APPLICANT, with_paillier(n, h.clone())), Error::<Test>::PaillierKeyRefused);
        }
    });
}

#[test]
fn apply_fails_when_the_modulus_is_of_no_accepted_length() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let (n, h) = paillier();
        let longer = [vec![n[0]], n.clone()].concat();
        assert_noop!(apply(APPLICANT, with_paillier(longer, h)), Error::<Test>::PaillierKeyRefused);
    });
}

#[test]
fn apply_fails_when_a_users_modulus_is_too_long() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let key = dmsm_host::fixtures::member_keys(APPLICANT as u32, 4096).paillier;
        let long = with_paillier(key.n.into_inner(), key.h.into_inner());
        assert_noop!(apply(APPLICANT, long.clone()), Error::<Test>::ModulusTooLong);
        // Others may have it.
        assert_ok!(apply(APPLICANT, ApplicationOf { role: Role::Processor, ..long }));
    });
}

#[test]
fn apply_fails_when_the_modulus_is_even() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let (mut n, h) = paillier();
        n[255] &= 0xfe;
        assert_noop!(apply(APPLICANT, with_paillier(n, h)), Error::<Test>::PaillierKeyRefused);
    });
}

#[test]
fn apply_fails_when_the_modulus_has_a_small_factor() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let (n, h) = paillier();
        for prime in [3, 5, 251, 997] {
            let n = multiple_of(prime, &n);
            assert_eq!(n.len(), 256);
            assert_noop!(apply(APPLICANT, with_paillier(n, h.clone())), Error::<Test>::PaillierKeyRefused);
        }
    });
}

#[test]
fn apply_fails_when_h_is_out_of_range() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let (n, h) = paillier();
        let mut before_n = n.clone();
        before_n[255] -= 1;
        for h in [vec![], vec![0], vec![1], before_n, n.clone(), [vec![0], h].concat(), vec![0xff; 512]] {
            assert_noop!(apply(APPLICANT, with_paillier(n.clone(), h)), Error::<Test>::PaillierKeyRefused);
        }
    });
}

#[test]
fn apply_fails_when_the_bls_key_is_the_identity() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        let mut wanted = wanted();
        wanted.keys.bls = BlsPublicKey([0; 96]);
        wanted.keys.bls.0[0] = 0xc0;
        // The identity of G1 would be the signature of this key over any message.
        let mut identity = BlsSignature([0; 48]);
        identity.0[0] = 0xc0;
        assert_noop!(apply_with(wanted, identity), Error::<Test>::PossessionNotProved);
    });
}

#[test]
fn apply_fails_when_the_bls_key_is_off_the_subgroup() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        // Points of the curve over Fp2 with small x; the cofactor is so large that none of them is
        // in the subgroup, and about half of all x give a point.
        for x in 0..16 {
            let mut wanted = wanted();
            wanted.keys.bls = BlsPublicKey([0; 96]);
            wanted.keys.bls.0[0] = 0x80;
            wanted.keys.bls.0[95] = x;
            let proof = fixtures::possession(APPLICANT as u32, &wanted.id);
            assert_noop!(apply_with(wanted, proof), Error::<Test>::PossessionNotProved);
        }
    });
}

#[test]
fn apply_fails_when_the_bls_key_is_no_point() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        for byte in [0x00, 0x80, 0xff] {
            let mut wanted = wanted();
            wanted.keys.bls = BlsPublicKey([byte; 96]);
            let proof = fixtures::possession(APPLICANT as u32, &wanted.id);
            assert_noop!(apply_with(wanted, proof), Error::<Test>::PossessionNotProved);
        }
    });
}

#[test]
fn apply_fails_when_the_proof_of_possession_is_missing() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        assert_noop!(apply_with(wanted(), BlsSignature([0; 48])), Error::<Test>::PossessionNotProved);
        // A signature over the identifier is no proof: the two have different tags.
        let signature = fixtures::sign(APPLICANT as u32, &id(APPLICANT).0);
        assert_noop!(apply_with(wanted(), signature), Error::<Test>::PossessionNotProved);
    });
}

#[test]
fn apply_fails_when_the_proof_of_possession_is_foreign() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        // By another key for this identifier, and by this key for another identifier.
        let by_another = fixtures::possession(USER_1 as u32, &id(APPLICANT));
        assert_noop!(apply_with(wanted(), by_another), Error::<Test>::PossessionNotProved);
        let for_another = fixtures::possession(APPLICANT as u32, &id(USER_1));
        assert_noop!(apply_with(wanted(), for_another), Error::<Test>::PossessionNotProved);
        // Another's key with the proof that its owner published.
        let mut copied = wanted();
        copied.keys.bls = keys(USER_1).bls;
        let published = fixtures::possession(USER_1 as u32, &id(USER_1));
        assert_noop!(apply_with(copied, published), Error::<Test>::PossessionNotProved);
    });
}

#[test]
fn a_failed_application_leaves_the_one_before() {
    Builder::standard().invited(APPLICANT).build_and_execute(|| {
        assert_ok!(apply(APPLICANT, wanted()));
        assert_noop!(apply_with(wanted(), BlsSignature([0; 48])), Error::<Test>::PossessionNotProved);
        assert_eq!(Applications::<Test>::get(APPLICANT), Some(wanted()));
    });
}

fn apply_with(wanted: ApplicationOf, proof: BlsSignature) -> DispatchResult {
    let Application { id, role, region, keys, opening } = wanted;
    Pallet::apply(signed(APPLICANT), id, role, region, keys, proof, opening)
}
