// SPDX-License-Identifier: Apache-2.0
//! Stored meter-days through the whole runtime: data key, anchors, inclusion proofs.

use crate::common::*;
use codec::{Decode, Encode};
use dmsm_host::fixtures;
use dmsm_primitives::{
    records::{root, Inclusion},
    time::DAY_MILLIS,
    Day, DeviceId, MemberId, Month, PaillierPublicKey, Record, Role, Scope,
};
use dmsm_runtime::{apis, Members, Records, Runtime, System};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use pallet_records::Error;

/// 2012-01-01.
const DAY: Day = Day(15_340);
const SCOPE: Scope = Scope { region: REGION, month: Month { year: 2012, month: 1 } };

fn data_key() -> PaillierPublicKey {
    fixtures::member_keys(0, 3072).paillier
}

/// A processor whose clock shows the day after, with its data key on chain.
fn storing() -> Person {
    pallet_timestamp::Now::<Runtime>::put(DAY.end() + DAY_MILLIS);
    let processor = processor();
    assert_ok!(Records::announce_data_key(processor.origin(), SCOPE, data_key(), [1; 32]));
    processor
}

fn records(count: u8) -> Vec<Record> {
    let record = |number: u8| Record {
        meter: DeviceId([number; 32]),
        day: DAY,
        present: 1,
        digest: [number; 32],
        ciphertext: [number; 32],
    };
    (0..count).map(record).collect()
}

fn anchor(processor: &Person, version: u16, records: &[Record]) -> DispatchResult {
    let (root, count) = (root(records), records.len() as u32);
    Records::anchor(processor.origin(), DAY, version, root, count, [9; 32])
}

/// Asks as a node does: by name, in SCALE.
fn verify(processor: &MemberId, version: u16, record: &Record, inclusion: &Inclusion) -> bool {
    let asked = (processor, version, record, inclusion).encode();
    let answer = apis::api::dispatch("RecordsApi_verify", &asked).expect("the runtime has it");
    bool::decode(&mut &answer[..]).expect("a yes or a no")
}

#[test]
fn both_versions_of_a_day_stay_provable_through_the_runtime_api() {
    chain().execute_with(|| {
        let processor = storing();
        let first = records(7);
        let mut corrected = vec![first[3]];
        corrected[0].digest = [77; 32];
        assert_ok!(anchor(&processor, 0, &first));
        System::set_block_number(2);
        assert_ok!(anchor(&processor, 1, &corrected));
        assert_noop!(anchor(&processor, 1, &corrected), Error::<Runtime>::WrongVersion);

        let (old, new) = (Inclusion::prove(&first, 3).unwrap(), Inclusion::prove(&corrected, 0).unwrap());
        assert!(verify(&processor.id, 0, &first[3], &old));
        assert!(verify(&processor.id, 1, &corrected[0], &new));
        // Another version, another record, another place, another processor.
        assert!(!verify(&processor.id, 1, &first[3], &old));
        assert!(!verify(&processor.id, 2, &first[3], &old));
        assert!(!verify(&processor.id, 0, &corrected[0], &old));
        assert!(!verify(&processor.id, 0, &first[4], &old));
        assert!(!verify(&processor.id, 0, &first[3], &Inclusion { index: 4, ..old.clone() }));
        assert!(!verify(&MemberId([5; 32]), 0, &first[3], &old));
    });
}

#[test]
fn nobody_but_an_active_processor_of_the_region_anchors() {
    chain().execute_with(|| {
        let processor = storing();
        let household = household(&processor);
        assert_noop!(anchor(&household, 0, &records(1)), Error::<Runtime>::NotProcessor);
        assert_noop!(anchor(&Person::new("Stranger", 9), 0, &records(1)), Error::<Runtime>::NotProcessor);

        let foreign = Person::new("Foreign", 3);
        assert_ok!(by_council(pallet_members::Call::invite { account: foreign.account() }));
        assert_ok!(foreign.apply(Role::Processor, dmsm_primitives::RegionId(2)));
        let application = foreign.application();
        assert_ok!(by_council(pallet_members::Call::approve { account: foreign.account(), application }));
        assert_noop!(
            Records::announce_data_key(foreign.origin(), SCOPE, data_key(), [1; 32]),
            Error::<Runtime>::OtherRegion
        );
        assert_noop!(anchor(&foreign, 0, &records(1)), Error::<Runtime>::NoDataKey);

        assert_ok!(by_council(pallet_members::Call::suspend { id: processor.id }));
        assert_noop!(anchor(&processor, 0, &records(1)), Error::<Runtime>::NotProcessor);
        assert_ok!(by_council(pallet_members::Call::reinstate { id: processor.id }));
        assert_ok!(anchor(&processor, 0, &records(1)));
    });
}

/// What a processor anchored does not keep it, and stays when it has left.
#[test]
fn anchors_outlast_their_processor() {
    chain().execute_with(|| {
        let processor = storing();
        let records = records(3);
        assert_ok!(anchor(&processor, 0, &records));
        assert_ok!(Members::leave(processor.origin()));
        let inclusion = Inclusion::prove(&records, 2).unwrap();
        assert!(verify(&processor.id, 0, &records[2], &inclusion));
        assert_noop!(anchor(&processor, 1, &records), Error::<Runtime>::NotProcessor);
    });
}
