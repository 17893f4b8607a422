// SPDX-License-Identifier: Apache-2.0
//! Runs where all goes well.

use super::*;
use PowerStatus::{InOperation, ShutDown, TooHigh, TooLow};

#[test]
fn a_node_without_vault_does_nothing() {
    let mut world = World::without_vault();
    world.with_account(PROCESSOR);
    world.read(1, &[ON]);
    assert!(world.run().is_empty());
    assert!(world.outside.get().asked.is_empty());
    assert_eq!(world.memory(), None);
}

#[test]
fn a_node_without_grid_service_does_nothing() {
    let mut world = World::new();
    world.outside.get().no_grid = true;
    assert!(world.run().is_empty());
    assert_eq!(world.memory(), None);
}

#[test]
fn a_node_that_is_not_enrolled_says_so() {
    let not_enrolled = |world: &mut World| {
        world.read(1, &[ON]);
        assert_eq!(world.run(), [Report::NotEnrolled]);
        assert!(world.outside.get().asked.is_empty());
    };
    // No account; another's account; a user's account.
    not_enrolled(&mut World::without_vault().with_vault());
    for seed in [STRANGER, OWNER, FOREIGN_PROCESSOR] {
        let mut world = World::without_vault().with_vault();
        world.with_account(seed);
        not_enrolled(&mut world);
    }
    // Suspended.
    let mut world = World::new();
    with_member(PROCESSOR, |member| member.active = false);
    not_enrolled(&mut world);
    // Enrolled with another BLS key than the vault's.
    let mut world = World::new();
    with_member(PROCESSOR, |member| member.keys.bls = bls_key(50));
    not_enrolled(&mut world);
}

#[test]
fn a_page_gives_a_notice_for_each_change() {
    let mut world = World::new();
    world.read(1, &[ON, ON, OFF, OFF, LOW]);
    world.read(2, &[HIGH, HIGH, HIGH]);
    world.read(1, &[LOW, ON]);

    assert_eq!(world.run(), [Report::NoticesSubmitted(5)]);

    assert_eq!(world.waiting(), [0, 1, 2, 3, 4]);
    let (one, two) = (device(1), device(2));
    assert_eq!(world.links(), [(one, 0, 1), (one, 1, 3), (one, 3, 5), (two, 0, 1), (one, 5, 7)]);
    world.make_block(usize::MAX);
    assert_eq!(world.told(1), [(1, InOperation), (3, ShutDown), (5, TooLow), (7, InOperation)]);
    assert_eq!(world.told(2), [(1, TooHigh)]);
    assert_eq!(world.run(), [Report::NoticesIncluded(5)]);
}

#[test]
fn a_page_gives_a_notice_for_each_reading_where_the_owner_wants_it() {
    let mut world = World::new();
    let every = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
    with_device(1, |device| device.rules = vec![(0, every)]);
    world.read(1, &[ON, ON, OFF, OFF]);
    world.settle();
    assert_eq!(world.told(1), [(1, InOperation), (2, InOperation), (3, ShutDown), (4, ShutDown)]);
}

#[test]
fn a_reading_is_judged_by_the_rule_of_the_block_it_is_judged_at() {
    let mut world = World::new();
    with_device(1, |device| device.rules.push((3, Rule { high: ON, ..RULE })));
    world.read(1, &[ON]);
    world.run();
    world.make_block(usize::MAX);
    world.make_block(usize::MAX);
    world.read(1, &[ON]);
    world.settle();
    assert_eq!(world.told(1), [(1, InOperation), (2, TooHigh)]);
}

#[test]
fn the_next_run_hands_nothing_in_again_while_notices_are_in_flight() {
    let mut world = World::new();
    world.read(1, &[ON, OFF]);
    world.run();
    for _ in 0..5 {
        world.make_block(0);
        assert!(world.run().is_empty());
        assert_eq!(world.waiting(), [0, 1]);
    }
    // New readings follow those on the way.
    world.read(1, &[OFF, ON]);
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
    assert_eq!(world.waiting(), [0, 1, 2]);
    assert_eq!(world.links()[2], (device(1), 2, 4));
}

#[test]
fn a_run_reads_on_where_the_last_one_stopped() {
    let mut world = World::new();
    world.read(1, &[ON, ON, ON]);
    world.run();
    world.run();
    let asked = world.outside.get().asked.clone();
    assert_eq!(
        asked,
        [
            "GET http://grid/v1/worker/readings?after=0&limit=500",
            "GET http://grid/v1/worker/readings?after=3&limit=500"
        ]
    );
}

#[test]
fn a_run_is_caught_up_when_all_is_final() {
    let mut world = World::new();
    assert_eq!(world.run(), [Report::CaughtUpAt(1)]);
    world.read(1, &[ON]);
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
    world.make_block(usize::MAX);
    assert_eq!(world.run(), [Report::NoticesIncluded(1)]);
    // Included at block 2, seen there, and not final before block 2 is.
    world.finalize(1);
    world.make_block(0);
    assert!(world.run().is_empty());
    world.finalize(2);
    assert_eq!(world.run(), [Report::CaughtUpAt(3)]);
}

#[test]
fn the_backlog_is_what_is_not_final() {
    let mut world = World::new();
    world.read(1, &[ON, OFF]);
    let now = world.now();
    world.execute(|| super::super::run::<Test>(now));
    assert!(world.outside.get().reports.contains(&Report::Backlog(2)));
}

#[test]
fn a_reading_that_the_device_did_not_sign_is_skipped() {
    let mut world = World::new();
    world.read(1, &[ON, OFF, ON]);
    world.outside.get().rows[1].1.reading.power = HIGH;
    world.settle();
    assert_eq!(world.told(1), [(1, InOperation)]);
}

#[test]
fn readings_of_other_regions_unknown_and_unconnected_devices_are_skipped() {
    let mut world = World::new();
    with_device(2, |device| device.info.connected = false);
    // Device 4 is in region 2, device 5 is nobody's.
    for seed in [4, 5, 2, 1] {
        world.read(seed, &[ON, OFF]);
    }
    world.settle();
    assert_eq!(world.notices.len(), 2);
    assert_eq!(world.told(1), [(1, InOperation), (2, ShutDown)]);
}

#[test]
fn a_repeated_or_older_sequence_is_skipped() {
    let mut world = World::new();
    world.read(1, &[ON, OFF]);
    let rows = world.outside.get().rows.clone();
    for (number, (_, reading)) in rows.into_iter().rev().enumerate() {
        world.outside.get().rows.push((3 + number as u64, reading));
    }
    world.settle();
    assert_eq!(world.told(1), [(1, InOperation), (2, ShutDown)]);
}

#[test]
fn a_full_journal_reads_nothing_new() {
    let mut world = World::new();
    let every = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
    with_device(1, |device| device.rules = vec![(0, every)]);
    world.read(1, &[ON; journal::MAX_IN_FLIGHT + 10]);
    for submitted in [500, 500, 24] {
        assert_eq!(world.run(), [Report::NoticesSubmitted(submitted)]);
    }
    let asked = world.outside.get().asked.len();
    assert!(world.run().is_empty());
    assert_eq!(world.outside.get().asked.len(), asked);
    assert_eq!(world.waiting().len(), journal::MAX_IN_FLIGHT);
    // Inclusion makes no room, finality does.
    world.make_block(usize::MAX);
    assert_eq!(world.run(), [Report::NoticesIncluded(1_024)]);
    assert!(world.waiting().is_empty());
    world.finalize(2);
    assert_eq!(world.run(), [Report::NoticesSubmitted(10)]);
}

#[test]
fn a_run_out_of_time_leaves_the_rest_to_the_next() {
    let mut world = World::new();
    let every = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
    with_device(1, |device| device.rules = vec![(0, every)]);
    world.read(1, &[ON; 10]);
    // Each look at the clock costs: one a reading, some more a transaction.
    world.outside.get().tick = BUDGET_MILLIS / 8;
    let reports = world.run();
    let handed_in = world.waiting().len();
    assert!((1..10).contains(&handed_in), "{handed_in} of 10 in one run");
    assert_eq!(reports, [Report::NoticesSubmitted(handed_in as u32)]);
    world.settle();
    assert_eq!(world.told(1).len(), 10);
}

#[test]
fn the_lock_of_a_run_keeps_others_out_until_it_is_too_old() {
    let mut world = World::new();
    world.read(1, &[ON]);
    let now = world.outside.get().time;
    world.leave_lock(now + LOCK_MILLIS);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
    world.outside.get().time += LOCK_MILLIS + 1;
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
}
