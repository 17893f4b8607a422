// SPDX-License-Identifier: Apache-2.0
//! That each invariant is looked at: a state that breaks it is found.

use super::*;

/// A day with two versions.
fn scene() {
    assert_ok!(announce(JANUARY));
    assert_ok!(anchor(DAY, 0, 1));
    assert_ok!(anchor(DAY, 1, 1));
    assert_ok!(Records::do_try_state());
}

/// What is said about the scene after a change.
fn found(change: impl FnOnce()) -> &'static str {
    new_test_ext().execute_with(|| {
        scene();
        change();
        match Records::do_try_state() {
            Err(sp_runtime::DispatchError::Other(what)) => what,
            other => panic!("{other:?}"),
        }
    })
}

fn edit_anchor(edit: impl FnOnce(&mut Anchor<u32>)) -> &'static str {
    found(|| Anchors::<Test>::mutate((id(PROCESSOR), DAY, 1), |anchor| edit(anchor.as_mut().unwrap())))
}

/// Moves the second version.
fn move_anchor(day: Day, version: u16) {
    let anchor = Anchors::<Test>::take((id(PROCESSOR), DAY, 1)).unwrap();
    Anchors::<Test>::insert((id(PROCESSOR), day, version), anchor);
}

#[test]
fn a_gap_between_versions_is_found() {
    let gap = "records: a gap between versions";
    let key = |version| (id(PROCESSOR), DAY, version);
    assert_eq!(found(|| Anchors::<Test>::remove(key(0))), gap);
    assert_eq!(found(|| Anchors::<Test>::remove(key(1))), gap);
    assert_eq!(found(|| move_anchor(DAY, 2)), gap);
    assert_eq!(found(|| Versions::<Test>::insert(id(PROCESSOR), DAY, 1)), gap);
    let uncounted = found(|| Versions::<Test>::remove(id(PROCESSOR), DAY));
    assert_eq!(uncounted, "records: an anchor of a day that is not counted");
    let empty = found(|| Versions::<Test>::insert(id(PROCESSOR), Day(DAY.0 + 1), 0));
    assert_eq!(empty, "records: a day without anchor");
}

#[test]
fn an_anchor_out_of_bounds_is_found() {
    assert_eq!(edit_anchor(|anchor| anchor.count = 0), "records: an anchor of no batch");
    assert_eq!(edit_anchor(|anchor| anchor.count = 2_049), "records: an anchor of no batch");
    assert_eq!(edit_anchor(|anchor| anchor.root = [0; 32]), "records: an anchor without root");
    assert_eq!(edit_anchor(|anchor| anchor.at = 2), "records: an anchor from the future");
    let moved = |day: Day| found(|| move_anchor(day, 1));
    assert_eq!(moved(Day(u32::MAX)), "records: an anchor of no day");
    assert_eq!(moved(Day(DAY.0 + 31)), "records: an anchor without data key");
}

#[test]
fn a_data_key_without_form_is_found() {
    let edit = |edit: fn(&mut DataKey)| {
        found(|| DataKeys::<Test>::mutate(SCOPE, id(PROCESSOR), |key| edit(key.as_mut().unwrap())))
    };
    assert_eq!(edit(|key| key.paillier.n[383] &= 0xfe), "records: a data key without form");
    assert_eq!(edit(|key| key.paillier = data_key(2048)), "records: a data key is too short");
    let scope = Scope { month: Month { year: 2012, month: 0 }, ..SCOPE };
    let moved = found(|| DataKeys::<Test>::swap(SCOPE, id(PROCESSOR), scope, id(PROCESSOR)));
    assert_eq!(moved, "records: a data key of no month");
}
