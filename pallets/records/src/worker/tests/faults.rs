// SPDX-License-Identifier: Apache-2.0
//! Refusals, losses, reorganizations, and a chain that says something else.

use super::{
    world::{Batch, Outside},
    *,
};
use crate::Error;
use dmsm_offchain::memory::PATIENCE;

/// One day of three meters, with its data key on chain.
fn announced() -> World {
    let mut world = World::new();
    world.close_day(DAY, 3);
    world.run();
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Announced(SCOPE)]);
    world
}

fn assert_anchored(world: &mut World) {
    world.settle();
    assert_eq!(world.done(), [Log::Announced(SCOPE), Log::Anchored(DAY, 0)]);
}

#[test]
fn a_transaction_that_the_pool_lost_is_made_again_after_patience() {
    let mut world = World::new();
    world.close_day(DAY, 3);
    for _ in 0..2 {
        world.run();
        assert_eq!(world.waiting().len(), 1);
        world.outside.get().pool.clear();
        for _ in 0..PATIENCE {
            world.wait(1);
            world.run();
            assert!(world.waiting().is_empty());
        }
        world.wait(1);
        world.run();
        assert_eq!(world.waiting().len(), 1);
        world.make_block(usize::MAX);
    }
    assert_anchored(&mut world);
}

/// What was made again and what was only slow are both included: the chain takes one.
#[test]
fn a_slow_transaction_and_the_one_made_again_do_no_harm() {
    let mut world = World::new();
    world.close_day(DAY, 3);
    let refusals: [sp_runtime::DispatchError; 2] =
        [Error::<Test>::AlreadyAnnounced.into(), Error::<Test>::WrongVersion.into()];
    for refusal in refusals {
        world.run();
        for _ in 0..PATIENCE + 1 {
            world.wait(1);
            world.run();
        }
        assert_eq!(world.waiting().len(), 2);
        world.make_block(usize::MAX);
        assert_eq!(world.log.last(), Some(&Log::Failed(refusal)));
    }
    assert_anchored(&mut world);
}

#[test]
fn a_pool_that_refuses_is_reported_and_asked_again() {
    let mut world = World::new();
    world.close_day(DAY, 3);
    for _ in 0..2 {
        world.outside.get().pool_refuses = true;
        let mut refused = 0;
        for _ in 0..12 {
            refused += world.run().iter().filter(|report| **report == Report::SubmissionRefused).count();
            world.make_block(usize::MAX);
        }
        assert!((2..=3).contains(&refused), "{refused} times");
        world.outside.get().pool_refuses = false;
        while world.waiting().is_empty() {
            assert!(world.run().is_empty());
            world.wait(1);
        }
        world.make_block(usize::MAX);
    }
    assert_anchored(&mut world);
}

#[test]
fn a_vault_that_refuses_is_reported_and_asked_again() {
    for refuse in [
        |outside: &mut Outside, refuses| outside.vault_refuses = refuses,
        |outside: &mut Outside, refuses| outside.vault_seals_nothing = refuses,
    ] {
        let mut world = announced();
        refuse(&mut world.outside.get(), true);
        let mut reports = Vec::new();
        for _ in 0..12 {
            reports.extend(world.run());
            world.make_block(usize::MAX);
        }
        assert!((2..=4).contains(&reports.len()), "{reports:?}");
        assert!(reports.iter().all(|report| *report == Report::VaultRefused));
        assert!(world.waiting().is_empty());
        assert!(world.outside.get().cloud.blobs.is_empty());
        refuse(&mut world.outside.get(), false);
        assert_anchored(&mut world);
    }
}

#[test]
fn a_memory_that_is_no_memory_is_forgotten() {
    for key in [MEMORY, b"dmsm/records/pace"] {
        let mut world = World::new();
        world.close_day(DAY, 3);
        world.outside.get().disk.insert(key.to_vec(), vec![0xff; 9]);
        world.run();
        assert_eq!(world.waiting(), [0]);
        assert_anchored(&mut world);
    }
}

#[test]
fn the_memory_of_what_is_done_is_forgotten() {
    let mut world = World::new();
    world.close_day(DAY, 3);
    world.run();
    assert!(world.outside.get().disk[MEMORY].len() > 1);
    world.settle();
    world.wait(pace::PAUSE);
    world.run();
    assert_eq!(world.outside.get().disk[MEMORY].len(), 1);
}

#[test]
fn another_data_key_on_chain_is_reported_and_nothing_is_sealed() {
    let mut world = World::new();
    world.close_day(DAY, 3);
    world.close_day(Day(DAY.0 + 40), 1);
    world.execute(|| {
        Records::announce_data_key(signed(PROCESSOR), SCOPE, data_key(4096), [0; 32]).expect("it has form");
    });
    let mut reported = 0;
    for _ in 0..40 {
        reported += world.run().iter().filter(|report| **report == Report::DataKeyForeign).count();
        world.make_block(usize::MAX);
    }
    assert!(reported >= 3);
    // The other month is not kept waiting.
    assert_eq!(world.done().last(), Some(&Log::Anchored(Day(DAY.0 + 40), 0)));
    let outside = world.outside.get();
    assert!(outside.grid.batches[0].rows.iter().all(|row| row.sealed.is_none()));
    assert!(outside.grid.batches[1].anchored.is_some());
}

/// Another node of the processor, with another grid service, was faster.
#[test]
fn another_anchor_of_a_batch_is_reported_and_left_as_it_is() {
    type Edit = fn(&mut [u8; 32], &mut u32, &mut [u8; 32]);
    let edits: [Edit; 3] =
        [|root, _, _| root[0] ^= 1, |_, count, _| *count += 1, |_, _, manifest| manifest[0] ^= 1];
    for edit in edits {
        let mut world = announced();
        world.close_day(Day(DAY.0 + 1), 1);
        world.run();
        let pool = core::mem::take(&mut world.outside.get().pool);
        let Some(RuntimeCall::Records(Call::anchor { day, version, mut root, mut count, mut manifest })) =
            pool.into_iter().next().map(|(_, call)| call)
        else {
            panic!("an anchor was handed in")
        };
        edit(&mut root, &mut count, &mut manifest);
        world.execute(|| {
            Records::anchor(signed(PROCESSOR), day, version, root, count, manifest).expect("the next");
        });
        let mut conflicts = 0;
        for _ in 0..40 {
            conflicts += world.run().iter().filter(|report| **report == Report::BatchConflict).count();
            world.make_block(usize::MAX);
        }
        assert!(conflicts >= 3);
        let anchor = world.execute(|| Anchors::<Test>::get((id(PROCESSOR), day, version)));
        assert_eq!(anchor.map(|anchor| anchor.root), Some(root));
        let outside = world.outside.get();
        assert_eq!(outside.grid.batches[0].anchored, None);
        // The other day is not kept waiting.
        assert!(outside.grid.batches[1].anchored.is_some());
    }
}

/// The grid service was told of a version that this chain does not have.
#[test]
fn a_version_whose_turn_never_comes_is_reported() {
    let mut world = announced();
    let rows = |world: &World| world.outside.get().grid.batches[0].rows.clone();
    world.run();
    world.outside.get().pool.clear();
    let batch = Batch { day: DAY, version: 1, rows: rows(&world), anchored: None };
    world.outside.get().grid.batches = vec![batch];
    let mut conflicts = 0;
    for _ in 0..20 {
        conflicts += world.run().iter().filter(|report| **report == Report::BatchConflict).count();
        world.make_block(usize::MAX);
    }
    assert!(conflicts >= 3);
    assert_eq!(world.log, [Log::Announced(SCOPE)]);
}

/// Its database was restored from before the rows were sealed, or before the anchor was told.
#[test]
fn a_grid_service_that_lost_what_it_was_told_is_told_again() {
    for keep_sealed in [false, true] {
        let mut world = announced();
        world.settle();
        {
            let mut outside = world.outside.get();
            let batch = &mut outside.grid.batches[0];
            batch.anchored = None;
            if !keep_sealed {
                batch.rows.iter_mut().for_each(|row| row.sealed = None);
            }
        }
        assert_anchored(&mut world);
        assert_eq!(world.log.len(), 2, "nothing was handed in again");
    }
}

#[test]
fn a_reorganization_that_loses_steps_loses_nothing() {
    // The data key is in block 2, the anchor in block 3.
    for height in [1, 2] {
        for keep_pool in [false, true] {
            let mut world = World::new();
            world.finality = false;
            world.close_day(DAY, 3);
            let mut pool = Vec::new();
            for _ in 0..2 {
                world.run();
                pool.extend(world.outside.get().pool.clone());
                world.make_block(usize::MAX);
            }
            assert_eq!(world.log, [Log::Announced(SCOPE), Log::Anchored(DAY, 0)]);
            world.run();
            world.reorganize(height);
            if keep_pool {
                world.outside.get().pool.extend(pool);
            }
            assert_anchored(&mut world);
        }
    }
}

#[test]
fn a_day_that_is_over_on_another_fork_alone_waits() {
    let mut world = announced();
    world.execute(|| Now::set(DAY.end() - 3 * world::SLOT));
    world.run();
    assert!(world.waiting().is_empty());
    assert_anchored(&mut world);
    assert_eq!(world.log.len(), 2, "none was refused");
}
