// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::DeviceSignature;

/// Hands in a dispute of a letter that [`PROCESSOR`] signed.
fn dispute_by(caller: u8, letter: &Letter) -> DispatchResult {
    let Letter { sealed, opening } = letter;
    Pallet::dispute(
        signed(caller),
        letter.seal(),
        letter.signature(),
        sealed.ciphertext.clone(),
        opening.clone(),
    )
}

fn dispute(letter: &Letter) -> DispatchResult {
    dispute_by(OWNER, letter)
}

/// A letter about device 1, sequence 7, with a notice that `change` made false.
fn lie(change: impl FnOnce(&mut Notice)) -> Letter {
    let mut notice = notice(reading(1, 7, 500_000));
    change(&mut notice);
    Letter::new(1, 0, 7, &notice.encode())
}

fn wrong_verdict() -> Letter {
    lie(|notice| notice.verdict.power = PowerStatus::ShutDown)
}

/// That a letter is proved false, told once.
fn assert_proved(letter: &Letter, falsehood: Falsehood) {
    let seal = letter.seal();
    System::reset_events();
    CreditLost::set(Vec::new());
    assert_ok!(dispute(letter));
    assert_eq!(
        events(),
        [Event::ProvedFalse {
            device: seal.device,
            sequence: seal.sequence,
            processor: id(PROCESSOR),
            falsehood
        }]
    );
    assert_eq!(
        Disputes::<Test>::get(seal.device, seal.digest),
        Some(DisputeRecord {
            processor: id(PROCESSOR),
            sequence: seal.sequence,
            falsehood,
            proved_at: System::block_number()
        })
    );
    assert_eq!(CreditLost::get(), [(id(PROCESSOR), id(OWNER))]);
}

#[test]
fn dispute_proves_a_wrong_verdict() {
    Builder::default().device(1).build_and_execute(|| {
        assert_proved(&wrong_verdict(), Falsehood::WrongVerdict);
        assert_proved(&lie(|notice| notice.verdict.temperature_too_high = true), Falsehood::WrongVerdict);
    });
}

#[test]
fn dispute_proves_a_reading_of_another_device() {
    Builder::default().device(1).device(2).build_and_execute(|| {
        let letter = lie(|notice| notice.reading = reading(2, 7, 500_000));
        assert_proved(&letter, Falsehood::WrongDevice);
    });
}

#[test]
fn dispute_proves_a_reading_of_another_sequence() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = lie(|notice| notice.reading = reading(1, 6, 500_000));
        assert_proved(&letter, Falsehood::WrongSequence);
    });
}

#[test]
fn dispute_proves_a_reading_that_the_device_did_not_sign() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = lie(|notice| notice.reading.signature = DeviceSignature([0; 64]));
        assert_proved(&letter, Falsehood::WrongSignature);
        let letter = lie(|notice| notice.reading.reading.power += 1);
        assert_proved(&letter, Falsehood::WrongSignature);
    });
}

#[test]
fn dispute_proves_what_is_no_notice() {
    Builder::default().device(1).build_and_execute(|| {
        assert_proved(&Letter::new(1, 0, 7, b""), Falsehood::Unreadable);
        assert_proved(&Letter::new(1, 0, 7, b"pay me"), Falsehood::Unreadable);
        let longer = [notice(reading(1, 7, 500_000)).encode(), vec![0]].concat();
        assert_proved(&Letter::new(1, 0, 7, &longer), Falsehood::Unreadable);
    });
}

/// A processor may encrypt any number below n, not blocks alone. The ciphertext 1 is that of
/// plaintext 0 with randomness 1; 1 + n that of plaintext 1.
#[test]
fn dispute_proves_a_plaintext_that_is_no_block() {
    Builder::default().device(1).build_and_execute(|| {
        let n = wrong_verdict().opening.n;
        let one = [vec![0; 511], vec![1]].concat();
        let one_and_n = add(&[vec![0; 256], n.to_vec()].concat(), 1);
        for (ciphertext, plaintext) in [(one.clone(), vec![]), (one, vec![0]), (one_and_n, vec![1])] {
            let _ = Disputes::<Test>::clear_prefix(device(1), u32::MAX, None);
            let mut letter = wrong_verdict();
            letter.sealed.ciphertext = ciphertext.try_into().expect("within the bound");
            letter.opening.plaintext = plaintext.try_into().expect("within the bound");
            letter.opening.randomness = vec![1].try_into().expect("within the bound");
            assert_proved(&letter, Falsehood::Unreadable);
        }
    });
}

#[test]
fn dispute_is_judged_by_the_rule_of_its_time() {
    Builder::default().device(1).build_and_execute(|| {
        System::set_block_number(30);
        let stricter = Rule { high: 400_000, ..RULE };
        with_device(1, |device| device.rules.push((20, stricter)));
        // What was true before the rule changed is false from then on, and the other way round.
        for (judged_at, by_the_old_rule) in [(19, true), (20, false), (30, false)] {
            let verdict = stricter.judge(&reading(1, 7, 500_000).reading);
            for (mut letter, by_the_old) in
                [(lie(|_| ()), true), (lie(|notice| notice.verdict = verdict), false)]
            {
                letter.sealed.judged_at = judged_at;
                if by_the_old == by_the_old_rule {
                    assert_noop!(dispute(&letter), Error::<Test>::NoticeIsTrue);
                } else {
                    assert_proved(&letter, Falsehood::WrongVerdict);
                }
            }
        }
    });
}

#[test]
fn dispute_needs_no_notice_in_state_and_no_connected_device() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        with_device(1, |device| device.info.connected = false);
        with_member(OWNER, |owner| owner.active = false);
        with_member(PROCESSOR, |processor| processor.active = false);
        System::set_block_number(1_000_000);
        assert_proved(&letter, Falsehood::WrongVerdict);
    });
}

#[test]
fn dispute_stands_after_the_processor_rotated_its_bls_key() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        with_member(PROCESSOR, |processor| {
            processor.old_bls.push(processor.keys.bls);
            processor.keys.bls = bls_key(50);
        });
        assert_proved(&letter, Falsehood::WrongVerdict);
    });
}

#[test]
fn dispute_stands_after_the_owner_rotated_its_paillier_key() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        with_member(OWNER, |owner| owner.keys = fixtures::member_keys(OWNER.into(), 3072));
        assert_proved(&letter, Falsehood::WrongVerdict);
    });
}

#[test]
fn dispute_fails_when_the_notice_is_true() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = true_letter(1, 0, 7);
        assert_ok!(notify(&letter));
        assert_noop!(dispute(&letter), Error::<Test>::NoticeIsTrue);
        assert!(CreditLost::get().is_empty());
    });
}

#[test]
fn dispute_fails_when_it_was_proved_before() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        assert_proved(&letter, Falsehood::WrongVerdict);
        assert_noop!(dispute(&letter), Error::<Test>::AlreadyDisputed);
        // Nor under another seal of the same ciphertext.
        let mut again = wrong_verdict();
        again.sealed = Sealed { sequence: 8, ciphertext: letter.sealed.ciphertext.clone(), ..again.sealed };
        again.opening = letter.opening.clone();
        assert_noop!(dispute(&again), Error::<Test>::AlreadyDisputed);
        assert_eq!(CreditLost::get().len(), 1, "credit is lost once");
    });
}

#[test]
fn dispute_fails_when_there_is_no_such_device() {
    Builder::default().device(2).build_and_execute(|| {
        assert_noop!(dispute(&wrong_verdict()), Error::<Test>::UnknownDevice);
    });
}

#[test]
fn dispute_fails_when_the_caller_is_not_the_owner() {
    Builder::default().device(1).build_and_execute(|| {
        for caller in [NEIGHBOUR, PROCESSOR, STRANGER] {
            assert_noop!(dispute_by(caller, &wrong_verdict()), Error::<Test>::NotOwner);
        }
        assert_noop!(
            Pallet::dispute(
                RuntimeOrigin::root(),
                wrong_verdict().seal(),
                wrong_verdict().signature(),
                wrong_verdict().sealed.ciphertext,
                wrong_verdict().opening
            ),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

#[test]
fn dispute_fails_when_the_notice_is_for_another_owner() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        let seal = NoticeSeal { owner: id(NEIGHBOUR), ..letter.seal() };
        let signature = sign_seal(PROCESSOR, &seal);
        let (sealed, opening) = (letter.sealed, letter.opening);
        assert_noop!(
            Pallet::dispute(signed(OWNER), seal, signature, sealed.ciphertext, opening),
            Error::<Test>::ForeignNotice
        );
    });
}

#[test]
fn dispute_fails_when_the_ciphertext_is_another() {
    Builder::default().device(1).build_and_execute(|| {
        let (letter, other) = (wrong_verdict(), wrong_verdict());
        assert_noop!(
            Pallet::dispute(
                signed(OWNER),
                letter.seal(),
                letter.signature(),
                other.sealed.ciphertext,
                other.opening
            ),
            Error::<Test>::ForeignNotice
        );
    });
}

#[test]
fn dispute_fails_when_the_key_is_not_the_processors() {
    Builder::default().device(1).build_and_execute(|| {
        // The owner frames the processor: it signs a lie itself.
        let mut letter = wrong_verdict();
        letter.opening.processor_key = bls_key(OWNER);
        let signature = sign_seal(OWNER, &letter.seal());
        let (seal, Letter { sealed, opening }) = (letter.seal(), letter);
        assert_noop!(
            Pallet::dispute(signed(OWNER), seal, signature, sealed.ciphertext, opening),
            Error::<Test>::WrongKey
        );
        // A key of another processor.
        let mut letter = wrong_verdict();
        letter.opening.processor_key = bls_key(FOREIGN_PROCESSOR);
        assert_noop!(dispute(&letter), Error::<Test>::WrongKey);
        // One that is forgotten, or no key at all.
        letter.opening.processor_key = BlsPublicKey([0; 96]);
        assert_noop!(dispute(&letter), Error::<Test>::WrongKey);
    });
}

#[test]
fn dispute_fails_when_the_modulus_is_not_the_one_encrypted_under() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        let signature = letter.signature();
        let seal = letter.seal();
        for n in [vec![], vec![1], add(&letter.opening.n, 2), vec![0xff; 512]] {
            let opening = Opening { n: n.try_into().expect("within the bound"), ..letter.opening.clone() };
            assert_noop!(
                Pallet::dispute(
                    signed(OWNER),
                    seal.clone(),
                    signature,
                    letter.sealed.ciphertext.clone(),
                    opening
                ),
                Error::<Test>::WrongKey
            );
        }
    });
}

/// Every field of the seal is covered by the evidence.
#[test]
fn dispute_fails_when_the_processor_did_not_sign_this_seal() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        let (seal, signature) = (letter.seal(), letter.signature());
        let changed = [
            NoticeSeal { previous: 1, ..seal.clone() },
            NoticeSeal { sequence: 8, ..seal.clone() },
            NoticeSeal { judged_at: 0, ..seal.clone() },
        ];
        for other in changed {
            assert_noop!(
                Pallet::dispute(
                    signed(OWNER),
                    other,
                    signature,
                    letter.sealed.ciphertext.clone(),
                    letter.opening.clone()
                ),
                Error::<Test>::BadSignature
            );
        }
        assert_noop!(
            Pallet::dispute(
                signed(OWNER),
                seal,
                BlsSignature([0; 48]),
                letter.sealed.ciphertext.clone(),
                letter.opening.clone()
            ),
            Error::<Test>::BadSignature
        );
    });
}

#[test]
fn dispute_fails_when_the_rule_is_forgotten() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        with_device(1, |device| device.rules = vec![(2, RULE)]);
        assert_noop!(dispute(&letter), Error::<Test>::RuleForgotten);
    });
}

#[test]
fn dispute_fails_when_the_opening_does_not_give_the_ciphertext() {
    Builder::default().device(1).build_and_execute(|| {
        let letter = wrong_verdict();
        let honest = letter.opening.clone();
        let n = honest.n.clone();
        let bounded = |bytes: Vec<u8>| bytes.try_into().expect("within the bound");
        let openings = [
            Opening { plaintext: bounded(add(&honest.plaintext, 1)), ..honest.clone() },
            Opening { plaintext: bounded(vec![]), ..honest.clone() },
            // The same plaintext modulo n, but not below it.
            Opening { plaintext: n.clone(), ..honest.clone() },
            Opening { plaintext: bounded(vec![0xff; 512]), ..honest.clone() },
            Opening { randomness: bounded(add(&honest.randomness, 1)), ..honest.clone() },
            Opening { randomness: bounded(vec![]), ..honest.clone() },
            Opening { randomness: bounded(vec![0]), ..honest.clone() },
            Opening { randomness: n.clone(), ..honest.clone() },
            Opening { randomness: bounded(vec![0xff; 512]), ..honest.clone() },
            true_letter(1, 0, 7).opening,
        ];
        for opening in openings {
            let sealed = letter.sealed.clone();
            assert_noop!(dispute(&Letter { sealed, opening }), Error::<Test>::BadOpening);
        }
        assert_proved(&letter, Falsehood::WrongVerdict);
    });
}
