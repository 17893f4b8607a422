// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_host::{dmsm_consensus, dmsm_fixtures};
use sp_io::hashing::sha2_256;

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

/// A ciphertext in place of an honest one, properly signed.
fn notify_ciphertext(ciphertext: Vec<u8>) -> DispatchResult {
    let mut letter = true_letter(1, 0, 1);
    letter.sealed.ciphertext = ciphertext.try_into().expect("within the bound");
    notify(&letter)
}

fn last(seed: u8) -> Option<LastNotice> {
    LastNotices::<Test>::get(device(seed))
}

#[test]
fn notify_becomes_the_devices_last_notice() {
    Builder::default().device(1).build_and_execute(|| {
        System::set_block_number(8);
        let mut letter = true_letter(1, 0, 7);
        letter.sealed.judged_at = 6;

        assert_ok!(notify(&letter));

        assert_eq!(events(), [Event::Notified { seal: letter.seal() }]);
        let digest = sha2_256(&letter.sealed.ciphertext);
        assert_eq!(last(1), Some(LastNotice { sequence: 7, judged_at: 6, digest }));
    });
}

#[test]
fn notify_follows_the_devices_last_notice() {
    Builder::default().device(1).device(2).build_and_execute(|| {
        assert_ok!(notify(&true_letter(1, 0, 3)));
        assert_ok!(notify(&true_letter(1, 3, 9)));
        // Each device has its own sequence.
        assert_ok!(notify(&true_letter(2, 0, 1)));
        assert_ok!(notify(&true_letter(1, 9, u64::MAX)));
        assert_eq!(last(1).map(|last| last.sequence), Some(u64::MAX));
        assert_eq!(last(2).map(|last| last.sequence), Some(1));
        assert_eq!(events().len(), 4);
    });
}

#[test]
fn notify_takes_a_reading_of_extreme_values() {
    Builder::default().device(1).build_and_execute(|| {
        let extremes = [(i64::MIN, Some(i32::MIN), 0), (i64::MAX, Some(i32::MAX), u64::MAX), (0, None, 1)];
        for (last, (power, temperature, taken_at)) in (0..).zip(extremes) {
            let extreme = Reading { device: device(1), sequence: last + 1, taken_at, power, temperature };
            let message = notice(sign_reading(1, extreme)).encode();
            assert_ok!(notify(&Letter::new(1, last, last + 1, &message)));
        }
    });
}

#[test]
fn notify_fails_when_the_caller_is_no_active_processor() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = true_letter(1, 0, 1);
        for caller in [OWNER, NEIGHBOUR, STRANGER] {
            assert_noop!(
                Pallet::notify(signed(caller), letter.sealed.clone(), letter.signature()),
                Error::<Test>::NotProcessor
            );
        }
        with_member(PROCESSOR, |member| member.active = false);
        assert_noop!(notify(&letter), Error::<Test>::NotProcessor);
        assert_noop!(
            Pallet::notify(RuntimeOrigin::root(), letter.sealed.clone(), letter.signature()),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

#[test]
fn notify_fails_when_there_is_no_such_device() {
    Builder::default().device(1).build_and_execute(|| {
        assert_noop!(notify(&true_letter(2, 0, 1)), Error::<Test>::UnknownDevice);
    });
}

#[test]
fn notify_fails_when_the_owner_is_unknown() {
    Builder::default().device(1).build_and_execute(|| {
        with_device(1, |device| device.info.owner = id(STRANGER));
        assert_noop!(notify(&true_letter(1, 0, 1)), Error::<Test>::UnknownDevice);
    });
}

#[test]
fn notify_fails_when_the_device_is_not_connected() {
    Builder::default().device(1).build_and_execute(|| {
        with_device(1, |device| device.info.connected = false);
        assert_noop!(notify(&true_letter(1, 0, 1)), Error::<Test>::NotConnected);
    });
}

#[test]
fn notify_fails_when_it_is_for_another_regions_device() {
    Builder::default().device(1).device_in(2, REGION_2).build_and_execute(|| {
        assert_noop!(notify(&true_letter(2, 0, 1)), Error::<Test>::NotLocalProcessor);
        let letter = true_letter(1, 0, 1);
        let seal = letter.sealed.seal(id(FOREIGN_PROCESSOR), id(OWNER), &modulus());
        assert_noop!(
            Pallet::notify(signed(FOREIGN_PROCESSOR), letter.sealed, sign_seal(FOREIGN_PROCESSOR, &seal)),
            Error::<Test>::NotLocalProcessor
        );
    });
}

#[test]
fn notify_fails_when_its_sequence_is_old() {
    Builder::default().device(1).build_and_execute(|| {
        // Sequences count from 1.
        assert_noop!(notify(&true_letter(1, 0, 0)), Error::<Test>::OldSequence);
        let letter = true_letter(1, 0, 5);
        assert_ok!(notify(&letter));
        assert_noop!(notify(&letter), Error::<Test>::OldSequence);
        for sequence in [0, 1, 4, 5] {
            assert_noop!(notify(&true_letter(1, 5, sequence)), Error::<Test>::OldSequence);
        }
    });
}

#[test]
fn notify_fails_when_it_leaves_a_gap() {
    Builder::default().device(1).build_and_execute(|| {
        assert_noop!(notify(&true_letter(1, 1, 2)), Error::<Test>::NotNext);
        assert_ok!(notify(&true_letter(1, 0, 5)));
        for previous in [0, 4, 6, u64::MAX] {
            assert_noop!(notify(&true_letter(1, previous, 9)), Error::<Test>::NotNext);
        }
    });
}

#[test]
fn notify_fails_when_the_judgement_is_stale_or_of_the_future() {
    Builder::default().device(1).build_and_execute(|| {
        System::set_block_number(30);
        let judged_at = |judged_at, sequence| {
            let mut letter = true_letter(1, sequence - 1, sequence);
            letter.sealed.judged_at = judged_at;
            notify(&letter)
        };
        for block in [0, 9, 31, u32::MAX] {
            assert_noop!(judged_at(block, 1), Error::<Test>::StaleJudgement);
        }
        assert_ok!(judged_at(10, 1));
        assert_ok!(judged_at(30, 2));
    });
}

#[test]
fn notify_fails_when_the_ciphertext_is_zero() {
    Builder::default().device(1).build_and_execute(|| {
        assert_noop!(notify_ciphertext(vec![0; 512]), Error::<Test>::BadCiphertext);
    });
}

#[test]
fn notify_fails_when_the_ciphertext_shares_a_factor_with_n() {
    Builder::default().device(1).build_and_execute(|| {
        let n = [vec![0; 256], modulus()].concat();
        assert_noop!(notify_ciphertext(n.clone()), Error::<Test>::BadCiphertext);
        // n · 256
        let multiple = [vec![0; 255], modulus(), vec![0]].concat();
        assert_noop!(notify_ciphertext(multiple), Error::<Test>::BadCiphertext);
        // Beside it is well.
        assert_ok!(notify_ciphertext(add(&n, 1)));
    });
}

#[test]
fn notify_fails_when_the_ciphertext_is_n_squared_or_above() {
    Builder::default().device(1).build_and_execute(|| {
        let square = modulus_squared();
        for ciphertext in [square.clone(), add(&square, 1), add(&square, 2), vec![0xff; 512]] {
            assert_noop!(notify_ciphertext(ciphertext), Error::<Test>::BadCiphertext);
        }
        // n is odd, so its square ends in an odd byte.
        let mut below = square;
        below[511] -= 1;
        assert_ok!(notify_ciphertext(below));
    });
}

#[test]
fn notify_fails_when_the_ciphertext_has_a_wrong_length() {
    Builder::default().device(1).build_and_execute(|| {
        for length in [0, 1, 256, 511, 513, 768, 1024, 2048] {
            assert_noop!(notify_ciphertext(vec![1; length]), Error::<Test>::BadCiphertext);
        }
    });
}

#[test]
fn an_oversize_ciphertext_cannot_be_decoded() {
    let oversize = |length: usize| {
        let encoded = (device(1), 0u64, 1u64, 1u32, vec![1u8; length]).encode();
        Sealed::decode(&mut &encoded[..]).is_err()
    };
    assert!(!oversize(2_048));
    assert!(oversize(2_049));
    // The length alone is refused, before anything is allocated for it.
    let endless = (device(1), 0u64, 1u64, 1u32, codec::Compact(u32::MAX)).encode();
    assert!(Sealed::decode(&mut &endless[..]).is_err());
}

#[test]
fn notify_fails_when_the_signature_is_not_the_processors() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = true_letter(1, 0, 1);
        let mut identity = BlsSignature([0; 48]);
        identity.0[0] = 0xc0;
        for signature in [
            sign_seal(FOREIGN_PROCESSOR, &letter.seal()),
            sign_seal(OWNER, &letter.seal()),
            identity,
            BlsSignature([0; 48]),
            BlsSignature([0xff; 48]),
        ] {
            assert_noop!(
                Pallet::notify(signed(PROCESSOR), letter.sealed.clone(), signature),
                Error::<Test>::BadSignature
            );
        }
    });
}

/// Every field of the seal is covered: a signature over any other value of it is refused.
#[test]
fn notify_fails_when_any_field_of_the_seal_was_signed_otherwise() {
    Builder::default().device(1).device(2).build_and_execute(|| {
        let letter = true_letter(1, 0, 1);
        let seal = letter.seal();
        // Were a field added, this would not compile: then the list below needs it.
        let NoticeSeal { processor: _, owner: _, device: _, previous: _, sequence: _, .. } = &seal;
        let NoticeSeal { judged_at: _, owner_key: _, digest: _, .. } = &seal;
        let others = [
            NoticeSeal { processor: id(FOREIGN_PROCESSOR), ..seal.clone() },
            NoticeSeal { owner: id(NEIGHBOUR), ..seal.clone() },
            NoticeSeal { device: device(2), ..seal.clone() },
            NoticeSeal { previous: 1, ..seal.clone() },
            NoticeSeal { sequence: 2, ..seal.clone() },
            NoticeSeal { judged_at: seal.judged_at - 1, ..seal.clone() },
            NoticeSeal { owner_key: [0; 32], ..seal.clone() },
            NoticeSeal { digest: [0; 32], ..seal.clone() },
        ];
        for other in others {
            assert_noop!(
                Pallet::notify(signed(PROCESSOR), letter.sealed.clone(), sign_seal(PROCESSOR, &other)),
                Error::<Test>::BadSignature
            );
        }
        // For another chain, and without the purpose.
        let elsewhere = fixtures::sign(PROCESSOR.into(), &seal.signing_payload(&[0; 32]));
        let bare = fixtures::sign(PROCESSOR.into(), &seal.encode());
        for signature in [elsewhere, bare] {
            assert_noop!(
                Pallet::notify(signed(PROCESSOR), letter.sealed.clone(), signature),
                Error::<Test>::BadSignature
            );
        }
        assert_ok!(notify(&letter));
    });
}

/// And any field of what is handed in.
#[test]
fn notify_fails_when_what_is_handed_in_differs_from_the_seal() {
    Builder::default().device(1).device(2).build_and_execute(|| {
        let letter = true_letter(1, 0, 1);
        let honest = letter.sealed.clone();
        let mut other_bytes = honest.ciphertext.clone();
        other_bytes[511] ^= 1;
        for changed in [
            Sealed { device: device(2), ..honest.clone() },
            Sealed { sequence: 2, ..honest.clone() },
            Sealed { judged_at: 0, ..honest.clone() },
            Sealed { ciphertext: other_bytes, ..honest.clone() },
        ] {
            assert_noop!(
                Pallet::notify(signed(PROCESSOR), changed, letter.signature()),
                Error::<Test>::BadSignature
            );
        }
    });
}

#[test]
fn notify_fails_when_the_owner_rotated_its_key_meanwhile() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = true_letter(1, 0, 1);
        // Another modulus of the same length, under which it is a ciphertext too: the seal names
        // the old one.
        let is_ciphertext =
            |n: &Vec<u8>| dmsm_consensus::paillier_is_ciphertext(n, &letter.sealed.ciphertext);
        let other = (1..).map(|step| add(&modulus(), 2 * step)).find(is_ciphertext).expect("there is one");
        with_member(OWNER, |owner| owner.keys.paillier.n = other.try_into().expect("of the same length"));
        assert_noop!(notify(&letter), Error::<Test>::BadSignature);
        // One of another length: it is no ciphertext under it.
        with_member(OWNER, |owner| owner.keys = fixtures::member_keys(OWNER.into(), 3072));
        assert_noop!(notify(&letter), Error::<Test>::BadCiphertext);
    });
}

#[test]
fn notify_fails_when_the_processor_signs_with_a_key_that_it_rotated() {
    Builder::default().device(1).build_and_execute(|| {
        with_member(PROCESSOR, |member| member.keys.bls = bls_key(50));
        let letter = true_letter(1, 0, 1);
        assert_noop!(notify(&letter), Error::<Test>::BadSignature);
        assert_ok!(Pallet::notify(signed(PROCESSOR), letter.sealed.clone(), sign_seal(50, &letter.seal())));
    });
}
