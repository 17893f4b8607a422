// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::{records::MAX_BATCH, RegionId};

#[test]
fn anchor_stores_the_root_and_says_so() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        System::set_block_number(7);
        events();
        assert_ok!(Records::anchor(signed(PROCESSOR), DAY, 0, [1; 32], 9, [2; 32]));
        let (root, count, manifest) = ([1; 32], 9, [2; 32]);
        let processor = id(PROCESSOR);
        let anchored =
            Event::Anchored { processor, scope: SCOPE, day: DAY, version: 0, root, count, manifest };
        assert_eq!(events(), [anchored]);
        let stored = Anchors::<Test>::get((processor, DAY, 0));
        assert_eq!(stored, Some(Anchor { root, count, manifest, at: 7 }));
        assert_eq!(Versions::<Test>::get(processor, DAY), 1);
    });
}

#[test]
fn anchor_takes_one_version_after_the_other_and_keeps_them_all() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        for version in 0..5 {
            let root = [version as u8 + 1; 32];
            assert_ok!(Records::anchor(signed(PROCESSOR), DAY, version, root, 1, [2; 32]));
        }
        for version in 0..5 {
            let stored = Anchors::<Test>::get((id(PROCESSOR), DAY, version)).expect("anchored");
            assert_eq!(stored.root, [version as u8 + 1; 32]);
        }
        assert_eq!(Versions::<Test>::get(id(PROCESSOR), DAY), 5);
    });
}

#[test]
fn anchor_counts_versions_by_day_and_processor() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        assert_ok!(Records::announce_data_key(signed(SECOND_PROCESSOR), SCOPE, data_key(3072), [0; 32]));
        assert_ok!(anchor(DAY, 0, 1));
        assert_ok!(anchor(Day(DAY.0 + 1), 0, 1));
        assert_ok!(Records::anchor(signed(SECOND_PROCESSOR), DAY, 0, [1; 32], 1, [2; 32]));
        assert_eq!(Anchors::<Test>::iter().count(), 3);
    });
}

#[test]
fn anchor_takes_the_smallest_and_the_largest_batch() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        assert_ok!(anchor(DAY, 0, 1));
        assert_ok!(anchor(DAY, 1, MAX_BATCH));
    });
}

#[test]
fn anchor_takes_the_last_version_that_can_be_counted() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        Versions::<Test>::insert(id(PROCESSOR), DAY, u16::MAX - 1);
        assert_ok!(anchor(DAY, u16::MAX - 1, 1));
        assert_noop!(anchor(DAY, u16::MAX, 1), Error::<Test>::TooManyVersions);
        // The versions before were never there.
        Versions::<Test>::remove(id(PROCESSOR), DAY);
        Anchors::<Test>::remove((id(PROCESSOR), DAY, u16::MAX - 1));
    });
}

#[test]
fn anchor_takes_a_day_from_the_moment_it_is_over() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        Now::set(DAY.end() - 1);
        assert_noop!(anchor(DAY, 0, 1), Error::<Test>::DayNotOver);
        Now::set(DAY.end());
        assert_ok!(anchor(DAY, 0, 1));
    });
}

#[test]
fn anchor_takes_the_last_day_that_has_a_date() {
    execute(|| {
        assert_ok!(announce(Month { year: 9999, month: 12 }));
        Now::set(LAST_DAY.end());
        assert_ok!(anchor(LAST_DAY, 0, 1));
    });
}

#[test]
fn anchor_fails_when_it_is_not_signed() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Records::anchor(origin, DAY, 0, [1; 32], 1, [2; 32]), BadOrigin);
        }
    });
}

#[test]
fn anchor_fails_when_the_caller_is_no_active_processor() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        suspend(PROCESSOR);
        for caller in [USER, STRANGER, PROCESSOR] {
            let anchored = Records::anchor(signed(caller), DAY, 0, [1; 32], 1, [2; 32]);
            assert_noop!(anchored, Error::<Test>::NotProcessor);
        }
    });
}

#[test]
fn anchor_fails_when_the_month_has_no_data_key() {
    execute(|| {
        assert_noop!(anchor(DAY, 0, 1), Error::<Test>::NoDataKey);
        assert_ok!(announce(JANUARY));
        assert_ok!(anchor(Day(DAY.0 + 30), 0, 1));
        // February; and the December before.
        assert_noop!(anchor(Day(DAY.0 + 31), 0, 1), Error::<Test>::NoDataKey);
        assert_noop!(anchor(Day(DAY.0 - 1), 0, 1), Error::<Test>::NoDataKey);
        // Another processor's key is not the caller's; nor is one of another region.
        let anchored = Records::anchor(signed(SECOND_PROCESSOR), DAY, 0, [1; 32], 1, [2; 32]);
        assert_noop!(anchored, Error::<Test>::NoDataKey);
        with_member(PROCESSOR, |member| member.standing.region = RegionId(7));
        assert_noop!(anchor(DAY, 0, 1), Error::<Test>::NoDataKey);
    });
}

#[test]
fn anchor_fails_when_the_day_has_no_date() {
    execute(|| {
        Now::set(Moment::MAX);
        for day in [LAST_DAY.0 + 1, u32::MAX] {
            assert_noop!(anchor(Day(day), 0, 1), Error::<Test>::BadDay);
        }
    });
}

#[test]
fn anchor_fails_when_the_day_is_not_over() {
    execute(|| {
        assert_ok!(announce(Month { month: 3, ..JANUARY }));
        let today = Day((START / DAY_MILLIS) as u32);
        for day in [today, Day(today.0 + 1)] {
            assert_noop!(anchor(day, 0, 1), Error::<Test>::DayNotOver);
        }
    });
}

#[test]
fn anchor_fails_when_the_version_is_not_the_next() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        for version in [1, u16::MAX] {
            assert_noop!(anchor(DAY, version, 1), Error::<Test>::WrongVersion);
        }
        assert_ok!(anchor(DAY, 0, 1));
        // What is anchored is not written over, nor is a version left out.
        for version in [0, 2] {
            assert_noop!(anchor(DAY, version, 1), Error::<Test>::WrongVersion);
        }
    });
}

#[test]
fn anchor_fails_when_the_batch_is_empty() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        assert_noop!(anchor(DAY, 0, 0), Error::<Test>::EmptyBatch);
    });
}

#[test]
fn anchor_fails_when_the_batch_is_too_large() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        for count in [MAX_BATCH + 1, u32::MAX] {
            assert_noop!(anchor(DAY, 0, count), Error::<Test>::BatchTooLarge);
        }
    });
}

#[test]
fn anchor_fails_when_the_root_is_none() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        let anchored = Records::anchor(signed(PROCESSOR), DAY, 0, [0; 32], 1, [2; 32]);
        assert_noop!(anchored, Error::<Test>::BadRoot);
    });
}

#[test]
fn anchor_fails_when_the_day_has_too_many_versions() {
    execute(|| {
        assert_ok!(announce(JANUARY));
        Versions::<Test>::insert(id(PROCESSOR), DAY, u16::MAX);
        assert_noop!(anchor(DAY, u16::MAX, 1), Error::<Test>::TooManyVersions);
        Versions::<Test>::remove(id(PROCESSOR), DAY);
    });
}
