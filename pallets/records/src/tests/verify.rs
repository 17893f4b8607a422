// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::{
    records::{root, Inclusion, MAX_BATCH},
    DeviceId,
};

/// Anchors records as the next version of [`DAY`].
fn anchored(records: &[Record]) -> u16 {
    let version = Versions::<Test>::get(id(PROCESSOR), DAY);
    let (root, count) = (root(records), records.len() as u32);
    assert_ok!(Records::anchor(signed(PROCESSOR), DAY, version, root, count, [2; 32]));
    version
}

fn holds(version: u16, record: &Record, inclusion: &Inclusion) -> bool {
    Records::verify(&id(PROCESSOR), version, record, inclusion)
}

#[test]
fn verify_knows_every_record_of_batches_of_every_size() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        for count in [1, 2, 3, 64, 65, MAX_BATCH - 1, MAX_BATCH] {
            let records = records(DAY, count);
            let version = anchored(&records);
            for index in [0, count / 2, count - 1] {
                let inclusion = Inclusion::prove(&records, index).expect("one of them");
                assert!(holds(version, &records[index as usize], &inclusion), "{index} of {count}");
            }
        }
    });
}

#[test]
fn verify_refuses_what_is_not_anchored_so() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        let records = records(DAY, 9);
        let version = anchored(&records);
        let inclusion = Inclusion::prove(&records, 4).expect("one of them");
        let record = records[4];
        assert!(holds(version, &record, &inclusion));
        assert!(!Records::verify(&id(SECOND_PROCESSOR), version, &record, &inclusion));
        assert!(!holds(version + 1, &record, &inclusion));
        for other in [
            Record { meter: DeviceId([9; 32]), ..record },
            Record { day: Day(DAY.0 + 1), ..record },
            Record { present: 2, ..record },
            Record { digest: [9; 32], ..record },
            Record { ciphertext: [9; 32], ..record },
            records[3],
        ] {
            assert!(!holds(version, &other, &inclusion), "{other:?}");
        }
        let edited = |edit: fn(&mut Inclusion)| {
            let mut inclusion = inclusion.clone();
            edit(&mut inclusion);
            inclusion
        };
        for other in [
            edited(|inclusion| inclusion.index = 5),
            edited(|inclusion| inclusion.index = u32::MAX),
            edited(|inclusion| inclusion.count = 0),
            edited(|inclusion| inclusion.count = 10),
            edited(|inclusion| inclusion.path.clear()),
            edited(|inclusion| inclusion.path.push([0; 32])),
            edited(|inclusion| inclusion.path[0] = [0; 32]),
        ] {
            assert!(!holds(version, &record, &other), "{other:?}");
        }
    });
}

#[test]
fn verify_knows_the_versions_apart() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        let first = records(DAY, 5);
        let mut second = first.clone();
        second[2].digest = [77; 32];
        let versions = (anchored(&first), anchored(&second));
        let (old, new) = (Inclusion::prove(&first, 2).unwrap(), Inclusion::prove(&second, 2).unwrap());
        assert!(holds(versions.0, &first[2], &old) && !holds(versions.1, &first[2], &old));
        assert!(holds(versions.1, &second[2], &new) && !holds(versions.0, &second[2], &new));
    });
}

/// Of what the processor may claim beyond what it anchored, nothing is believed.
#[test]
fn verify_answers_from_state_alone() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        let records = records(DAY, 1);
        let inclusion = Inclusion::prove(&records, 0).expect("the only one");
        assert!(!holds(0, &records[0], &inclusion));
        let version = anchored(&records);
        suspend(PROCESSOR);
        assert!(holds(version, &records[0], &inclusion), "what stands, stands");
    });
}
