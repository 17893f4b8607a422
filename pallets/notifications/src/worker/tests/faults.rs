// SPDX-License-Identifier: Apache-2.0
//! Crashes, refusals, losses and reorganizations.

use super::*;
use dmsm_host::fixtures;
use PowerStatus::{InOperation, ShutDown};

/// A world whose pool holds four notices, with nonces 0 to 3.
fn four_in_flight() -> World {
    let mut world = World::new();
    world.read(1, &[ON, OFF]);
    world.read(2, &[ON, OFF]);
    assert_eq!(world.run(), [Report::NoticesSubmitted(4)]);
    world
}

fn assert_each_once(world: &mut World) {
    world.settle();
    assert_eq!(world.told(1), [(1, InOperation), (2, ShutDown)]);
    assert_eq!(world.told(2), [(1, InOperation), (2, ShutDown)]);
}

#[test]
fn a_crash_before_the_journal_is_saved_doubles_nothing() {
    for included in 0..=4 {
        let mut world = four_in_flight();
        world.set_memory(None);
        world.make_block(included);
        assert_each_once(&mut world);
    }
}

#[test]
fn an_old_journal_doubles_and_loses_nothing() {
    for included in 0..=4 {
        let mut world = World::new();
        world.read(1, &[ON]);
        world.run();
        let old = world.memory();
        world.read(1, &[OFF]);
        world.read(2, &[ON, OFF]);
        world.run();
        world.make_block(included);
        world.run();
        world.set_memory(old);
        assert_each_once(&mut world);
    }
}

#[test]
fn a_journal_that_is_no_journal_is_forgotten() {
    let mut world = four_in_flight();
    world.set_memory(Some(vec![0xff; 40]));
    world.make_block(2);
    assert_each_once(&mut world);
}

#[test]
fn a_worker_that_forgot_waits_for_what_the_pool_still_has() {
    let mut world = four_in_flight();
    world.set_memory(None);
    assert_eq!(world.run(), [Report::SubmissionRefused]);
    assert_eq!(world.waiting(), [0, 1, 2, 3]);
    world.make_block(usize::MAX);
    assert_each_once(&mut world);
}

#[test]
fn a_transaction_that_the_pool_lost_is_made_again_after_patience() {
    let mut world = four_in_flight();
    world.outside.get().pool.clear();
    world.wait(journal::PATIENCE);
    assert!(world.run().is_empty());
    world.wait(1);
    assert_eq!(world.run(), [Report::Resubmitted, Report::NoticesSubmitted(4)]);
    assert_eq!(world.waiting(), [0, 1, 2, 3]);
    assert_each_once(&mut world);
}

#[test]
fn progress_renews_patience() {
    let mut world = four_in_flight();
    MaxJudgementAge::set(1_000);
    for _ in 0..4 {
        world.wait(journal::PATIENCE - 1);
        world.make_block(1);
        assert_eq!(world.run(), [Report::NoticesIncluded(1)]);
    }
    assert_each_once(&mut world);
}

#[test]
fn a_transaction_lost_in_the_middle_is_made_again() {
    let mut world = four_in_flight();
    world.outside.get().pool.remove(1);
    world.make_block(usize::MAX);
    assert_eq!(world.run(), [Report::NoticesIncluded(1)]);
    assert_eq!(world.waiting(), [2, 3]);
    world.wait(journal::PATIENCE + 1);
    // The one that is missing fits between; those after it stand in the pool.
    let reports = world.run();
    assert!(reports.starts_with(&[Report::Resubmitted]), "{reports:?}");
    assert_each_once(&mut world);
}

#[test]
fn a_notice_refused_on_dispatch_is_made_again_at_once() {
    let mut world = four_in_flight();
    // The owner turns the device off and on while its notice waits.
    with_device(1, |device| device.info.connected = false);
    world.make_block(1);
    with_device(1, |device| device.info.connected = true);
    let reports = world.run();
    assert!(reports.contains(&Report::Resubmitted), "{reports:?}");
    assert_each_once(&mut world);
}

#[test]
fn a_stale_judgement_is_made_again() {
    let mut world = four_in_flight();
    world.wait(MaxJudgementAge::get());
    world.make_block(usize::MAX);
    assert!(world.notices.is_empty());
    let reports = world.run();
    assert!(reports.contains(&Report::Resubmitted), "{reports:?}");
    assert_each_once(&mut world);
}

#[test]
fn a_nonce_that_somebody_else_spends_is_no_loss() {
    let mut world = four_in_flight();
    world.spend_nonce();
    let reports = world.run();
    assert!(reports.contains(&Report::Resubmitted), "{reports:?}");
    assert_each_once(&mut world);
}

#[test]
fn an_owner_that_rotates_its_key_gets_its_notices_under_the_new_one() {
    let mut world = four_in_flight();
    with_member(OWNER, |owner| owner.keys = fixtures::member_keys(OWNER.into(), 3072));
    assert_each_once(&mut world);
}

#[test]
fn a_pool_that_refuses_is_reported_and_asked_again() {
    let mut world = World::new();
    world.read(1, &[ON, ON, OFF]);
    world.read(2, &[ON, OFF]);
    world.outside.get().pool_refuses = true;
    for _ in 0..3 {
        assert_eq!(world.run(), [Report::SubmissionRefused]);
    }
    world.outside.get().pool_refuses = false;
    assert_eq!(world.run(), [Report::NoticesSubmitted(4)]);
}

#[test]
fn a_vault_that_refuses_is_reported_and_asked_again() {
    let mut world = World::new();
    world.read(1, &[ON]);
    world.outside.get().vault_refuses = true;
    assert_eq!(world.run(), [Report::VaultRefused]);
    world.outside.get().vault_refuses = false;
    assert_eq!(world.run(), [Report::NoticesSubmitted(1)]);
}

#[test]
fn a_reorganization_that_loses_notices_loses_nothing() {
    for depth in 1..=3 {
        let mut world = four_in_flight();
        for _ in 0..3 {
            world.make_block(1);
            world.run();
        }
        let height = world.now() - depth;
        world.reorganize(height);
        assert_each_once(&mut world);
    }
}

#[test]
fn a_reorganization_that_keeps_notices_in_the_pool_doubles_nothing() {
    let mut world = four_in_flight();
    let pool = world.outside.get().pool.clone();
    world.make_block(2);
    world.run();
    world.reorganize(1);
    world.outside.get().pool = pool;
    world.run();
    world.make_block(usize::MAX);
    assert_each_once(&mut world);
}

#[test]
fn rows_of_a_reorganized_block_were_not_settled_before_it_was_final() {
    let mut world = four_in_flight();
    world.make_block(usize::MAX);
    world.finalize(1);
    world.run();
    world.reorganize(1);
    // The memory of all that is gone, and the pool is empty: the worker finds the rows again.
    world.make_block(0);
    assert_each_once(&mut world);
}

#[test]
fn a_notice_that_a_worker_without_memory_found_on_chain_is_made_again_when_its_block_is_lost() {
    let mut world = four_in_flight();
    world.make_block(usize::MAX);
    world.set_memory(None);
    assert!(world.run().is_empty(), "it waits for finality");
    world.reorganize(1);
    assert_each_once(&mut world);
}
