// SPDX-License-Identifier: Apache-2.0
//! Runs where all goes well.

use super::{
    world::{LAG, SLOT},
    *,
};
use dmsm_primitives::{time::DAY_MILLIS, Month};

const FEBRUARY: Scope = Scope { region: REGION_1, month: Month { year: 2012, month: 2 } };

fn assert_does_nothing(world: &mut World) {
    world.close_day(DAY, 2);
    for _ in 0..10 {
        assert!(world.run().is_empty());
        world.make_block(usize::MAX);
    }
    assert!(world.waiting().is_empty() && world.log.is_empty());
    let outside = world.outside.get();
    assert!(outside.asked.is_empty() && outside.disk.is_empty());
}

#[test]
fn a_node_without_vault_does_nothing() {
    let mut world = World::without_vault();
    world.with_account(PROCESSOR);
    assert_does_nothing(&mut world);
}

#[test]
fn a_node_without_grid_service_does_nothing() {
    let mut world = World::new();
    world.outside.get().no_grid = true;
    assert_does_nothing(&mut world);
}

#[test]
fn a_node_without_cloud_does_nothing() {
    let mut world = World::new();
    world.outside.get().no_cloud = true;
    assert_does_nothing(&mut world);
}

#[test]
fn a_node_that_is_not_enrolled_does_nothing() {
    assert_does_nothing(&mut World::without_vault().with_vault());
    for seed in [STRANGER, USER, SECOND_PROCESSOR, FOREIGN_PROCESSOR] {
        let mut world = World::without_vault().with_vault();
        world.with_account(seed);
        assert_does_nothing(&mut world);
    }
}

#[test]
fn a_batch_is_sealed_stored_anchored_and_told() {
    let mut world = World::new();
    world.close_day(DAY, 3);

    assert!(world.run().is_empty());
    assert_eq!(world.outside.get().asked, [At::Batches], "nothing is sealed before the key is on chain");
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Announced(SCOPE)]);

    world.outside.get().asked.clear();
    assert_eq!(world.run(), [Report::MeterDaysSealed(3)]);
    let steps = [At::Batches, At::Unsealed, At::PutAll, At::Sealed, At::Manifest, At::Put];
    assert_eq!(world.outside.get().asked, steps);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Announced(SCOPE), Log::Anchored(DAY, 0)]);

    for _ in 0..LAG {
        assert!(world.run().is_empty());
        assert!(!world.is_settled(), "it is not final");
        world.make_block(usize::MAX);
    }
    assert_eq!(world.run(), [Report::BatchAnchored]);
    assert!(world.is_settled());
    world.assert_stored();
    assert!(world.run().is_empty());
    assert_eq!(world.log.len(), 2);
}

#[test]
fn the_number_of_open_batches_is_reported() {
    let mut world = World::new();
    world.close_day(DAY, 1);
    world.close_day(Day(DAY.0 + 1), 1);
    assert!(!world.run_and_die(None));
    assert!(world.outside.get().reports.contains(&Report::RecordsWaiting(2)));
}

#[test]
fn a_day_that_is_not_over_waits() {
    let mut world = World::new();
    let today = Day((START / DAY_MILLIS) as u32);
    world.close_day(today, 2);
    for _ in 0..12 {
        world.run();
        world.make_block(usize::MAX);
    }
    assert!(world.outside.get().grid.batches.is_empty());
    let midnight = today.end();
    world.execute(|| Now::set(midnight - SLOT));
    world.settle();
    assert_eq!(world.done().last(), Some(&Log::Anchored(today, 0)));
}

#[test]
fn every_month_has_a_data_key() {
    let mut world = World::new();
    for day in [DAY.0, DAY.0 + 30, DAY.0 + 31, DAY.0 + 32] {
        world.close_day(Day(day), 2);
    }
    world.settle();
    let done = world.done();
    assert_eq!(done[..2], [Log::Announced(SCOPE), Log::Announced(FEBRUARY)]);
    assert_eq!(done.len(), 6);
}

#[test]
fn versions_of_a_day_are_anchored_one_after_the_other() {
    let mut world = World::new();
    world.outside.get().grid.batch_rows = 2;
    world.close_day(DAY, 5);
    world.settle();
    let anchored: Vec<_> = (0..3).map(|version| Log::Anchored(DAY, version)).collect();
    assert_eq!(world.log[1..], anchored, "none was refused");
}

#[test]
fn what_is_corrected_later_is_a_further_version() {
    let mut world = World::new();
    world.close_day(DAY, 4);
    world.settle();
    world.close(DAY, 1);
    world.close(DAY, 77);
    world.settle();
    world.close(DAY, 1);
    world.settle();
    let anchored: Vec<_> = (0..3).map(|version| Log::Anchored(DAY, version)).collect();
    assert_eq!(world.log[1..], anchored);
    let rows: Vec<_> = world.outside.get().grid.batches.iter().map(|batch| batch.rows.len()).collect();
    assert_eq!(rows, [4, 2, 1]);
}

/// The largest batch: its rows in many steps, its manifest in one message.
#[test]
fn the_largest_batch_is_anchored() {
    let mut world = World::new();
    world.close_day(DAY, MAX_BATCH + 1);
    world.settle();
    assert_eq!(world.log[1..], [Log::Anchored(DAY, 0), Log::Anchored(DAY, 1)]);
    let outside = world.outside.get();
    let sealed = outside.asked.iter().filter(|at| **at == At::Sealed).count();
    assert_eq!(sealed, MAX_BATCH.div_ceil(MAX_ROWS) as usize + 1);
}

#[test]
fn as_many_batches_as_may_be_open_are_anchored_and_then_the_others() {
    let mut world = World::new();
    for day in 0..MAX_OPEN_BATCHES + 3 {
        world.close_day(Day(DAY.0 + day), 1);
    }
    world.settle();
    assert_eq!(world.done().len() as u32, 1 + MAX_OPEN_BATCHES + 3);
}

#[test]
fn a_run_out_of_time_leaves_the_rest_to_the_next() {
    let mut world = World::new();
    world.close_day(DAY, 3 * MAX_ROWS);
    world.run();
    world.make_block(usize::MAX);
    // A step looks at the clock six times.
    world.outside.get().tick = BUDGET_MILLIS / 8;
    let sealed = Report::MeterDaysSealed(MAX_ROWS);
    let mut steps = 0;
    while world.outside.get().grid.batches[0].rows.iter().any(|row| row.sealed.is_none()) {
        let reports = world.run();
        assert!(!reports.is_empty() && reports.len() < 3, "{reports:?}");
        assert!(reports.iter().all(|report| *report == sealed));
        steps += reports.len();
    }
    assert_eq!(steps, 3);
    world.outside.get().tick = 0;
    world.settle();
}

#[test]
fn the_grid_service_is_asked_now_and_then_while_nothing_is_open_and_at_every_block_else() {
    let mut world = World::new();
    let mut asked = Vec::new();
    for _ in 0..3 * pace::PAUSE {
        world.outside.get().asked.clear();
        world.run();
        asked.push(world.outside.get().asked.len());
        world.make_block(0);
    }
    assert_eq!(asked.iter().sum::<usize>(), 3, "{asked:?}");

    world.close_day(DAY, 1);
    while world.outside.get().grid.batches.is_empty() {
        world.run();
        world.make_block(0);
    }
    for _ in 0..2 * pace::PAUSE {
        world.outside.get().asked.clear();
        world.run();
        assert_eq!(world.outside.get().asked.len(), 1);
        world.make_block(0);
    }
    world.settle();
}

#[test]
fn the_next_run_hands_nothing_in_again_while_a_step_is_on_its_way() {
    let mut world = World::new();
    world.close_day(DAY, 2);
    for _ in 0..2 {
        world.run();
        for _ in 0..5 {
            world.make_block(0);
            assert!(world.run().is_empty());
            assert_eq!(world.waiting().len(), 1);
        }
        world.make_block(usize::MAX);
    }
    assert_eq!(world.log, [Log::Announced(SCOPE), Log::Anchored(DAY, 0)]);
    let puts = world.outside.get().asked.iter().filter(|at| At::CLOUD.contains(at)).count();
    assert_eq!(puts, 2, "nothing is handed to the cloud again");
    world.settle();
}

#[test]
fn a_suspended_processor_starts_nothing() {
    let mut world = World::new();
    world.close_day(DAY, 2);
    suspend(PROCESSOR);
    for _ in 0..6 {
        assert!(world.run().is_empty());
        world.make_block(0);
    }
    let asked = world.outside.get().asked.clone();
    assert_eq!(asked, [At::Batches, At::Batches], "it asks now and then and no more");
    assert!(world.waiting().is_empty());
}

#[test]
fn a_suspended_processor_settles_what_is_anchored_and_goes_on_when_it_is_reinstated() {
    let mut world = World::new();
    world.outside.get().grid.batch_rows = 2;
    world.close_day(DAY, 4);
    world.run();
    world.make_block(usize::MAX);
    world.run();
    world.make_block(usize::MAX);
    suspend(PROCESSOR);
    world.wait(LAG);
    assert_eq!(world.run(), [Report::BatchAnchored]);
    for _ in 0..10 {
        world.make_block(usize::MAX);
        assert!(world.run().is_empty());
    }
    assert_eq!(world.done().len(), 2);
    with_member(PROCESSOR, |member| member.standing.active = true);
    world.settle();
}

#[test]
fn the_lock_of_a_run_keeps_others_out_until_it_is_too_old() {
    let mut world = World::new();
    world.close_day(DAY, 1);
    let until = Timestamp::from_unix_millis(world.outside.get().time + LOCK_MILLIS);
    world.outside.get().disk.insert(b"dmsm/records/lock".to_vec(), until.encode());
    assert!(world.run().is_empty());
    assert!(world.outside.get().asked.is_empty());
    world.outside.get().time += LOCK_MILLIS + 1;
    world.run();
    assert_eq!(world.waiting(), [0]);
    assert!(!world.outside.get().disk.contains_key(b"dmsm/records/lock".as_slice()), "it is free again");
}

#[test]
fn a_transaction_of_another_worker_of_the_account_takes_no_nonce_away() {
    let mut world = World::new();
    world.close_day(DAY, 1);
    world.hand_in_other();
    world.run();
    world.hand_in_other();
    assert_eq!(world.waiting(), [0, 1, 2]);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Other, Log::Announced(SCOPE), Log::Other]);
    world.settle();
}

/// Two nodes with the processor's keys and one grid service.
#[test]
fn two_nodes_of_a_processor_anchor_once() {
    let mut world = World::new();
    world.outside.get().grid.batch_rows = 2;
    world.close_day(DAY, 3);
    let mut other = std::collections::BTreeMap::new();
    for _ in 0..20 {
        world.run();
        core::mem::swap(&mut world.outside.get().disk, &mut other);
        world.run();
        world.make_block(usize::MAX);
    }
    assert!(world.is_settled());
    world.assert_stored();
    assert_eq!(world.done(), [Log::Announced(SCOPE), Log::Anchored(DAY, 0), Log::Anchored(DAY, 1)]);
}
