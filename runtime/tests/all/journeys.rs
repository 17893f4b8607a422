// SPDX-License-Identifier: Apache-2.0
//! Journeys through several pallets, on the whole runtime.

use crate::common::*;
use dmsm_primitives::{Falsehood, PowerStatus, Verdict};
use dmsm_runtime::{Balances, Devices, Members, Runtime, RuntimeCall, RuntimeEvent, Session, System};
use frame_support::{assert_noop, assert_ok};
use sp_core::Pair;

#[test]
fn a_reading_becomes_a_notice_and_a_true_one_cannot_be_disputed() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let meter = Meter::connected(&household);
        let money = issuance();

        let sent = notify(&processor, &household, 0, true_notice(meter.read(1, 50))).expect("taken");
        assert!(System::events().iter().any(|record| matches!(
            &record.event,
            RuntimeEvent::Notifications(pallet_notifications::Event::Notified { seal }) if *seal == sent.seal
        )));
        assert_noop!(dispute(&household, sent), pallet_notifications::Error::<Runtime>::NoticeIsTrue);
        assert_eq!(issuance(), money);
    });
}

#[test]
fn a_false_notice_is_proved_on_chain_once() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let meter = Meter::connected(&household);

        let wrong = Verdict { power: PowerStatus::TooHigh, temperature_too_high: false };
        let sent = notify(&processor, &household, 0, false_notice(meter.read(1, 50), wrong)).expect("taken");
        let (seal, signature, ciphertext, opening) =
            (sent.seal.clone(), sent.signature, sent.ciphertext.clone(), sent.opening.clone());
        assert_ok!(dispute(&household, sent));
        let record =
            pallet_notifications::Disputes::<Runtime>::get(seal.device, seal.digest).expect("recorded");
        assert_eq!((record.processor, record.falsehood), (processor.id, Falsehood::WrongVerdict));
        assert_noop!(
            dispute(&household, Sent { seal, signature, ciphertext, opening }),
            pallet_notifications::Error::<Runtime>::AlreadyDisputed
        );
    });
}

#[test]
fn a_notice_lost_on_the_way_stops_those_after_it() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let meter = Meter::connected(&household);

        assert!(notify(&processor, &household, 0, true_notice(meter.read(1, 50))).is_ok());
        // The notice with sequence 2 is lost; the next one names it.
        let after = notify(&processor, &household, 2, true_notice(meter.read(3, 5_000)));
        assert_eq!(after.err(), Some(pallet_notifications::Error::<Runtime>::NotNext.into()));
        assert!(notify(&processor, &household, 1, true_notice(meter.read(2, 5_000))).is_ok());
    });
}

#[test]
fn a_household_unbinds_its_devices_before_it_leaves() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let meter = Meter::connected(&household);

        assert_noop!(Members::leave(household.origin()), pallet_members::Error::<Runtime>::HasOpenBusiness);
        assert_ok!(Devices::unbind(household.origin(), meter.id));
        assert_ok!(Members::leave(household.origin()));
        let late = notify(&processor, &household, 0, true_notice(meter.read(1, 50)));
        assert_eq!(late.err(), Some(pallet_notifications::Error::<Runtime>::NotConnected.into()));
    });
}

#[test]
fn a_suspended_processor_notifies_no_more() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let meter = Meter::connected(&household);

        assert_ok!(by_council(pallet_members::Call::suspend { id: processor.id }));
        let notice = notify(&processor, &household, 0, true_notice(meter.read(1, 50)));
        assert_eq!(notice.err(), Some(pallet_notifications::Error::<Runtime>::NotProcessor.into()));
    });
}

#[test]
fn the_council_sets_authorities_from_the_processors() {
    chain().execute_with(|| {
        let processor = processor();
        let stranger = Person::new("Stranger", 9);
        assert_noop!(
            Members::set_authorities(
                frame_system::RawOrigin::Root.into(),
                vec![stranger.account()].try_into().expect("one")
            ),
            pallet_members::Error::<Runtime>::NotProcessor
        );
        let alone = || pallet_members::Call::set_authorities {
            authorities: vec![processor.account()].try_into().expect("one"),
        };
        assert_noop!(
            Members::set_authorities(
                frame_system::RawOrigin::Root.into(),
                vec![processor.account()].try_into().expect("one")
            ),
            pallet_members::Error::<Runtime>::NoSessionKeys
        );
        set_session_keys(&processor);
        assert_ok!(by_council(alone()));
        assert_eq!(Members::wanted_authorities(), Some(vec![processor.account()]));
        rotate_session();
        rotate_session();
        assert_eq!(Session::validators(), [processor.account()]);
        assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), 1);
    });
}

#[test]
fn a_list_on_which_nobody_can_author_changes_nothing() {
    chain().execute_with(|| {
        let processor = processor();
        set_session_keys(&processor);
        assert_ok!(by_council(pallet_members::Call::set_authorities {
            authorities: vec![processor.account()].try_into().expect("one")
        }));
        pallet_session::NextKeys::<Runtime>::remove(processor.account());
        let before = Session::validators();
        rotate_session();
        rotate_session();
        assert_eq!(Session::validators(), before);
        assert!(!pallet_aura::Authorities::<Runtime>::get().is_empty());
    });
}

/// Money for the account, then keys, as an operator does it.
fn set_session_keys(person: &Person) {
    let alice = frame_system::RawOrigin::Signed(sp_keyring::Sr25519Keyring::Alice.to_account_id());
    assert_ok!(Balances::transfer_allow_death(alice.into(), person.account().into(), 10));
    let keys = dmsm_runtime::SessionKeys {
        aura: person.pair.public().into(),
        grandpa: sp_core::ed25519::Public::from_raw([person.seed as u8; 32]).into(),
    };
    pallet_session::NextKeys::<Runtime>::insert(person.account(), keys);
}

fn rotate_session() {
    Session::rotate_session();
    System::set_block_number(System::block_number() + 1);
}

#[test]
fn members_cannot_send_what_has_no_bound_or_stops_the_chain() {
    use frame_support::traits::Contains;
    use pallet_node_authorization::Call as Nodes;
    type Filter = <Runtime as frame_system::Config>::BaseCallFilter;
    let peer = || sp_core::OpaquePeerId(vec![1; 38]);
    let owner = || dmsm_runtime::Address::Id([1; 32].into());
    let refused: [RuntimeCall; 7] = [
        Nodes::claim_node { node: peer() }.into(),
        Nodes::remove_claim { node: peer() }.into(),
        Nodes::transfer_node { node: peer(), owner: owner() }.into(),
        Nodes::add_connections { node: peer(), connections: vec![peer()] }.into(),
        Nodes::remove_connections { node: peer(), connections: vec![peer()] }.into(),
        pallet_session::Call::purge_keys {}.into(),
        pallet_balances::Call::burn { value: 1, keep_alive: false }.into(),
    ];
    chain().execute_with(|| {
        let household = household(&processor());
        for call in refused {
            assert!(!Filter::contains(&call), "{call:?}");
            let result = sp_runtime::traits::Dispatchable::dispatch(call, household.origin());
            let filtered = frame_system::Error::<Runtime>::CallFiltered;
            assert_eq!(result.map_err(|refused| refused.error).err(), Some(filtered.into()));
        }
        let add = Nodes::add_well_known_node { node: peer(), owner: owner() };
        assert!(Filter::contains(&add.into()), "the council adds peers");
    });
}
